"""Staff's rules for lists: each change stands in the audit with who made it. Lists follow within seconds."""

from collections.abc import Collection
from typing import Any

from django.db import transaction

from marketing.models import User
from marketing.services import audit
from marketing.services.audit import Change
from recsys.models import BoostRule


def save_rule(rule: BoostRule, *, user: User) -> BoostRule:
    """Add or change a rule whose fields were checked (`full_clean`). Who added it stays named as its maker."""
    with transaction.atomic():
        before = _locked([rule.pk]).get(rule.pk) if rule.pk else None
        if before is None:
            rule.created_by = user
        rule.save()
        audit.record(
            action="change-boost-rule" if before else "add-boost-rule",
            row=rule,
            before=_said(before) if before else None,
            after=_said(rule),
            user=user,
        )
    return rule


def switch_rules(rule_ids: Collection[int], *, active: bool, user: User) -> int:
    """Switch these rules on or off; gives how many were the other way round."""
    with transaction.atomic():
        rules = [rule for rule in _locked(rule_ids).values() if rule.active != active]
        changes = []
        for rule in rules:
            before = _said(rule)
            rule.active = active
            changes.append(Change(rule, before, _said(rule)))
        BoostRule.objects.bulk_update(rules, ["active"])
        audit.record_all(action="switch-boost-rule", changes=changes, user=user)
    return len(rules)


def delete_rules(rule_ids: Collection[int], *, user: User) -> int:
    with transaction.atomic():
        rules = list(_locked(rule_ids).values())
        audit.record_all(
            action="delete-boost-rule", changes=[Change(rule, _said(rule), None) for rule in rules], user=user
        )
        BoostRule.objects.filter(pk__in=[rule.pk for rule in rules]).delete()
    return len(rules)


def _locked(rule_ids: Collection[int]) -> dict[int, BoostRule]:
    return {rule.pk: rule for rule in BoostRule.objects.select_for_update().filter(pk__in=rule_ids).order_by("pk")}


def _said(rule: BoostRule) -> dict[str, Any]:
    """What a rule says, as JSON's values."""
    return {
        "name": rule.name,
        "action": str(rule.action),
        "item": str(rule.item_id) if rule.item_id else None,
        "category": str(rule.category_id) if rule.category_id else None,
        "brand": rule.brand,
        "tag": rule.tag,
        "placement": rule.placement,
        "factor": rule.factor,
        "position": rule.position,
        "starts_at": rule.starts_at.isoformat() if rule.starts_at else None,
        "ends_at": rule.ends_at.isoformat() if rule.ends_at else None,
        "active": rule.active,
    }
