"""What happened: by far the largest table, so nothing here reads all of it."""

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import DropdownFilter, RangeDateTimeFilter

from marketing.admin.cells import NOTHING, badge, event_badge, moment, source_cell
from marketing.admin.exports import Exportable
from marketing.admin.page import MachineMadePage, Page, column
from marketing.errors import InvalidInput
from marketing.event_kinds import FIELD_TYPES, KINDS
from marketing.event_registry import kind_of_row, kinds
from marketing.models import CustomEventKind, Event, Identity, Item

NAME = re.compile(r"[a-z][a-z0-9_]*")


class KindFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind.name, kind.label) for kind in kinds().values()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Event)
class EventAdmin(Exportable, MachineMadePage):
    """Newest first. A date hierarchy would ask for all distinct months; the range filter asks the index."""

    export = "events"
    list_display = ["when", "kind_badge", "item", "value", "who", "quality_badge", "source_name"]
    list_select_related = ["item", "identity__customer", "source"]
    list_filter = [KindFilter, "quality", "source", ("occurred_at", RangeDateTimeFilter)]
    list_filter_submit = True
    ordering = ["-occurred_at", "-id"]
    sortable_by = ["when"]
    search_fields = ["identity__value"]
    search_help_text = "A customer's or visitor's id, or a SKU, in full"
    fields = [
        "kind",
        "item",
        "value",
        "identity",
        "occurred_at",
        "received_at",
        "source",
        "event_id",
        "session",
        "context",
        "payload",
        "quality",
        "claimed_at",
    ]

    @column("When", ordering="occurred_at")
    def when(self, event: Event) -> SafeString:
        return moment(event.occurred_at)

    @column("Kind")
    def kind_badge(self, event: Event) -> SafeString:
        return event_badge(event.kind)

    @column("Who")
    def who(self, event: Event) -> str:
        return str(event.identity.customer or event.identity)

    @column("Quality")
    def quality_badge(self, event: Event) -> SafeString:
        """Nothing where it counts, as nearly all do."""
        if event.quality == Event.Quality.OK:
            return NOTHING
        return badge(event.quality, "warning", hint=event.get_quality_display())

    @column("Source")
    def source_name(self, event: Event) -> SafeString:
        return source_cell(event)

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Event]", search_term: str
    ) -> "tuple[QuerySet[Event], bool]":
        """Find the people and items by their own unique indexes first; a join would read all events."""
        term = search_term.strip()
        if not term:
            return queryset, False
        people = list(Identity.objects.filter(value=term).values_list("pk", flat=True)[:20])
        items = list(Item.objects.filter(sku=term).values_list("pk", flat=True))
        return queryset.filter(Q(identity__in=people) | Q(item__in=items)), False


class KindForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    class Meta:
        model = CustomEventKind
        fields = [
            *("name", "label", "needs_item", "value_unit", "value_minimum", "value_maximum", "payload", "active"),
        ]
        help_texts = {
            "payload": "Field → {“type”: …, “required”: true or false, “minimum”: …, “maximum”: …, “description”: …};"
            f" a type is one of {', '.join(FIELD_TYPES)}; the maximum of a text is its most characters."
        }

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not NAME.fullmatch(name):
            raise ValidationError("Small letters, digits and “_”, beginning with a letter, expected.")
        if name in KINDS:
            raise ValidationError("This kind is built in.")
        return name

    def clean(self) -> dict[str, Any]:
        """Tell at its field what makes the whole no kind."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            row = CustomEventKind(**{**cleaned, "payload": cleaned.get("payload") or {}})
            try:
                kind_of_row(row)
            except InvalidInput as error:
                self.add_error(error.field, error.message)
        return {**cleaned, "payload": cleaned.get("payload") or {}}


@admin.register(CustomEventKind)
class CustomEventKindAdmin(Page):
    """Kinds that staff add. One that has events is switched off, not deleted: its name stands in them."""

    form = KindForm
    list_display = ["name", "label", "needs_item", "value_unit", "is_active"]
    search_fields = ["name", "label"]

    @column("State", ordering="active")
    def is_active(self, kind: CustomEventKind) -> SafeString:
        return badge("active", "success") if kind.active else badge("off", "warning")

    def get_readonly_fields(self, request: HttpRequest, obj: CustomEventKind | None = None) -> list[str]:
        return ["name"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: CustomEventKind | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (
            obj and Event.objects.filter(kind=obj.name).exists()
        )
