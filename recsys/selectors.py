"""What serving reads: a person's history, what is trending, what is on offer. One SQL statement each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple, cast
from uuid import UUID

import numpy as np
import numpy.typing as npt
import orjson
from django.db import connection

from marketing.models import Item
from recsys.interactions import STRENGTH

# A person's newest events that count as seen. The bound keeps a robot's history from slowing its answers down.
SEEN_EVENTS = 10_000
# Trending looks at this many of the newest events of the whole shop, so that its cost does not grow with the shop.
TRENDING_EVENTS = 200_000
TRENDING_HALF_LIFE_SECONDS = 7 * 24 * 3600
# Newest items of a shelf that are looked at for neighbours by tags.
NEIGHBOUR_POOL = 5_000


@dataclass(frozen=True, eq=False)
class History:
    """What a person met, the newest first; every item once, with its strongest event.

    `item_ids` `(k, 16)` uint8, bytes of the UUIDs; `strengths` `(k,)` float32, 0 where the person met the item but did
    not prefer it; `kinds` the names of the strongest events.
    """

    item_ids: npt.NDArray[np.uint8]
    strengths: npt.NDArray[np.float32]
    kinds: Sequence[str]

    def __len__(self) -> int:
        return len(self.kinds)

    def item_id(self, place: int) -> UUID:
        return UUID(bytes=self.item_ids[place].tobytes())

    def seen(self) -> frozenset[bytes]:
        """The ids as bytes. Made when asked for, since a list that the model fills alone does not need it."""
        raw = self.item_ids.tobytes()
        return frozenset(raw[start : start + 16] for start in range(0, len(raw), 16))


NO_HISTORY = History(np.empty((0, 16), np.uint8), np.empty(0, np.float32), ())


class Shelf(NamedTuple):
    slug: str
    name: str
    translations: dict[str, Any]


class OfferedItem(NamedTuple):
    """The columns that lists of items show, and the title of the item that is the reason, if there is one.

    Its attributes are named as those of the model, which it stands in for without the cost of one.
    """

    id: UUID
    sku: str
    title: str
    description: str
    translations_json: str
    price: Decimal | None
    currency: str
    brand: str
    tags: list[str]
    image_url: str
    url: str
    available: bool
    category_slug: str | None
    category_name: str
    category_translations_json: str
    because_title: str | None

    @property
    def pk(self) -> UUID:
        return self.id

    @property
    def category(self) -> Shelf | None:
        if self.category_slug is None:
            return None
        return Shelf(self.category_slug, self.category_name, orjson.loads(self.category_translations_json))

    @property
    def translations(self) -> dict[str, Any]:
        return cast("dict[str, Any]", orjson.loads(self.translations_json))


COLUMNS = """
    marketing_item.id, marketing_item.sku, marketing_item.title, marketing_item.description,
    marketing_item.translations, marketing_item.price, marketing_item.currency, marketing_item.brand,
    marketing_item.tags, marketing_item.image_url, marketing_item.url, marketing_item.available,
    marketing_category.slug, marketing_category.name, marketing_category.translations
"""


def history(identity_ids: Sequence[int]) -> History:
    """What these identities of one person met, read fresh. One query.

    The ids travel as one string of bytes and not as rows, since making a UUID object of each costs more than the query.
    """
    if not identity_ids:
        return NO_HISTORY
    with connection.cursor() as cursor:
        cursor.execute(HISTORY, [list(identity_ids), SEEN_EVENTS])
        raw, strengths, kinds = cursor.fetchone()
    if raw is None:
        return NO_HISTORY
    return History(np.frombuffer(raw, np.uint8).reshape(-1, 16), np.array(strengths, np.float32), kinds)


HISTORY = f"""
WITH recent AS (
    SELECT marketing_event.item_id, marketing_event.kind, marketing_event.occurred_at,
           COALESCE({STRENGTH}, 0) AS strength
    FROM marketing_event
    WHERE marketing_event.identity_id = ANY(%s) AND marketing_event.item_id IS NOT NULL
        AND marketing_event.quality = 'ok'
    ORDER BY marketing_event.occurred_at DESC
    LIMIT %s
), met AS (
    SELECT item_id, max(strength) AS strength, max(occurred_at) AS last_at,
           (array_agg(kind ORDER BY strength DESC, occurred_at DESC))[1] AS kind
    FROM recent
    GROUP BY item_id
)
SELECT string_agg(uuid_send(item_id), '' ORDER BY last_at DESC, item_id),
       array_agg(strength ORDER BY last_at DESC, item_id),
       array_agg(kind ORDER BY last_at DESC, item_id)
