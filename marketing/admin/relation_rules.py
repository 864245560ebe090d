"""Staff's knowledge as rules: who chose one kind of thing may need another."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from marketing.admin.cells import NOTHING, badge
from marketing.admin.page import Page, call_service, column, staff_of
from marketing.errors import InvalidInput
from marketing.models import ItemRelation, RelationRule
from marketing.services.relation_rules import delete_rules, save_rule, switch_rules
from marketing.services.rule_arrows import check_size, describe


class RelationRuleForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    class Meta:
        model = RelationRule
        fields = [
            *["name", "active", "head_category", "head_brand", "head_tag"],
            *["tail_category", "tail_brand", "tail_tag", "same_brand", "relation", "sentence", "weight"],
        ]
        # The sections say whose they are.
        labels: ClassVar = {
            f"{side}_{name}": name.capitalize() for side in ("head", "tail") for name in ("category", "brand", "tag")
        }
        help_texts: ClassVar = {"head_category": "", "tail_category": ""}

    def _post_clean(self) -> None:
        """Tell at the form what the service would refuse; only now has the row what the form says."""
        super()._post_clean()  # type: ignore[misc]  # Django's own
        if self.errors or not self.instance.active:
            return
        try:
            check_size(self.instance)
        except InvalidInput as error:
            self.add_error(None, f"This rule {error.message}")


@admin.register(RelationRule)
class RelationRuleAdmin(Page):
    form = RelationRuleForm
    list_display = ["name", "says", "made", "state", "weight"]
    list_select_related = ["head_category", "tail_category"]
    list_filter = ["active", "relation"]
    search_fields = ["name", "relation", "head_brand", "head_tag", "tail_brand", "tail_tag"]
    search_help_text = "Name, relation, brand or tag"
    autocomplete_fields = ["head_category", "tail_category"]
    readonly_fields = ["says", "makes"]
    actions = ["switch_on", "switch_off"]

    def get_fieldsets(self, request: HttpRequest, obj: RelationRule | None = None) -> list[Any]:
        fieldsets: list[Any] = [
            (None, {"fields": [("name", "active")]}),
            (
                "Who chose",
                {
                    "description": "Of what you fill in, all must hold. A category means all below it too.",
                    "fields": ["head_category", ("head_brand", "head_tag")],
                },
            ),
            ("May need", {"fields": ["tail_category", ("tail_brand", "tail_tag"), "same_brand"]}),
            ("How it counts and reads", {"fields": ["sentence", ("relation", "weight")]}),
        ]
        if obj:
            fieldsets.insert(0, ("In words", {"fields": ["says", "makes"]}))
        return fieldsets

    def get_queryset(self, request: HttpRequest) -> "QuerySet[RelationRule]":
        own = ItemRelation.objects.filter(rule=OuterRef("pk")).order_by().values("rule")
        counted = Subquery(own.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
        queryset: QuerySet[RelationRule] = super().get_queryset(request)
        return queryset.annotate(arrows=Coalesce(counted, 0))

    @column("Says")
    def says(self, rule: RelationRule) -> SafeString:
        return format_html(
            '<span class="attune-muted">Who chose</span> {} <span class="attune-muted">may need</span> {}{}',
            *(side_of(rule, side) for side in ("head", "tail")),
            " of the same brand" if rule.same_brand else "",
        )

    @column("Relations", ordering="arrows")
    def made(self, rule: Any) -> SafeString:
        if not rule.arrows:
            return badge("none", "warning", hint="It matches nothing.") if rule.active else NOTHING
        url = f"{reverse('admin:marketing_itemrelation_changelist')}?rule__id__exact={rule.pk}"
        return format_html('<a class="attune-link" href="{}">{}</a>', url, f"{rule.arrows:,}")

    @column("State", ordering="active")
    def state(self, rule: RelationRule) -> SafeString:
        return badge("holds", "success") if rule.active else badge("off", hint="Switched off: it makes no relations.")

    @column("Makes")
    def makes(self, rule: RelationRule) -> SafeString:
        """Count what it makes of the catalogue as it is, or would make if it were on, and show some."""
        try:
            size = describe(rule)
        except InvalidInput as error:
            return format_html("It {}", error.message)
        told = f"{counted(size.arrows, 'relation')} from {counted(size.heads, 'item')} to {size.tails:,}"
        if not size.examples:
            return format_html("{}", told)
        shown = format_html_join("", '<li>{} <span class="attune-muted">→</span> {}</li>', size.examples)
        return format_html("{}, for example<ul>{}</ul>", told, shown)

    def save_model(self, request: HttpRequest, obj: RelationRule, form: Any, change: Any) -> None:
        arrows = save_rule(obj, user=staff_of(request))
        if not obj.active:
            messages.info(request, "The rule is off and makes no relations.")
        elif arrows:
            messages.info(
                request, f"{in_words(obj)}: {counted(arrows, 'relation')}. Recommendations learn of them when trained."
            )
        else:
            messages.warning(request, f"{in_words(obj)}: no relations. {why_nothing(obj)}")

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Say how many relations go along, and don't name them: they may be a million, and nobody decides on one."""
        rules = list(objs)
        relations = ItemRelation.objects.filter(rule__in=rules).count()
        return [in_words(rule) for rule in rules], {"relation rules": len(rules), "relations": relations}, set(), []

    def delete_model(self, request: HttpRequest, obj: RelationRule) -> None:
        delete_rules([obj.pk], user=staff_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: "QuerySet[RelationRule]") -> None:
        delete_rules(list(queryset.values_list("pk", flat=True)), user=staff_of(request))

    @admin.action(description="Switch on", permissions=["change"])
    def switch_on(self, request: HttpRequest, queryset: "QuerySet[RelationRule]") -> None:
        self._switch(request, queryset, active=True)

    @admin.action(description="Switch off: take their relations away", permissions=["change"])
    def switch_off(self, request: HttpRequest, queryset: "QuerySet[RelationRule]") -> None:
        self._switch(request, queryset, active=False)

    def _switch(self, request: HttpRequest, queryset: "QuerySet[RelationRule]", *, active: bool) -> None:
        chosen = list(queryset.values_list("pk", flat=True))
        call_service(
            request,
            lambda: switch_rules(chosen, active=active, user=staff_of(request)),
            done=f"Switched {'on' if active else 'off'}.",
        )


def side_of(rule: RelationRule, side: str) -> str:
    """What stands on one side of a rule, e.g. “Pens by Inkhollow tagged gift”."""
    category, brand, tag = (getattr(rule, f"{side}_{name}") for name in ("category", "brand", "tag"))
    parts = [str(category) if category else "things"]
    if brand:
        parts.append(f"by {brand}")
    if tag:
        parts.append(f"tagged “{tag}”")
    return " ".join(parts)


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def in_words(rule: RelationRule) -> str:
    brand = " of the same brand" if rule.same_brand else ""
    return f"Who chose {side_of(rule, 'head')} may need {side_of(rule, 'tail')}{brand}"


def why_nothing(rule: RelationRule) -> str:
    """Say which side of a rule that makes no relations has no items."""
    heads, tails = check_size(rule)
    empty = [side_of(rule, side) for side, count in (("head", heads), ("tail", tails)) if not count]
    if empty:
        return f"The catalogue has no {' and no '.join(empty)}."
    return "No two of its items go together, or the catalogue says all of it already."
