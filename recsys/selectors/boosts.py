"""Staff's rules that hold now, and the items that they concern."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now

from marketing.models import Item
from recsys.models import BoostRule
from recsys.selectors.categories import categories_below


class RuleRow(NamedTuple):
    """A rule as serving reads it: plain values, so that two looks can be compared."""

    id: int
    action: str
    placement: str
    factor: float
    position: int
    item_id: UUID | None
    category_id: UUID | None
    brand: str
    tag: str


def rules_now() -> tuple[RuleRow, ...]:
    """The rules that are switched on and within their time, the oldest first. One query."""
    rules = BoostRule.objects.filter(
        Q(starts_at__isnull=True) | Q(starts_at__lte=Now()),
        Q(ends_at__isnull=True) | Q(ends_at__gt=Now()),
        active=True,
    )
    return tuple(RuleRow._make(row) for row in rules.order_by("pk").values_list(*RuleRow._fields))


MEMBERS_OF = """
WITH RECURSIVE rule AS (
    SELECT id, item_id, category_id, brand, tag FROM recsys_boostrule WHERE id = ANY(%s)
), below AS (
    SELECT rule.id AS rule_id, rule.category_id FROM rule WHERE rule.category_id IS NOT NULL
    UNION
    SELECT below.rule_id, child.id FROM below JOIN marketing_category child ON child.parent_id = below.category_id
), member AS (
    SELECT rule.id AS rule_id, rule.item_id FROM rule WHERE rule.item_id IS NOT NULL
    UNION ALL
    SELECT below.rule_id, item.id FROM below JOIN marketing_item item ON item.category_id = below.category_id
    UNION ALL
    SELECT rule.id, item.id FROM rule JOIN marketing_item item ON item.brand = rule.brand WHERE rule.brand <> ''
    UNION ALL
    SELECT rule.id, item.id FROM rule JOIN marketing_item item ON item.tags @> ARRAY[rule.tag]::varchar[]
    WHERE rule.tag <> ''
)
SELECT rule_id, string_agg(uuid_send(item_id), '') FROM member GROUP BY rule_id
"""


def rule_members(rule_ids: Sequence[int]) -> dict[int, bytes]:
    """The items that each rule concerns, on offer or not: rule → their ids' 16 bytes one after another. One query."""
    if not rule_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(MEMBERS_OF, [list(rule_ids)])
        return {rule_id: bytes(raw) for rule_id, raw in cursor}


def concerned_items(*, item_id: UUID | None, category_id: UUID | None, brand: str, tag: str) -> int:
    """How many items on offer a rule with this target concerns."""
    offered = Item.objects.offered()
    if item_id:
        return offered.filter(pk=item_id).count()
    if category_id:
        return offered.filter(category__in=list(categories_below(ids=[category_id]).values())).count()
    return offered.filter(tags__contains=[tag]).count() if tag else offered.filter(brand=brand).count()
