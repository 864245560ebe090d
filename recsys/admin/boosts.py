"""Staff's rules for lists: what to pin, to move up or down, or to leave out."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminSelectWidget

from marketing.admin.cells import badge, moment
from marketing.admin.page import Page, column, staff_of
from recsys.models import BoostRule
from recsys.selectors import concerned_items
from recsys.services.boosts import delete_rules, save_rule, switch_rules

Action = BoostRule.Action
ACTION_COLOURS: dict[str, str] = {
    Action.PIN: "primary",
    Action.BOOST: "success",
    Action.BURY: "warning",
    Action.EXCLUDE: "danger",
}
TARGETS = {"item": "an item", "category": "a category, with all below it", "brand": "a brand", "tag": "a tag"}
BLANK: dict[str, Any] = {"item": None, "category": None, "brand": "", "tag": ""}


class BoostRuleForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """Asks for one target, and for a factor or a place only where the action has one."""

    concerns = forms.ChoiceField(
        choices=list(TARGETS.items()), widget=UnfoldAdminSelectWidget, help_text="Only an item can be pinned."
    )

    class Meta:
        model = BoostRule
        fields = [
            *["name", "action", "item", "category", "brand", "tag", "factor", "position"],
            *["placement", "starts_at", "ends_at", "active"],
        ]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["concerns"].initial = target_of(self.instance) if self.instance.pk else "item"

    def clean(self) -> dict[str, Any]:
        """Blank what the choices make meaningless, so that a hidden field can't contradict what is seen."""
        said = super().clean() or self.cleaned_data
        concerns, action = said.get("concerns"), said.get("action")
        if action == Action.PIN and concerns != "item":
            self.add_error("concerns", "Only an item can be pinned.")
        elif concerns and not said.get(concerns) and concerns not in self.errors:
            self.add_error(concerns, f"{TARGETS[concerns].split(',')[0].capitalize()} is expected here.")
        for name, value in BLANK.items():
            if name != concerns:
                said[name] = value
                self.errors.pop(name, None)
        for name, actions in (("factor", {Action.BOOST, Action.BURY}), ("position", {Action.PIN})):
            if action not in actions:
                self._forget(name, said)
        return said

    def _forget(self, name: str, said: dict[str, Any]) -> None:
        said[name] = getattr(BoostRule(), name)
        self.errors.pop(name, None)


def target_of(rule: BoostRule) -> str:
    if rule.item_id:
        return "item"
    if rule.category_id:
        return "category"
    return "tag" if rule.tag else "brand"


@admin.register(BoostRule)
class BoostRuleAdmin(Page):
    form = BoostRuleForm
    list_display = ["name", "state", "action_badge", "target", "where", "starts", "ends", "created_by"]
    list_select_related = ["item", "category", "created_by"]
    list_filter = ["action", "active", "placement"]
    search_fields = ["name", "brand", "tag", "placement", "item__title", "item__sku", "category__name"]
    search_help_text = "Name, placement, item, category, brand or tag"
    autocomplete_fields = ["item", "category"]
    readonly_fields = ["state", "target", "concerned", "created_by", "created_at"]
    actions = ["switch_on", "switch_off"]
    # Alpine's expressions over the form's fields: what is not asked for is not shown.
    conditional_fields = {
        **{name: f"concerns == '{name}'" for name in TARGETS},
        "factor": "action == 'boost' || action == 'bury'",
        "position": "action == 'pin'",
    }

    def get_fieldsets(self, request: HttpRequest, obj: BoostRule | None = None) -> list[Any]:
        may_change = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        what: list[Any] = ["name", "action", "target", "factor", "position"]
        if may_change:
            what = ["name", ("action", "concerns"), *TARGETS, "factor", "position"]
        when: list[Any] = ["placement", "starts_at", "ends_at", "active"]
        fieldsets: list[Any] = [("What shall happen", {"fields": what}), ("Where and when", {"fields": when})]
        if obj:
            fieldsets.append(("Now", {"fields": [("state", "concerned"), ("created_by", "created_at")]}))
        return fieldsets

    @column("State")
    def state(self, rule: BoostRule) -> SafeString:
        now = timezone.now()
        if not rule.active:
            return badge("off", hint="Switched off")
        if rule.ends_at and rule.ends_at <= now:
            return badge("over", "warning")
        if rule.starts_at and rule.starts_at > now:
            return badge("later", "info")
        return badge("holds", "success")

    @column("Action", ordering="action")
    def action_badge(self, rule: BoostRule) -> SafeString:
        text = {
            Action.PIN: f"place {rule.position}",
            Action.BOOST: f"up × {rule.factor:g}",
            Action.BURY: f"down ÷ {rule.factor:g}",
            Action.EXCLUDE: "left out",
        }[Action(rule.action)]
        return badge(text, ACTION_COLOURS[rule.action], hint=rule.get_action_display())

    @column("Concerns")
    def target(self, rule: BoostRule) -> SafeString:
        kind = target_of(rule)
        return format_html('<span class="attune-muted">{}</span> {}', kind, getattr(rule, kind))

    @column("Where", ordering="placement")
    def where(self, rule: BoostRule) -> str:
        return rule.placement or "everywhere"

    @column("From", ordering="starts_at")
    def starts(self, rule: BoostRule) -> SafeString:
        return moment(rule.starts_at)

    @column("Until", ordering="ends_at")
    def ends(self, rule: BoostRule) -> SafeString:
        return moment(rule.ends_at)

    @column("Items on offer")
    def concerned(self, rule: BoostRule) -> int:
        return items_of(rule)

    def save_model(self, request: HttpRequest, obj: BoostRule, form: Any, change: Any) -> None:
        save_rule(obj, user=staff_of(request))
        messages.info(request, f"The rule concerns {items_of(obj)} item(s) on offer. Lists follow within seconds.")

    def delete_model(self, request: HttpRequest, obj: BoostRule) -> None:
        delete_rules([obj.pk], user=staff_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: "QuerySet[BoostRule]") -> None:
        delete_rules(list(queryset.values_list("pk", flat=True)), user=staff_of(request))

    @admin.action(description="Switch on", permissions=["change"])
    def switch_on(self, request: HttpRequest, queryset: "QuerySet[BoostRule]") -> None:
        self._switch(request, queryset, active=True)

    @admin.action(description="Switch off", permissions=["change"])
    def switch_off(self, request: HttpRequest, queryset: "QuerySet[BoostRule]") -> None:
        self._switch(request, queryset, active=False)

    def _switch(self, request: HttpRequest, queryset: "QuerySet[BoostRule]", *, active: bool) -> None:
        changed = switch_rules(list(queryset.values_list("pk", flat=True)), active=active, user=staff_of(request))
        messages.success(request, f"Switched {'on' if active else 'off'} {changed} rule(s).")


def items_of(rule: BoostRule) -> int:
    return concerned_items(item_id=rule.item_id, category_id=rule.category_id, brand=rule.brand, tag=rule.tag)
