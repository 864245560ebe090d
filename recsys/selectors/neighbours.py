"""What stands near an item: on its shelf, under its tags."""

from functools import cache
from uuid import UUID

from django.db import connection

from recsys.selectors.conditions import offered_condition

# Newest items of a shelf that are looked at for neighbours by tags.
NEIGHBOUR_POOL = 5_000


def neighbour_scores(item_id: UUID, *, first: int) -> list[tuple[UUID, float]]:
    """Items on offer on the same shelf or with common tags: 1 for the shelf plus the Jaccard index of the tags."""
    with connection.cursor() as cursor:
        cursor.execute(_neighbours_sql(), [item_id, NEIGHBOUR_POOL, first])
        return [(found, score) for found, score in cursor]


@cache
def _neighbours_sql() -> str:
    return f"""
    WITH base AS (
        SELECT id, category_id, tags FROM marketing_item WHERE id = %s
    ), pool AS (
        SELECT marketing_item.id, marketing_item.tags AS tags, base.tags AS base_tags,
               COALESCE(marketing_item.category_id = base.category_id, FALSE) AS same_shelf
        FROM marketing_item CROSS JOIN base
        WHERE marketing_item.id <> base.id AND {offered_condition()}
          AND (marketing_item.category_id = base.category_id OR marketing_item.tags && base.tags)
        ORDER BY marketing_item.id DESC
        LIMIT %s
    )
    SELECT pool.id, pool.same_shelf::int + COALESCE(common.size::float8 / NULLIF(every.size, 0), 0)
    FROM pool
    CROSS JOIN LATERAL (SELECT count(*) AS size FROM (
        SELECT unnest(pool.tags) INTERSECT SELECT unnest(pool.base_tags)) AS tag) AS common
    CROSS JOIN LATERAL (SELECT count(*) AS size FROM (
        SELECT unnest(pool.tags) UNION SELECT unnest(pool.base_tags)) AS tag) AS every
    ORDER BY 2 DESC, pool.id DESC
    LIMIT %s
    """  # noqa: S608 – only constants of ours are put in
