"""Recommendations in GraphQL. The types are plain and filled from what serving gives; no field asks the database."""

from enum import Enum
from typing import Annotated, Self, cast
from uuid import UUID

import strawberry
from strawberry import relay
from strawberry.types import Info

from marketing import models
from marketing.errors import InvalidInput, NotFound
from marketing.graphql import Anyone, CustomerRef, field, node_id, resolve_subject
from marketing.schema import ItemType
from recsys import selectors, serving
from recsys.serving.wording import notes_text, reason_text

DEFAULT_LIST = 10
First = Annotated[int, strawberry.argument(description="How many items, 1 to 100.")]


@strawberry.enum(description="What a list was made from.")
class RecommendationBasis(Enum):
    PERSONAL = "personal"
    TRENDING = "trending"
    SIMILAR = "similar"


@strawberry.enum(description="What the person should know about a list.")
class RecommendationNote(Enum):
    NOBODY = "nobody"
    NOT_PERSONAL = "not_personal"
    NO_MODEL = "no_model"
    NO_HISTORY = "no_history"
    ALL_SEEN = "all_seen"
    ALL_UNSEEN = "all_unseen"
    ALL_THERE_IS = "all_there_is"
    NOTHING_OFFERED = "nothing_offered"


@strawberry.enum(description="Why an item is in a list.")
class ReasonCode(Enum):
    BECAUSE_YOU = "because_you"
    SIMILAR_CUSTOMERS = "similar_customers"
    POPULAR = "popular"
    TRENDING = "trending"
    NEW = "new"
    SIMILAR_ITEM = "similar_item"


@strawberry.type(description="The item that is the reason for another one.")
class ReasonItem:
    id: relay.GlobalID
    title: str


@strawberry.type(description="Why an item is in a list, as data and in words.")
class RecommendationReason:
    code: ReasonCode
    kind: str | None = strawberry.field(description="The kind of the event with `because`: view, purchase, ….")
    text: str = strawberry.field(description="In English, to go on after the item's title: “because you viewed …”.")
    because: ReasonItem | None = strawberry.field(
        description="The item of the person's history that spoke for it most."
    )


@strawberry.type(description="An item and its place in a list.")
class RecommendedItem:
    rank: int = strawberry.field(description="From 1.")
    score: float = strawberry.field(description="Compares within one reason code only.")
    item: ItemType
    reason: RecommendationReason


@strawberry.type(description="Items in order.")
class RecommendationList:
    id: strawberry.ID = strawberry.field(description="Send it along with events that follow from the list.")
    basis: RecommendationBasis
    notes: list[RecommendationNote] = strawberry.field(description="Empty when all is as asked for.")
    note: str = strawberry.field(description="The notes in English.")
    items: list[RecommendedItem]

    @classmethod
    def from_ranked(cls, ranked: serving.RankedList) -> Self:
        return cls(
            id=strawberry.ID(str(ranked.list_id)),
            basis=RecommendationBasis(ranked.basis),
            notes=[RecommendationNote(note) for note in ranked.notes],
            note=notes_text(ranked.notes),
            items=[_recommended(item) for item in ranked.items],
        )


@strawberry.input(one_of=True, description="An item, by Attune's id or by the shop's own.")
class ItemRef:
    id: relay.GlobalID | None = strawberry.UNSET
    sku: Annotated[str | None, strawberry.argument(description="The shop's own id of the item.")] = strawberry.UNSET


@strawberry.type
class Query:
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
        placement: Annotated[
            str | None, strawberry.argument(description="Where the list is shown, e.g. “home”: it stands in the log.")
        ] = None,
        exclude_seen: Annotated[
            bool, strawberry.argument(description="Leave out what the person has viewed, bought or rated already.")
        ] = True,
    ) -> RecommendationList:
        subject = resolve_subject(info, customer)
        ranked = serving.recommend(subject, first=first, placement=placement or "", exclude_seen=exclude_seen)
        return RecommendationList.from_ranked(ranked)

    @field(rule=Anyone(), description="Items like one, without those that the viewer has seen.")
    def similar_items(
        self,
        info: Info,
        *,
        item: ItemRef,
        first: First = DEFAULT_LIST,
        exclude_seen: Annotated[
            bool, strawberry.argument(description="Leave out what the viewer has viewed, bought or rated already.")
        ] = True,
    ) -> RecommendationList:
        subject = resolve_subject(info, None)
        ranked = serving.similar_items(_item_id(item), first=first, subject=subject, exclude_seen=exclude_seen)
        return RecommendationList.from_ranked(ranked)

    @field(rule=Anyone(), description="Items that many people liked lately, the same for everybody.")
    def trending(self, first: First = DEFAULT_LIST) -> RecommendationList:
        return RecommendationList.from_ranked(serving.trending(first=first))


def _item_id(ref: ItemRef) -> UUID:
    if ref.id:
        return node_id(ref.id, "Item", field="item.id")
    if not ref.sku or "\0" in ref.sku:
        raise InvalidInput("item.sku", "is empty or holds a NUL character; expected the SKU of an item")
    item_id = selectors.item_id_of(ref.sku)
    if item_id is None:
        raise NotFound(f"item: no item has the SKU {ref.sku!r}")
    return item_id


def _recommended(ranked: serving.RankedItem) -> RecommendedItem:
    # The row has the attributes of the model that `from_row` reads.
    item = ItemType.from_row(cast("models.Item", ranked.item))
    return RecommendedItem(rank=ranked.rank, score=ranked.score, item=item, reason=_reason(ranked))


def _reason(ranked: serving.RankedItem) -> RecommendationReason:
    reason, title = ranked.reason, ranked.item.because_title
    because = ReasonItem(id=relay.GlobalID("Item", str(reason.because)), title=title) if title is not None else None
    return RecommendationReason(
        code=ReasonCode(reason.code), kind=reason.kind, text=reason_text(reason, title=title), because=because
    )
