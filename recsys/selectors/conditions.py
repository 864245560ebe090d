"""Which items a list may hold: what is on offer, and what a filter or staff say besides, as one piece of SQL."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, Self
from uuid import UUID

from django.db import connection

from marketing.models import Item


@dataclass(frozen=True, slots=True)
class Condition:
    """SQL over `marketing_item` and `marketing_category`, its place in statements and its parameters in their order.

    What is put into it are only pieces of ours; what comes from outside is a parameter.
    """

    sold_out_too: bool = False
    pieces: tuple[str, ...] = ()
    parameters: tuple[Any, ...] = field(default=())

    @property
    def sql(self) -> str:
        return " AND ".join((published_condition() if self.sold_out_too else offered_condition(), *self.pieces))

    def and_(self, piece: str, *parameters: Any) -> Self:
        return replace(self, pieces=(*self.pieces, piece), parameters=(*self.parameters, *parameters))

    def in_categories(self, category_ids: Sequence[UUID]) -> Self:
        return self.and_("marketing_item.category_id = ANY(%s::uuid[])", list(category_ids))

    def of_brands(self, brands: Sequence[str]) -> Self:
        return self.and_("marketing_item.brand = ANY(%s::text[])", list(brands))

    def with_any_tag(self, tags: Sequence[str]) -> Self:
        return self.and_("marketing_item.tags && %s::varchar[]", list(tags))

    def with_all_tags(self, tags: Sequence[str]) -> Self:
        return self.and_("marketing_item.tags @> %s::varchar[]", list(tags))

    def priced(self, *, currency: str, lowest: Decimal | None, highest: Decimal | None) -> Self:
        """In this currency and within both bounds, which count as within. An item without a price is not."""
        condition = self.and_("marketing_item.currency = %s AND marketing_item.price IS NOT NULL", currency)
        if lowest is not None:
            condition = condition.and_("marketing_item.price >= %s", lowest)
        return condition if highest is None else condition.and_("marketing_item.price <= %s", highest)

    def published_since(self, instant: datetime) -> Self:
        return self.and_("COALESCE(marketing_item.published_at, marketing_item.created_at) >= %s", instant)

    def without(
        self,
        *,
        item_ids: Sequence[UUID] = (),
        skus: Sequence[str] = (),
        category_ids: Sequence[UUID] = (),
        category_slugs: Sequence[str] = (),
        brands: Sequence[str] = (),
        tags: Sequence[str] = (),
    ) -> Self:
        """Leave out every item that is one of these or belongs to one of these."""
        condition = self
        if item_ids:
            condition = condition.and_("marketing_item.id <> ALL(%s::uuid[])", list(item_ids))
        if skus:
            condition = condition.and_("marketing_item.sku <> ALL(%s::text[])", list(skus))
        if category_ids:
            condition = condition.and_(
                "COALESCE(marketing_item.category_id <> ALL(%s::uuid[]), TRUE)", list(category_ids)
            )
        if category_slugs:
            condition = condition.and_(
                "COALESCE(marketing_category.slug <> ALL(%s::text[]), TRUE)", list(category_slugs)
            )
        if brands:
            condition = condition.and_("marketing_item.brand <> ALL(%s::text[])", list(brands))
        if tags:
            condition = condition.and_("NOT marketing_item.tags && %s::varchar[]", list(tags))
        return condition


@cache
def offered_condition() -> str:
    """`Item.objects.offered()` as SQL over `marketing_item`, so that the rule stands in one place."""
    return _where(Item.objects.offered().query)


@cache
def published_condition() -> str:
    """As `offered_condition`, of `Item.objects.published()`: what is sold out is in it."""
    return _where(Item.objects.published().query)


def _where(query: Any) -> str:
    condition, parameters = query.get_compiler(connection=connection).compile(query.where)
    # The rule's booleans are put in as SQL, so that it can be a piece of any statement.
    assert not parameters, "the rule holds no parameters"
    return f"({condition})"


ON_OFFER = Condition()
