"""What is new, and items whose texts lie nearest to what a person is interested in. One statement each."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection

from marketing.nearest import DIMENSIONS, fetch_nearest, similarity
from recsys.item_ids import Ids, of_bytes
from recsys.selectors.conditions import ON_OFFER, Condition


class Near(NamedTuple):
    """An item, the cosine of its text and the interests, and the item of the history whose text is nearest to it."""

    item_id: UUID
    similarity: float
    because: UUID


def nearest_to_interests(
    weights: Sequence[tuple[UUID, float]],
    *,
    first: int,
    condition: Condition,
    leave_out: Collection[UUID],
    among: Sequence[UUID] | None = None,
) -> list[Near]:
    """Up to `first` items that the condition lets through, the nearest first; with `among` only some of these.

    The interests are where the mean of the vectors of the items in `weights`, so weighted, points to. One statement;
    nothing when none of the items has a vector, or what she is for and against is the same.
    """
    statement = _statement(condition.sql, settings.ITEM_SPACE, among is not None)
    parameters: list[Any] = [[item_id for item_id, _weight in weights], [weight for _item_id, weight in weights]]
    parameters += [*condition.parameters, list(leave_out), *([] if among is None else [list(among)]), first]
    rows = fetch_nearest(statement, parameters)
    # The index gives them nearly in order.
    return sorted((Near(*row) for row in rows), key=lambda near: (-near.similarity, near.item_id))


def latest_ids(*, since: datetime, first: int) -> Ids:
    """Ids `(k, 16)` of the items on offer that came last, at most `first` and none before `since`, the latest first."""
    came = "COALESCE(marketing_item.published_at, marketing_item.created_at)"
    statement = f"""
    SELECT string_agg(uuid_send(latest.id), '' ORDER BY latest.came DESC, latest.id DESC) FROM (
        SELECT marketing_item.id, {came} AS came
        FROM marketing_item
        WHERE {ON_OFFER.sql} AND {came} > %s
        ORDER BY {came} DESC
        LIMIT %s
    ) AS latest
    """  # noqa: S608 – only constants of ours are put in
    with connection.cursor() as cursor:
        cursor.execute(statement, [since, first])
        (raw,) = cursor.fetchone()
    return of_bytes(raw)


@lru_cache(maxsize=256)
def _statement(condition: str, space: str, only_some: bool) -> str:  # noqa: FBT001 - a key of the cache
    vector = f"vector({DIMENSIONS[space]})"
    distance = similarity(space, to="(SELECT direction FROM interests)")
    some = "AND marketing_item.id = ANY(%s::uuid[])" if only_some else ""
    # Few are compared one by one: the index, which goes by the expression alone, may miss some and walks far to find them.
    order = f"{distance} + 0" if only_some else distance
    return f"""
    WITH met AS MATERIALIZED (
        SELECT told.item_id, told.weight, embedding.vector::{vector} AS vector
        FROM unnest(%s::uuid[], %s::float8[]) AS told (item_id, weight)
        JOIN marketing_itemembedding embedding ON embedding.item_id = told.item_id AND embedding.space = '{space}'
    ), interests AS MATERIALIZED (
        SELECT l2_normalize(sum(vector * array_fill(weight, ARRAY[{DIMENSIONS[space]}])::{vector}))::{vector} AS direction
        FROM met
    ), near AS MATERIALIZED (
        SELECT embedding.item_id, embedding.vector::{vector} AS vector, {distance} AS distance
        FROM marketing_itemembedding embedding
        JOIN marketing_item ON marketing_item.id = embedding.item_id
        LEFT JOIN marketing_category ON marketing_category.id = marketing_item.category_id
        WHERE embedding.space = '{space}' AND (SELECT vector_norm(direction) FROM interests) > 0
            AND {condition} AND marketing_item.id <> ALL(%s::uuid[]) {some}
        ORDER BY {order}
        LIMIT %s
    )
    SELECT near.item_id, -near.distance, nearest.item_id
    FROM near CROSS JOIN LATERAL (
        SELECT met.item_id FROM met WHERE met.weight > 0 ORDER BY met.vector <#> near.vector, met.item_id LIMIT 1
    ) nearest
    """  # noqa: S608 – only constants of ours are put in
