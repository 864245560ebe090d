"""The lists of items that can be asked for."""

from typing import Annotated
from uuid import UUID

import strawberry
from strawberry.types import Info

from marketing.errors import InvalidInput, NotFound
from marketing.graphql import Anyone, CustomerRef, ItemRef, field, node_id, resolve_subject
from recsys import selectors, serving
from recsys.schema.filters import (
    Diversity,
    Filter,
    MaxPerBrand,
    MaxPerCategory,
    Placement,
    filters_of,
    variety_of,
)
from recsys.schema.types import RecommendationList

DEFAULT_LIST = 10
First = Annotated[int, strawberry.argument(description="How many items, 1 to 100.")]


@strawberry.type
class ListsQuery:
    @field(
        rule=Anyone(),
        description="Items for a customer; left out, for the viewer. Of whom nothing is known gets what is trending.",
    )
    def recommendations(
        self,
        info: Info,
        *,
        customer: CustomerRef | None = None,
        first: First = DEFAULT_LIST,
        placement: Placement = None,
        exclude_seen: Annotated[
            bool, strawberry.argument(description="Leave out what the person has viewed, bought or rated already.")
        ] = True,
        filter: Filter = None,  # noqa: A002 - the argument's name in GraphQL
        diversity: Diversity = None,
        max_per_category: MaxPerCategory = None,
        max_per_brand: MaxPerBrand = None,
    ) -> RecommendationList:
        ranked = serving.recommend(
            resolve_subject(info, customer),
            first=first,
            placement=placement or "",
            exclude_seen=exclude_seen,
            filters=filters_of(filter),
            variety=variety_of(diversity=diversity, max_per_category=max_per_category, max_per_brand=max_per_brand),
        )
        return RecommendationList.from_ranked(ranked)

    @field(rule=Anyone(), description="Items like one, without those that the viewer has seen.")
    def similar_items(
        self,
        info: Info,
        *,
        item: ItemRef,
        first: First = DEFAULT_LIST,
        placement: Placement = None,
        exclude_seen: Annotated[
            bool, strawberry.argument(description="Leave out what the viewer has viewed, bought or rated already.")
        ] = True,
        filter: Filter = None,  # noqa: A002
        diversity: Diversity = None,
        max_per_category: MaxPerCategory = None,
        max_per_brand: MaxPerBrand = None,
    ) -> RecommendationList:
        ranked = serving.similar_items(
            _item_id(item),
            first=first,
            placement=placement or "",
            subject=resolve_subject(info, None),
            exclude_seen=exclude_seen,
            filters=filters_of(filter),
            variety=variety_of(diversity=diversity, max_per_category=max_per_category, max_per_brand=max_per_brand),
        )
        return RecommendationList.from_ranked(ranked)

    @field(
        rule=Anyone(),
        description="Items that were bought with one, seen or not; then what is similar, with a reason that says so.",
    )
    def bought_together(
        self,
        info: Info,
        *,
        item: ItemRef,
        first: First = DEFAULT_LIST,
        placement: Placement = None,
        filter: Filter = None,  # noqa: A002
        max_per_category: MaxPerCategory = None,
        max_per_brand: MaxPerBrand = None,
    ) -> RecommendationList:
        ranked = serving.bought_together(
            _item_id(item),
            first=first,
            placement=placement or "",
            subject=resolve_subject(info, None),
            filters=filters_of(filter),
            variety=variety_of(diversity=None, max_per_category=max_per_category, max_per_brand=max_per_brand),
        )
        return RecommendationList.from_ranked(ranked)

    @field(
        rule=Anyone(),
        description="Items that a customer, left out the viewer, looked at, the newest first; for finding them back.",
    )
    def recently_viewed(
        self, info: Info, *, customer: CustomerRef | None = None, first: First = DEFAULT_LIST
    ) -> RecommendationList:
        return RecommendationList.from_ranked(serving.recently_viewed(resolve_subject(info, customer), first=first))

    @field(rule=Anyone(), description="Items that many people liked lately, the same for everybody.")
    def trending(
        self,
        *,
        first: First = DEFAULT_LIST,
        placement: Placement = None,
        filter: Filter = None,  # noqa: A002
        diversity: Diversity = None,
        max_per_category: MaxPerCategory = None,
        max_per_brand: MaxPerBrand = None,
    ) -> RecommendationList:
        ranked = serving.trending(
            first=first,
            placement=placement or "",
            filters=filters_of(filter),
            variety=variety_of(diversity=diversity, max_per_category=max_per_category, max_per_brand=max_per_brand),
        )
        return RecommendationList.from_ranked(ranked)


def _item_id(ref: ItemRef) -> UUID:
    if ref.id:
        return node_id(ref.id, "Item", field="item.id")
    if not ref.sku or "\0" in ref.sku:
        raise InvalidInput("item.sku", "is empty or holds a NUL character; expected the SKU of an item")
    item_id = selectors.item_id_of(ref.sku)
    if item_id is None:
        raise NotFound(f"item: no item has the SKU {ref.sku!r}")
    return item_id
