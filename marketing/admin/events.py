"""What happened: by far the largest table, so nothing here reads all of it."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import DropdownFilter, RangeDateTimeFilter

from marketing.admin.cells import event_badge, moment, source_cell
from marketing.admin.page import MachineMadePage, column
from marketing.events import KINDS
from marketing.models import Event, Identity, Item


class KindFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind.name, kind.label) for kind in KINDS.values()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Event)
class EventAdmin(MachineMadePage):
    """Newest first. A date hierarchy would ask for all distinct months; the range filter asks the index."""

    list_display = ["when", "kind_badge", "item", "value", "who", "source_name"]
    list_select_related = ["item", "identity__customer", "source"]
    list_filter = [KindFilter, "source", ("occurred_at", RangeDateTimeFilter)]
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
