"""What may be shown now, and the columns of it that lists show."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple, cast
from uuid import UUID

import orjson
from django.db import connection

from marketing.models import Item


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
