"""How items relate, and who says so."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db.models import Exists, OuterRef, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import AutocompleteSelectFilter, DropdownFilter

from marketing.admin.cells import badge
from marketing.admin.page import Page, column
from marketing.models import ItemRelation


class OriginFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    title = "said by"
    parameter_name = "origin"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("rule", "a rule"), ("staff", "staff"), ("catalogue", "the catalogue")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "rule":
                return queryset.filter(rule__isnull=False)
            case "staff":
                return queryset.filter(rule__isnull=True, by_staff=True)
            case "catalogue":
                return queryset.filter(rule__isnull=True, by_staff=False)
        return queryset


@admin.register(ItemRelation)
class ItemRelationAdmin(Page):
    """What a rule says is changed where the rule is: here it would come back with the next application."""

    list_display = ["arrow", "weight", "origin"]
    list_select_related = ["head", "tail", "rule"]
    list_filter = [
        OriginFilter,
        ("head", AutocompleteSelectFilter),
        ("tail", AutocompleteSelectFilter),
        ("rule", AutocompleteSelectFilter),
    ]
    list_filter_submit = True
    search_fields = ["relation", "head__title", "head__sku", "tail__title", "tail__sku"]
    search_help_text = "Relation, title or SKU"
    autocomplete_fields = ["head", "tail"]
    readonly_fields = ["origin"]
    fields = ["head", "relation", "tail", "weight", "origin"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[ItemRelation]":
        queryset: QuerySet[ItemRelation] = super().get_queryset(request)
        written = LogEntry.objects.filter(
            content_type__app_label="marketing",
            content_type__model="itemrelation",
            object_id=Cast(OuterRef("pk"), TextField()),
        )
        return queryset.annotate(by_staff=Exists(written))

    @column("Relation")
    def arrow(self, relation: ItemRelation) -> SafeString:
        return format_html(
            '{} <span class="attune-muted">{} →</span> {}',
            relation.head.title,
            relation.relation.replace("_", " "),
            relation.tail.title,
        )

    @column("Said by")
    def origin(self, relation: Any) -> SafeString:
        if relation.rule is not None:
            url = reverse("admin:marketing_relationrule_change", args=[relation.rule_id])
            return format_html(
                '<span class="attune-nowrap">{} <a class="attune-link" href="{}">{}</a></span>',
                *(badge("rule", "info"), url, relation.rule),
            )
        if getattr(relation, "by_staff", True):  # a row that is only being added has not been read
            return badge("staff", "primary", hint="Added or changed here.")
        return badge("catalogue", hint="Came with the catalogue.")

    def has_change_permission(self, request: HttpRequest, obj: ItemRelation | None = None) -> bool:
        return not (obj and obj.rule_id) and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: ItemRelation | None = None) -> bool:
        return not (obj and obj.rule_id) and bool(super().has_delete_permission(request, obj))