FROM met
"""  # noqa: S608 – only constants of ours are put in


def offered_items(
    item_ids: Sequence[UUID], *, because: Sequence[UUID | None], first: int
) -> list[tuple[int, OfferedItem]]:
    """Up to `first` of these items that may be shown now, in the given order, each after its place there. One query.

    `because` names for each the item whose title explains it.
    """
    with connection.cursor() as cursor:
        cursor.execute(offered_statement(), [list(item_ids), list(because), first])
        return [(row[-1] - 1, OfferedItem._make(row[:-1])) for row in cursor.fetchall()]


@cache
def offered_statement() -> str:
    return f"""
    SELECT {COLUMNS}, because.title, ranked.place
    FROM unnest(%s::uuid[], %s::uuid[]) WITH ORDINALITY AS ranked (item_id, because_id, place)
    JOIN marketing_item ON marketing_item.id = ranked.item_id
    LEFT JOIN marketing_category ON marketing_category.id = marketing_item.category_id
    LEFT JOIN marketing_item AS because ON because.id = ranked.because_id
    WHERE {offered_condition()}
    ORDER BY ranked.place
    LIMIT %s
    """  # noqa: S608 – only constants of ours are put in


def newest_offered(*, first: int, leave_out: Collection[UUID]) -> list[OfferedItem]:
    """Items on offer by age, the newest first: the last resort when nothing else fills a list."""
    with connection.cursor() as cursor:
        cursor.execute(_newest_sql(), [list(leave_out), first])
        return [OfferedItem._make(row) for row in cursor.fetchall()]


@cache
def _newest_sql() -> str:
    return f"""
    SELECT {COLUMNS}, NULL
    FROM marketing_item
    LEFT JOIN marketing_category ON marketing_category.id = marketing_item.category_id
    WHERE {offered_condition()} AND NOT marketing_item.id = ANY(%s::uuid[])
    ORDER BY marketing_item.id DESC
    LIMIT %s
    """  # noqa: S608 – only constants of ours are put in


def trending_scores(*, first: int) -> list[tuple[UUID, float]]:
    """Items on offer with the sum of the recent strengths that people gave them, the highest first.

    A strength halves every seven days before the newest event, not before now, so that an import of years ago has its
    trends too. Each person counts once for an item, so that those of whom nothing is kept can't count.
    """
    with connection.cursor() as cursor:
        cursor.execute(_trending_sql(), [TRENDING_EVENTS, -1 / TRENDING_HALF_LIFE_SECONDS, first])
        return [(item_id, score) for item_id, score in cursor]


@cache
def _trending_sql() -> str:
    # Below 2⁻⁵⁰⁰ Postgres would refuse the power as an underflow; at that floor plain sums still order the items.
    return f"""
    WITH recent AS MATERIALIZED (
        SELECT marketing_event.identity_id, marketing_event.item_id, marketing_event.occurred_at,
               {STRENGTH} AS strength
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
        WHERE recent.strength > 0
        GROUP BY recent.identity_id, recent.item_id
    )
    SELECT given.item_id, sum(given.strength)
    FROM given
    JOIN marketing_item ON marketing_item.id = given.item_id
    WHERE {offered_condition()}
    GROUP BY given.item_id
    ORDER BY 2 DESC, 1
    LIMIT %s
    """  # noqa: S608 – only constants of ours are put in


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


def item_title(item_id: UUID) -> str | None:
    """Its title, also when it is no longer on offer; None when there is no such item."""
    return Item.objects.filter(pk=item_id).values_list("title", flat=True).first()


def item_id_of(sku: str) -> UUID | None:
    return Item.objects.filter(sku=sku).values_list("pk", flat=True).first()


@cache
def offered_condition() -> str:
    """`Item.objects.offered()` as SQL over `marketing_item`, so that the rule stands in one place."""
    query = Item.objects.offered().query
    condition, parameters = query.get_compiler(connection=connection).compile(query.where)
    assert not parameters, "the rule holds no parameters, so that it can be put into statements"
    return f"({condition})"
