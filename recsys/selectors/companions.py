"""What goes with an item in other people's baskets, and what a person looked at last. One SQL statement each."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from recsys.selectors.conditions import offered_condition

# The newest events of an item in which its purchases are looked for, so many of those at most, and of each the pieces
# that lay beside it.
LOOKED_AT = 20_000
BASKETS = 2_000
PIECES = 100
# Of the pieces found together most often, so many are weighed.
WEIGHED = 60
# How often one of them is bought anyway is told from so many of its newest events.
SAMPLE = 100
# Two baskets that nobody meant are chance, one is nothing; with so many the score is half of what it comes to.
LEAST_BASKETS = 2
HALF_BELIEVED = 2
# What counts as one basket where purchases don't name their order, hours.
BASKET_HOURS = 24
# A person's newest looks that are read to find the items looked at last.
LOOKS = 500

# Baskets are found from the item's own index and filled from the buyers' index, so that the cost is bounded whatever the
# shop sold. Of those of whom nothing is kept all purchases are under one name: they have no baskets. An item that is
# bought all the time has more events since the first basket than the sample holds: the sample's rate holds for the rest.
TOGETHER = """
WITH basket AS MATERIALIZED (
    SELECT dense_rank() OVER (ORDER BY bought.identity_id, COALESCE(bought.order_number, bought.occurred_at::date::text))
               AS number,
           bought.identity_id, bought.occurred_at, bought.order_number
    FROM (
        SELECT identity_id, occurred_at, payload ->> 'order' AS order_number
        FROM (
            SELECT identity_id, occurred_at, payload, kind, quality
            FROM marketing_event
            WHERE item_id = %(item)s
            ORDER BY occurred_at DESC
            LIMIT %(looked_at)s
        ) newest
        WHERE kind = 'purchase' AND quality = 'ok'
        ORDER BY occurred_at DESC
        LIMIT %(baskets)s
    ) bought
    WHERE EXISTS (SELECT FROM marketing_identity WHERE id = bought.identity_id AND kind <> 'nobody')
), since AS MATERIALIZED (
    SELECT min(occurred_at) - make_interval(hours => %(hours)s) AS at FROM basket
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
    JOIN marketing_item ON marketing_item.id = piece.item_id
    WHERE {offered}
    GROUP BY piece.item_id
    HAVING count(DISTINCT basket.number) >= %(least)s
    ORDER BY baskets DESC, piece.item_id
    LIMIT %(weighed)s
)
SELECT together.item_id,
       together.baskets / sqrt(greatest(bought.times, together.baskets))
           * together.baskets / (together.baskets + %(half_believed)s) AS score
FROM together
CROSS JOIN since
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE kind = 'purchase' AND quality = 'ok') * (
        CASE WHEN count(*) < %(sample)s THEN 1
        ELSE extract(epoch FROM now() - since.at) / greatest(1, extract(epoch FROM now() - min(occurred_at))) END
    )::float8 AS times
    FROM (
        SELECT kind, quality, occurred_at
        FROM marketing_event
        WHERE item_id = together.item_id AND occurred_at >= since.at
        ORDER BY occurred_at DESC
        LIMIT %(sample)s
    ) newest
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
    """Items on offer that were bought with this one, and how much they belong together, the most first.

    The score is n / f^½ · n / (n + 2), with n the baskets that hold both and f how often the other one was bought since
    the first of these baskets. The first factor is P(other | item) / f^½ up to a factor that all share: with the root
    the bestsellers, which lie in every basket, don't come first just for that (Deshpande and Karypis 2004, §4.1.2). The
    second one shrinks what few baskets say (Koren 2008, §2.1). A pair that met in one basket alone is left out. A
    basket is an order or, where purchases don't name theirs, what one person bought within a day.
    """
    parameters: dict[str, int | UUID] = {
        "item": item_id,
        "looked_at": LOOKED_AT,
        "baskets": BASKETS,
        "pieces": PIECES,
        "hours": BASKET_HOURS,
        "least": LEAST_BASKETS,
        "weighed": WEIGHED,
        "sample": SAMPLE,
        "half_believed": HALF_BELIEVED,
        "first": first,
    }
    with connection.cursor() as cursor:
        cursor.execute(TOGETHER.format(offered=offered_condition()), parameters)
        return [(found, score) for found, score in cursor]


def recently_viewed(identity_ids: Sequence[int]) -> list[UUID]:
    """Items that these identities of one person looked at, the newest first, each once."""
    if not identity_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(VIEWED, [list(identity_ids), LOOKS])
        return [item_id for (item_id,) in cursor]
