"""Staff's rules of the knowledge graph: written, and made relations of items. Each change stands in the audit."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import connection, transaction
from redis.exceptions import RedisError

from marketing.errors import InvalidInput
from marketing.models import ItemRelation, RelationRule, User
from marketing.services import audit
from marketing.services.audit import Change
from marketing.services.nudges import nudge, once_committed
from marketing.services.rule_arrows import write_arrows

logger = logging.getLogger(__name__)

# Names the advisory lock under which rules become relations: two at once would each miss what the other adds.
LOCK = 0x61_74_74_75_6E_65_05  # “attune”, 5
# Catalogues come in many batches: their rules are applied once, so many seconds after the first.
WAIT_SECONDS = 60
ASKED = "relation-rules-asked"


@dataclass(frozen=True)
class Applied:
    """How many rules hold, the arrows that they make, how many of those changed, and which rules want too many."""

    rules: int
    arrows: int
    changed: int
    refused: tuple[str, ...]


def save_rule(rule: RelationRule, *, user: User | None) -> int:
    """Add or change a rule and make its relations; gives their number, 0 where the rule is off.

    Raises:
        InvalidInput: names the field that is wrong, or says that the rule would make too many relations.

    """
    _check(rule)
    with transaction.atomic():
        _lock()
        before = RelationRule.objects.filter(pk=rule.pk).first() if rule.pk else None
        rule.save()
        audit.record(
            action="change-relation-rule" if before else "add-relation-rule",
            row=rule,
            before=_said(before) if before else None,
            after=_said(rule),
            user=user,
        )
        arrows = _write(rule)
        # What this rule said before, another one may say too.
        _refresh({rule.relation, *([before.relation] if before else [])}, but=rule.pk)
    return arrows


def switch_rules(rule_ids: Collection[int], *, active: bool, user: User) -> int:
    """Switch these rules on or off; gives how many were the other way round.

    Raises:
        InvalidInput: a rule would make too many relations; none is switched then.

    """
    with transaction.atomic():
        _lock()
        rules = list(RelationRule.objects.filter(pk__in=rule_ids, active=not active).order_by("pk"))
        changes = []
        for rule in rules:
            before = _said(rule)
            rule.active = active
            changes.append(Change(rule, before, _said(rule)))
            rule.save(update_fields=["active", "updated_at"])
            _write(rule)
        audit.record_all(action="switch-relation-rule", changes=changes, user=user)
        _refresh({rule.relation for rule in rules})
    return len(rules)


def delete_rules(rule_ids: Collection[int], *, user: User) -> int:
    """Delete these rules with the relations that they made."""
    with transaction.atomic():
        _lock()
        rules = list(RelationRule.objects.filter(pk__in=rule_ids).order_by("pk"))
        changes = [Change(rule, _said(rule), None) for rule in rules]
        audit.record_all(action="delete-relation-rule", changes=changes, user=user)
        RelationRule.objects.filter(pk__in=[rule.pk for rule in rules]).delete()
        _refresh({rule.relation for rule in rules})
    return len(rules)


def apply_rules() -> Applied:
    """Bring the relations of all rules in line with the catalogue; one rule after the other, each in its transaction."""
    arrows = changed = 0
    refused = []
    rules = list(RelationRule.objects.order_by("pk").values_list("pk", flat=True))
    for rule_id in rules:
        with transaction.atomic():
            _lock()
            rule = RelationRule.objects.filter(pk=rule_id).first()
            if rule is None:  # deleted meanwhile
                continue
            if not rule.active:
                changed += _remove(rule)
                continue
            try:
                made, differ = write_arrows(rule)
            except InvalidInput as error:
                logger.warning("the rule “%s” keeps the relations that it had: %s", rule.name, error.message)
                refused.append(rule.name)
            else:
                arrows, changed = arrows + made, changed + differ
    return Applied(len(rules), arrows, changed, tuple(refused))


def ask_to_apply() -> None:
    """Have a worker apply the rules to what this transaction writes of items, a minute after it is committed."""
    once_committed(wake)


def wake() -> None:
    """Ask a worker, unless one was asked a moment ago; where nobody remembers, the schedule does it."""
    try:
        asked = not cache.add(ASKED, 1, timeout=WAIT_SECONDS)
    except RedisError as error:
        logger.warning("nobody remembers whether rules are to be applied; the schedule does it: %s", error)
        return
    if not asked:
        nudge("marketing.apply_relation_rules", countdown=WAIT_SECONDS)


def _check(rule: RelationRule) -> None:
    try:
        rule.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise InvalidInput("rule" if field == NON_FIELD_ERRORS else field, messages[0]) from error


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _write(rule: RelationRule) -> int:
    if not rule.active:
        _remove(rule)
        return 0
    arrows, _changed = write_arrows(rule)
    return arrows


def _remove(rule: RelationRule) -> int:
    deleted, _by_model = ItemRelation.objects.filter(rule=rule).delete()
    return deleted


def _refresh(relations: set[str], *, but: int = 0) -> None:
    """Apply the other rules that make relations of these names; who has grown too large keeps what it had."""
    for rule in RelationRule.objects.filter(relation__in=relations, active=True).exclude(pk=but).order_by("pk"):
        try:
            write_arrows(rule)
        except InvalidInput as error:
            logger.warning("the rule “%s” keeps the relations that it had: %s", rule.name, error.message)


def _said(rule: RelationRule) -> dict[str, Any]:
    """What a rule says, as JSON's values."""
    return {
        **{name: getattr(rule, name) for name in ("name", "relation", "sentence", "weight", "active", "same_brand")},
        **{name: getattr(rule, name) for name in ("head_brand", "head_tag", "tail_brand", "tail_tag")},
        "head_category": str(rule.head_category_id) if rule.head_category_id else None,
        "tail_category": str(rule.tail_category_id) if rule.tail_category_id else None,
    }
