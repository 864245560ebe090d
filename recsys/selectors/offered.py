"""What may be shown now, and the columns of it that lists show."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple, cast
from uuid import UUID

import numpy as np
import numpy.typing as npt
import orjson
from django.db import connection

from marketing.models import Item
from recsys.item_ids import of_bytes
from recsys.selectors.conditions import ON_OFFER, Condition, offered_condition


class Shelf(NamedTuple):
    slug: str
    name: str
    translations: dict[str, Any]


class OfferedItem(NamedTuple):
    """The columns that lists of items show, and the titles of what is the reason and of what led there from it, if any.

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
    through_title: str | None

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


def offered_items(
    item_ids: Sequence[UUID],
    *,
    because: Sequence[UUID | None],
    first: int,
    through: Sequence[UUID | None] = (),
    condition: Condition = ON_OFFER,
) -> list[tuple[int, OfferedItem]]:
    """Up to `first` of these items that the condition lets through, in the given order, each after its place there.

    One query. `because` names for each the item whose title explains it; `through` the item that led from that one to it,
    whose title is told only while it is on offer itself.
    """
    told: list[Any] = [list(item_ids), list(because), list(through) or [None] * len(item_ids)]
    with connection.cursor() as cursor:
        cursor.execute(offered_statement(condition.sql), [*told, *condition.parameters, first])
        return [(row[-1] - 1, OfferedItem._make(row[:-1])) for row in cursor.fetchall()]


# Filters are few pieces of SQL in a few hundred combinations; the bound is against those who would try them all.
@lru_cache(maxsize=256)
def offered_statement(condition: str | None = None) -> str:
    return f"""
    SELECT {COLUMNS}, because.title, through.title, ranked.place
    FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[]) WITH ORDINALITY AS ranked (item_id, because_id, through_id, place)
    JOIN marketing_item ON marketing_item.id = ranked.item_id
    LEFT JOIN marketing_category ON marketing_category.id = marketing_item.category_id
    LEFT JOIN marketing_item AS because ON because.id = ranked.because_id
    LEFT JOIN LATERAL (
        SELECT marketing_item.title FROM marketing_item
        WHERE marketing_item.id = ranked.through_id AND {offered_condition()}
    ) AS through ON TRUE
    WHERE {condition or offered_condition()}
    ORDER BY ranked.place
    LIMIT %s
    """  # noqa: S608 – only constants of ours are put in


def newest_offered(*, first: int, leave_out: Collection[UUID], condition: Condition = ON_OFFER) -> list[OfferedItem]:
    """Items that the condition lets through by age, the newest first: the last resort when nothing else fills a list."""
    statement = f"""
    SELECT {COLUMNS}, NULL, NULL
    FROM marketing_item
    LEFT JOIN marketing_category ON marketing_category.id = marketing_item.category_id
    WHERE {condition.sql} AND NOT marketing_item.id = ANY(%s::uuid[])
    ORDER BY marketing_item.id DESC
    LIMIT %s
    """  # noqa: S608 – only constants of ours are put in
    with connection.cursor() as cursor:
        cursor.execute(statement, [*condition.parameters, list(leave_out), first])
        return [OfferedItem._make(row) for row in cursor.fetchall()]


def matching_ids(condition: Condition, *, first: int) -> npt.NDArray[np.uint8]:
    """Ids `(k, 16)` of the newest `first` items that the condition lets through, as bytes: one row whatever k is."""
    statement = f"""
    SELECT string_agg(uuid_send(matching.id), '' ORDER BY matching.id DESC) FROM (
        SELECT marketing_item.id
        FROM marketing_item
        LEFT JOIN marketing_category ON marketing_category.id = marketing_item.category_id
        WHERE {condition.sql}
        ORDER BY marketing_item.id DESC
        LIMIT %s
    ) AS matching
    """  # noqa: S608 – only constants of ours are put in
    with connection.cursor() as cursor:
        cursor.execute(statement, [*condition.parameters, first])
        (raw,) = cursor.fetchone()
    return of_bytes(raw)


def item_title(item_id: UUID) -> str | None:
    """Its title, also when it is no longer on offer; None when there is no such item."""
    return Item.objects.filter(pk=item_id).values_list("title", flat=True).first()


def item_id_of(sku: str) -> UUID | None:
    return Item.objects.filter(sku=sku).values_list("pk", flat=True).first()
