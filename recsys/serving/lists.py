"""What serving gives: ranked items with their reasons, as data. Words are put to them in `wording`."""

from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from recsys.selectors import OfferedItem

Basis = Literal["personal", "trending", "similar", "together", "viewed"]
ReasonCode = Literal[
    "because_you",
    "related",
    "like_your_interests",
    "similar_customers",
    "popular",
    "trending",
    "new",
    "similar_item",
    "bought_together",
    "recently_viewed",
    "staff_pick",
    "exploring",
]
# Reasons of what an artefact ranked; all others come from other sources.
MADE_BY_MODEL: Final = frozenset({"because_you", "related", "similar_customers", "popular"})
NoteCode = Literal[
    "nobody",
    "not_personal",
    "no_model",
    "no_history",
    "nothing_viewed",
    "all_seen",
    "all_unseen",
    "all_there_is",
    "nothing_offered",
    "all_matching",
    "nothing_matches",
    "capped",
]


@dataclass(frozen=True, slots=True)
class Relation:
    """One arrow of the knowledge graph that led to an item; against its direction where not `forward`."""

    name: str
    forward: bool
    item_id: UUID
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an item is in the list.

    `because` is the item of the person's history that spoke most for it and `kind` her strongest event with that item;
    for codes similar_item and bought_together, `because` is the item whose neighbours or companions were asked for.
    For code related, `way` is how the knowledge graph leads from `because` to the item, which its last arrow reaches.
    """

    code: ReasonCode
    kind: str | None = None
    because: UUID | None = None
    way: tuple[Relation, ...] = ()

    @property
    def through(self) -> UUID | None:
        """The item between, where the way has two arrows."""
        return self.way[0].item_id if len(self.way) > 1 else None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that a source proposes; whether it may be shown is not yet known.

    `source` counts the sources of a list from 0, since scores of two of them don't compare.
    """

    item_id: UUID
    score: float
    reason: Reason
    source: int = 0


@dataclass(frozen=True, slots=True)
class RankedItem:
    """`rank` counts from 1; scores compare within one source only, since a model and a trend have different scales.

    `propensity` is the probability with which this item came to this place, as far as chance had a say in it.
    """

    rank: int
    score: float
    reason: Reason
    item: OfferedItem
    propensity: float = 1.0

    @property
    def item_id(self) -> UUID:
        return self.item.id


@dataclass(frozen=True, slots=True)
class RankedList:
    """`notes` says what the person should know about the list; it is empty when the list is what she asked for."""

    list_id: UUID
    basis: Basis
    items: tuple[RankedItem, ...]
    artefact_id: UUID | None
    notes: tuple[NoteCode, ...] = ()
