"""Who did what: to read, never to change."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import FieldTextFilter, RangeDateTimeFilter

from marketing.admin.cells import NOTHING, badge, moment
from marketing.admin.page import MachineMadePage, column
from marketing.models import AuditEntry


@admin.register(AuditEntry)
class AuditEntryAdmin(MachineMadePage):
    list_display = ["moment_cell", "action_badge", "row", "who", "change"]
    # A list of all values to choose from would read the whole table.
    list_filter = [("action", FieldTextFilter), ("object_type", FieldTextFilter), ("at", RangeDateTimeFilter)]
    list_filter_submit = True
    list_select_related = ["user", "api_key"]
    search_fields = ["=object_id"]
    search_help_text = "Key of the row"
    fields = ["moment_cell", "action", "row", "who", "before", "after"]

    @column("When", ordering="at")
    def moment_cell(self, entry: AuditEntry) -> SafeString:
        return moment(entry.at)

    @column("Action", ordering="action")
    def action_badge(self, entry: AuditEntry) -> SafeString:
        return badge(entry.action.replace("-", " "))

    @column("Row")
    def row(self, entry: AuditEntry) -> SafeString:
        name = entry.object_type.rpartition(".")[2]
        try:
            url = reverse(f"admin:{entry.object_type.replace('.', '_')}_change", args=[entry.object_id])
        except NoReverseMatch:  # a model without pages
            return format_html("{} {}", name, entry.object_id)
        return format_html('{} <a class="attune-link" href="{}">{}</a>', name, url, entry.object_id)

    @column("Who")
    def who(self, entry: AuditEntry) -> str:
        return str(entry.user or entry.api_key or "the system")

    @column("Change")
    def change(self, entry: AuditEntry) -> SafeString:
        text = " · ".join(change for change in changes_of(entry.before, entry.after))
        return format_html('<span class="attune-line" title="{}">{}</span>', text, text) if text else NOTHING

    def get_readonly_fields(self, request: HttpRequest, obj: AuditEntry | None = None) -> list[str]:
        return self.fields  # type: ignore[return-value]  # a flat list


def changes_of(before: dict[str, Any] | None, after: dict[str, Any] | None) -> list[str]:
    """What differs, as “name: old → new”."""
    old, new = before or {}, after or {}
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return [f"{name}: {old[name]} → {new.get(name)}" if name in old else f"{name}: {new[name]}" for name in names]
