"""Items and their categories."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import AutocompleteSelectFilter, DropdownFilter

from marketing.admin.cells import badge, source_cell, thumbnail
from marketing.admin.exports import Exportable
from marketing.admin.moods import mood_of_item
from marketing.admin.page import Page, call_service, column
from marketing.models import Category, Item
from marketing.search import LONGEST_QUERY, find_ids
from marketing.services.retirement import restore_items, retire_items


class OfferFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    """Whether an item is shown to people now, and if not, why."""

    title = "offer"
    parameter_name = "offer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("offered", "offered now"),
            ("unavailable", "not available"),
            ("coming", "not yet published"),
            ("expired", "expired"),
            ("retired", "retired"),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "offered":
                return queryset.offered()
            case "unavailable":
                return queryset.filter(available=False, deleted_at__isnull=True)
            case "coming":
                return queryset.filter(published_at__gt=timezone.now())
            case "expired":
                return queryset.filter(expires_at__lte=timezone.now())
            case "retired":
                return queryset.filter(deleted_at__isnull=False)
        return queryset


@admin.register(Item)
class ItemAdmin(Exportable, Page):
    """Items are retired, not deleted: events and lists that were given out keep pointing at them."""

    export = "items"
    list_display = ["picture", "title", "sku", "offer", "category", "brand", "price_with_currency", "source_name"]
    list_display_links = ["picture", "title"]
    list_select_related = ["category", "source"]
    list_filter = [OfferFilter, ("category", AutocompleteSelectFilter), "source"]
    list_filter_submit = True
    search_fields = ["title", "sku", "brand"]
    search_help_text = "Title, SKU or brand, or what it is about in a few words"
    autocomplete_fields = ["category"]
    readonly_fields = ["large_picture", "offer", "created_at", "updated_at", "deleted_at"]
    actions = ["retire", "restore"]
    change_form_outer_after_template = "marketing/panels.html"
    fieldsets = [
        (
            None,
            {"fields": [("large_picture", "offer"), ("title", "sku"), "description", ("category", "brand"), "tags"]},
        ),
        ("In the shop", {"fields": [("price", "currency"), "url", "image_url", "source"]}),
        ("When it is shown", {"fields": ["available", ("published_at", "expires_at"), "deleted_at"]}),
        ("More", {"classes": ["tab"], "fields": ["translations", "attributes", ("created_at", "updated_at")]}),
    ]

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Item]", search_term: str
    ) -> "tuple[QuerySet[Item], bool]":
        """Those that hold the term as it is, and those that words or meaning find."""
        named, duplicates = super().get_search_results(request, queryset, search_term)
        if not 0 < len(search_term.strip()) <= LONGEST_QUERY:
            return named, duplicates
        found = find_ids(Item.objects.all(), query=search_term)
        return queryset.filter(Q(pk__in=named.values("pk")) | Q(pk__in=found)), duplicates

    @column("")
    def picture(self, item: Item) -> SafeString:
        return thumbnail(item)

    @column("Picture")
    def large_picture(self, item: Item) -> SafeString:
        return thumbnail(item, size=120)

    @column("Offer")
    def offer(self, item: Item) -> SafeString:
        now = timezone.now()
        if item.deleted_at:
            return badge("retired", "danger")
        if not item.available:
            return badge("not available", "warning")
        if item.expires_at and item.expires_at <= now:
            return badge("expired", "warning")
        if item.published_at and item.published_at > now:
            return badge("coming", "info")
        return badge("offered", "success")

    @column("Price", ordering="price")
    def price_with_currency(self, item: Item) -> SafeString | None:
        if item.price is None:
            return None
        return format_html('<span class="attune-nowrap">{} {}</span>', f"{item.price:.2f}", item.currency)

    @column("Source", ordering="source__code")
    def source_name(self, item: Item) -> SafeString:
        return source_cell(item)

    def has_delete_permission(self, request: HttpRequest, obj: Item | None = None) -> bool:
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        item = self.get_object(request, object_id)
        panels = [mood_of_item(request, item)] if item and self.has_view_permission(request, item) else []
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "panels": panels})

    @admin.action(description="Retire: show them to nobody", permissions=["change"])
    def retire(self, request: HttpRequest, queryset: "QuerySet[Item]") -> None:
        chosen = list(queryset.values_list("pk", flat=True))
        call_service(request, lambda: retire_items(item_ids=chosen), done=f"Retired {len(chosen)} item(s).")

    @admin.action(description="Restore: offer them again", permissions=["change"])
    def restore(self, request: HttpRequest, queryset: "QuerySet[Item]") -> None:
        chosen = list(queryset.values_list("pk", flat=True))
        call_service(request, lambda: restore_items(item_ids=chosen), done=f"Restored {len(chosen)} item(s).")


@admin.register(Category)
class CategoryAdmin(Page):
    list_display = ["name", "slug", "parent", "item_count"]
    list_select_related = ["parent"]
    search_fields = ["name", "slug"]
    autocomplete_fields = ["parent"]
    prepopulated_fields = {"slug": ["name"]}

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Category]":
        items = Item.objects.filter(category=OuterRef("pk"), deleted_at__isnull=True).order_by().values("category")
        counted = Subquery(items.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
        queryset: QuerySet[Category] = super().get_queryset(request)
        return queryset.annotate(items_here=Coalesce(counted, 0))

    @column("Items", ordering="items_here")
    def item_count(self, category: Any) -> int:
        count: int = category.items_here
        return count
