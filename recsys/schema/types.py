"""The types of recommendations: plain, and filled from what serving gives; no field asks the database."""

from enum import Enum
from typing import Self, cast
from uuid import UUID

import strawberry
from strawberry import relay

from marketing import models
from marketing.schema import ItemType
from recsys import serving
from recsys.serving.wording import notes_text, reason_text


@strawberry.enum(description="What a list was made from.")
class RecommendationBasis(Enum):
    PERSONAL = "personal"
    TRENDING = "trending"
    SIMILAR = "similar"
    TOGETHER = "together"
    VIEWED = "viewed"


@strawberry.enum(description="What the person should know about a list.")
class RecommendationNote(Enum):
    NOBODY = "nobody"
    NOT_PERSONAL = "not_personal"
    NO_MODEL = "no_model"
    NO_HISTORY = "no_history"
    NOTHING_VIEWED = "nothing_viewed"
    ALL_SEEN = "all_seen"
    ALL_UNSEEN = "all_unseen"
    ALL_THERE_IS = "all_there_is"
    NOTHING_OFFERED = "nothing_offered"
    ALL_MATCHING = "all_matching"
    NOTHING_MATCHES = "nothing_matches"
    CAPPED = "capped"


@strawberry.enum(description="Why an item is in a list.")
class ReasonCode(Enum):
    BECAUSE_YOU = "because_you"
    RELATED = "related"
    LIKE_YOUR_INTERESTS = "like_your_interests"
    SIMILAR_CUSTOMERS = "similar_customers"
    POPULAR = "popular"
    TRENDING = "trending"
    NEW = "new"
    SIMILAR_ITEM = "similar_item"
    BOUGHT_TOGETHER = "bought_together"
    RECENTLY_VIEWED = "recently_viewed"
    STAFF_PICK = "staff_pick"
    EXPLORING = "exploring"


@strawberry.type(description="The item that is the reason for another one.")
class ReasonItem:
    id: relay.GlobalID
    title: str


@strawberry.type(description="One arrow of the way from `because` to the item, through how items relate.")
class ReasonStep:
    relation: str = strawberry.field(description="accessory_of, same_brand, …, or a name of the shop's own.")
    forward: bool = strawberry.field(description="Whether the arrow was taken from head to tail.")
    item: ReasonItem | None = strawberry.field(description="Where it leads; null for an item that is not on offer.")


@strawberry.type(description="Why an item is in a list, as data and in words.")
class RecommendationReason:
    code: ReasonCode
    kind: str | None = strawberry.field(description="The kind of the event with `because`: view, purchase, ….")
    text: str = strawberry.field(description="In English, to go on after the item's title: “because you viewed …”.")
    because: ReasonItem | None = strawberry.field(
        description="The item of the person's history that spoke for it most."
    )
    path: list[ReasonStep] = strawberry.field(
        description="For code RELATED: how the knowledge graph leads from `because` to the item. Else empty."
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
            note=notes_text(ranked.notes, basis=ranked.basis),
            items=[_recommended(item) for item in ranked.items],
        )


def _recommended(ranked: serving.RankedItem) -> RecommendedItem:
    # The row has the attributes of the model that `from_row` reads.
    item = ItemType.from_row(cast("models.Item", ranked.item))
    return RecommendedItem(rank=ranked.rank, score=ranked.score, item=item, reason=_reason(ranked))


def _reason(ranked: serving.RankedItem) -> RecommendationReason:
    reason, title, through = ranked.reason, ranked.item.because_title, ranked.item.through_title
    return RecommendationReason(
        code=ReasonCode(reason.code),
        kind=reason.kind,
        text=reason_text(reason, title=title, through=through),
        because=_reason_item(reason.because, title),
        path=_path(ranked),
    )


def _path(ranked: serving.RankedItem) -> list[ReasonStep]:
    titles = {ranked.reason.through: ranked.item.through_title, ranked.item_id: ranked.item.title}
    return [
        ReasonStep(
            relation=arrow.name, forward=arrow.forward, item=_reason_item(arrow.item_id, titles.get(arrow.item_id))
        )
        for arrow in ranked.reason.way
    ]


def _reason_item(item_id: UUID | None, title: str | None) -> ReasonItem | None:
    return ReasonItem(id=relay.GlobalID("Item", str(item_id)), title=title) if title is not None else None
