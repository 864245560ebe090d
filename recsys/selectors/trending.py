"""What many people preferred lately."""

from functools import cache
from uuid import UUID

from django.conf import settings
from django.db import connection

from recsys.selectors.conditions import offered_condition
from recsys.signals import LOOKS, weight_sql

# Trending looks at this many of the newest events of the whole shop, so that its cost does not grow with the shop.
TRENDING_EVENTS = 200_000
DAY_SECONDS = 24 * 3600


def trending_scores(*, first: int) -> list[tuple[UUID, float]]:
    """Items on offer with the sum of the recent strengths that people gave them, the highest first.

    A strength halves every TRENDING_HALF_LIFE_DAYS before the newest event, not before now, so that an import of years
    ago has its trends too. Each person counts once for an item, so that those of whom nothing is kept can't count, and
    not at all where the newest decision was one against it, as what came back.
    """
    with connection.cursor() as cursor:
        per_second = -1 / (settings.TRENDING_HALF_LIFE_DAYS * DAY_SECONDS)
        cursor.execute(_trending_sql(weight_sql()), [TRENDING_EVENTS, per_second, first])
        return [(item_id, score) for item_id, score in cursor]


@cache
def _trending_sql(weight: str) -> str:
    # Below 2⁻⁵⁰⁰ Postgres would refuse the power as an underflow; at that floor plain sums still order the items.
    return f"""
    WITH recent AS MATERIALIZED (
        SELECT marketing_event.identity_id, marketing_event.item_id, marketing_event.occurred_at,
               marketing_event.kind, {weight} AS strength
        FROM marketing_event
        WHERE marketing_event.item_id IS NOT NULL AND marketing_event.quality = 'ok'
            AND marketing_event.identity_id NOT IN (
                SELECT identity.id FROM marketing_identity identity
                WHERE identity.source_id IN (SELECT id FROM marketing_source) AND identity.kind = 'nobody')
        ORDER BY marketing_event.occurred_at DESC
        LIMIT %s
    ), newest AS (
        SELECT max(occurred_at) AS at FROM recent
    ), given AS (
        SELECT recent.item_id, max(recent.strength * power(2.0::float8, greatest(
            %s * extract(epoch FROM newest.at - recent.occurred_at)::float8, -500))) AS strength
        FROM recent CROSS JOIN newest
        WHERE recent.strength <> 0
        GROUP BY recent.identity_id, recent.item_id
        HAVING max(recent.strength) > 0 AND COALESCE(
            max(recent.occurred_at) FILTER (WHERE recent.strength > 0 AND recent.kind NOT IN {LOOKS})
                > max(recent.occurred_at) FILTER (WHERE recent.strength < 0),
            bool_and(recent.strength > 0))
    )
    SELECT given.item_id, sum(given.strength)
    FROM given
    JOIN marketing_item ON marketing_item.id = given.item_id
    WHERE {offered_condition()}
    GROUP BY given.item_id
    ORDER BY 2 DESC, 1
    LIMIT %s
    """  # noqa: S608 – only constants of ours are put in
