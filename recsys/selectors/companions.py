"""What goes with an item in other people's baskets, and what a person looked at last. One SQL statement each."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

# The newest purchases of an item that are looked into, and of each of those the pieces that lay beside it.
BASKETS = 2_000
PIECES = 100
# Of the pieces found together most often, so many are weighed.
WEIGHED = 200
# Their own purchases are counted up to here: a bestseller is one, however much of one it is.
COUNTED = 20_000
# Two baskets that nobody meant are chance, one is nothing.
LEAST_BASKETS = 2
# What counts as one basket where purchases don't name their order, hours.
BASKET_HOURS = 24
# A person's newest looks that are read to find the items looked at last.
LOOKS = 500

# Baskets are found from the item's own index and filled from the buyers' index, so that the cost is bounded whatever the
# shop sold. Of those of whom nothing is kept all purchases are under one name: they have no baskets.
TOGETHER = """
WITH basket AS MATERIALIZED (
    SELECT row_number() OVER () AS number, bought.identity_id, bought.occurred_at, bought.source_id,
           bought.payload ->> 'order' AS order_number
    FROM (
        SELECT identity_id, occurred_at, source_id, payload
        FROM marketing_event
        WHERE item_id = %(item)s AND kind = 'purchase' AND quality = 'ok'
        ORDER BY occurred_at DESC
        LIMIT %(baskets)s
    ) bought
    JOIN marketing_identity identity ON identity.id = bought.identity_id AND identity.kind <> 'nobody'
), together AS MATERIALIZED (
    SELECT piece.item_id, count(DISTINCT basket.number) AS baskets
    FROM basket
    CROSS JOIN LATERAL (
        SELECT other.item_id
        FROM marketing_event other
        WHERE other.identity_id = basket.identity_id AND other.kind = 'purchase' AND other.quality = 'ok'
            AND other.occurred_at BETWEEN basket.occurred_at - make_interval(hours => %(hours)s)
                AND basket.occurred_at + make_interval(hours => %(hours)s)
            AND other.item_id IS NOT NULL AND other.item_id <> %(item)s
            AND (basket.order_number IS NULL OR other.payload ->> 'order' = basket.order_number)
        LIMIT %(pieces)s
    ) piece
    GROUP BY piece.item_id
    HAVING count(DISTINCT basket.number) >= %(least)s
    ORDER BY baskets DESC, piece.item_id
    LIMIT %(weighed)s
)
SELECT together.item_id, together.baskets / sqrt(bought.times::float8) AS score
FROM together
CROSS JOIN LATERAL (
    SELECT count(*) AS times FROM (
        SELECT FROM marketing_event
        WHERE item_id = together.item_id AND kind = 'purchase' AND quality = 'ok'
        LIMIT %(counted)s
    ) purchase
) bought
ORDER BY score DESC, together.item_id
LIMIT %(first)s
"""

VIEWED = """
SELECT item_id
FROM (
    SELECT item_id, max(occurred_at) AS last_at
    FROM (
        SELECT item_id, occurred_at
        FROM marketing_event
        WHERE identity_id = ANY(%s) AND kind IN ('view', 'click') AND quality = 'ok' AND item_id IS NOT NULL
        ORDER BY occurred_at DESC
        LIMIT %s
    ) look
    GROUP BY item_id
) looked
ORDER BY last_at DESC, item_id
"""


def bought_together(item_id: UUID, *, first: int) -> list[tuple[UUID, float]]:
    """Items that were bought with this one, and how much they belong together, the most first.

    The score is P(other | item) / freq(other)^½ up to a factor that all share: with the root the bestsellers, which lie
    in every basket, don't come first just for that (Deshpande and Karypis 2004, §4.1.2, conditional probability). A
    pair that met in one basket alone is left out. A basket is an order or, where purchases don't name theirs, what one
    person bought within a day.
    """
    parameters: dict[str, Any] = {
        "item": item_id,
        "baskets": BASKETS,
        "pieces": PIECES,
        "hours": BASKET_HOURS,
        "least": LEAST_BASKETS,
        "weighed": WEIGHED,
        "counted": COUNTED,
        "first": first,
    }
    with connection.cursor() as cursor:
        cursor.execute(TOGETHER, parameters)
        return [(found, score) for found, score in cursor]


def recently_viewed(identity_ids: Sequence[int]) -> list[UUID]:
    """Items that these identities of one person looked at, the newest first, each once."""
    if not identity_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(VIEWED, [list(identity_ids), LOOKS])
        return [item_id for (item_id,) in cursor]
