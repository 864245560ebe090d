"""Lists for all customers at once, as for a newsletter: the same that each would be shown, made in blocks.

The same, that is, as `serving.recommend` gives without exploration, diversity and caps: the arm of the person, the fresh
history, staff's rules, trends and newest items where the model has too little. What one person costs there in queries is
read for a block of people here, so that memory depends on the catalogue and not on the number of customers.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from uuid import UUID, uuid4

import numpy as np
import numpy.typing as npt
from scipy import sparse

from marketing.errors import NotFound
from recsys import selectors
from recsys.batches import top_for_all
from recsys.dataset import Csr, Mask
from recsys.item_ids import Ids, as_ids, as_keys, places_of
from recsys.selectors import ON_OFFER, OfferedItem, Recipient
from recsys.serving import candidates
from recsys.serving.boosts import Pin, Rules, rule_book
from recsys.serving.bundle import Bundle, deployed
from recsys.serving.candidates import Reasons, Taste
from recsys.serving.filling import NEW, STAFF_PICK, insert_pinned
from recsys.serving.lists import MADE_BY_MODEL, Candidate, RankedItem, RankedList
from recsys.serving.log import Entry, write
from recsys.serving.ranking import check_list

# A block has so many items in all its lists together, and so many people at most.
BLOCK_ITEMS, BLOCK_PEOPLE = 5_000, 500
# More than any catalogue has: 16 bytes each.
EVERY_ITEM = 10_000_000


@dataclass(frozen=True, slots=True)
class Mailed:
    """`customer` is the shop's own id; `identity_id` stands in the log."""

    customer: str
    identity_id: int
    ranked: RankedList


def lists_for_all(*, first: int, placement: str) -> Iterator[list[Mailed]]:
    """A list for every customer who agreed to personalisation, block by block, each made when it is asked for.

    What is on offer and what staff said is of the moment when the first block is asked for; what went off the shelves
    since is left out.

    Raises:
        InvalidInput: names `first` or `placement`.
        NotFound: nothing is deployed, or nothing that can be loaded.

    """
    check_list(first=first, placement=placement)
    if deployed.current() is None:
        raise NotFound("artefact: none that can be loaded is deployed as the recommender; train one first")
    return _blocks(first=first, placement=placement)


def log(lists: Iterable[Mailed], *, placement: str) -> int:
    """Write the lists down as given out now; gives their number."""
    now = datetime.now(UTC)
    entries = [Entry(mailed.ranked, now, placement, mailed.identity_id) for mailed in lists]
    return write(entries) if entries else 0


def _blocks(*, first: int, placement: str) -> Iterator[list[Mailed]]:
    shop = _Shop(first, rule_book.current(placement))
    for recipients in selectors.audience(block=max(1, min(BLOCK_PEOPLE, BLOCK_ITEMS // first))):
        own = _by_model(recipients, shop)
        drafts = [shop.filled(recipient, taken) for recipient, taken in zip(recipients, own, strict=True)]
        rows = _rows_of(drafts, shop)
        yield [_mailed(*given) for given in zip(recipients, drafts, rows, strict=True)]


@dataclass(frozen=True)
class _Draft:
    """A list before its items are looked up, and the artefact behind it."""

    bundle: Bundle | None
    candidates: Sequence[Candidate]


class _Shop:
    """What holds for everybody's list: what is on offer, what staff said, how long it is."""

    def __init__(self, first: int, rules: Rules) -> None:
        self.first = first
        self.rules = rules
        self.condition = rules.narrowed(ON_OFFER)
        self._shut: dict[UUID, Mask] = {}

    @cached_property
    def offered(self) -> Ids:
        """Ids `(n, 16)` of all that may stand in a list, the newest first."""
        return selectors.matching_ids(self.condition, first=EVERY_ITEM)

    @cached_property
    def pins(self) -> tuple[Pin, ...]:
        pins = self.rules.pins_of(first=self.first, left_out=frozenset)
        return tuple(pin for pin in pins if self.may_stand(as_ids([pin.item_id]))[0])

    def may_stand(self, item_ids: Ids) -> Mask:
        stands: Mask = places_of(item_ids, keys=self._offered_keys) >= 0
        return stands

    def shut(self, bundle: Bundle) -> Mask:
        """Which of the artefact's columns `(items,)` don't come from the model: not on offer, or pinned."""
        if bundle.artefact_id not in self._shut:
            shut = ~self.may_stand(bundle.item_ids)
            pinned = bundle.positions(as_ids([pin.item_id for pin in self.pins]))
            shut[pinned[pinned >= 0]] = True
            self._shut[bundle.artefact_id] = shut
        return self._shut[bundle.artefact_id]

    def filled(self, recipient: Recipient, own: "_Draft") -> _Draft:
        """The model's items, then what is trending, then what is new, and the pins at their places."""
        unwanted = recipient.past.unwanted() if self.pins else frozenset()
        pins = [pin for pin in self.pins if pin.item_id.bytes not in unwanted]
        room = self.first - len(pins)
        body = list(own.candidates[:room])
        if len(body) < room:
            met = {pin.item_id for pin in pins} | {candidate.item_id for candidate in body}
            for candidate in self._fill_ups(recipient):
                if candidate.item_id not in met:
                    met.add(candidate.item_id)
                    body.append(candidate)
                    if len(body) == room:
                        break
        insert_pinned(body, [(pin, Candidate(pin.item_id, 0.0, STAFF_PICK)) for pin in pins])
        return _Draft(own.bundle, body[: self.first])

    def _fill_ups(self, recipient: Recipient) -> Iterator[Candidate]:
        seen = recipient.past.seen()
        yield from (candidate for candidate in self._trend if candidate.item_id.bytes not in seen)
        for row in self.offered:
            if row.tobytes() not in seen:
                yield Candidate(UUID(bytes=row.tobytes()), 0.0, NEW)

    @cached_property
    def _trend(self) -> list[Candidate]:
        rows = list(candidates.trending(rules=self.rules))
        stands = self.may_stand(as_ids([row.item_id for row in rows]))
        return [row for row, stays in zip(rows, stands, strict=True) if stays]

    @cached_property
    def _offered_keys(self) -> npt.NDArray[np.bytes_]:
        return np.sort(as_keys(self.offered))


def _by_model(recipients: Sequence[Recipient], shop: _Shop) -> list[_Draft]:
    """What the artefact of each one's arm ranks above zero."""
    drafts = [_Draft(deployed.for_person(recipient.subject), ()) for recipient in recipients]
    arms = {draft.bundle.artefact_id: draft.bundle for draft in drafts if draft.bundle}
    for bundle in arms.values():
        tastes = {
            place: taste
            for place, (recipient, draft) in enumerate(zip(recipients, drafts, strict=True))
            if draft.bundle is bundle and len((taste := Taste.of(recipient.past, bundle=bundle)).places)
        }
        for place, found in zip(tastes, _ranked(list(tastes.values()), bundle, shop), strict=True):
            drafts[place] = _Draft(bundle, found)
    return drafts


def _ranked(tastes: Sequence[Taste], bundle: Bundle, shop: _Shop) -> Iterator[list[Candidate]]:
    """The candidates for each taste, the best first."""
    if not tastes:
        return
    shut = shop.shut(bundle)

    def adjusted(start: int, scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        scores = np.array(scores)  # what an algorithm gives may be a view of its own arrays
        for row, taste in zip(scores, tastes[start:], strict=False):
            row[:] = taste.adjusted(row, rules=shop.rules)
            row[taste.met] = -np.inf
        scores[:, shut] = -np.inf
        return scores

    for batch in top_for_all(
        bundle.scorer,
        _history_of(tastes, bundle),
        k=shop.first,
        sequences=lambda length: np.stack([taste.newest(length) for taste in tastes]),
        adjusted=adjusted,
    ):
        for row, places, scores in zip(batch.rows.tolist(), batch.places.tolist(), batch.scores.tolist(), strict=True):
            reasons = Reasons(tastes[row])
            yield [
                Candidate(bundle.item_id(place), score, reasons.of(place))
                for place, score in zip(places, scores, strict=True)
                if score > 0
            ]


def _history_of(tastes: Sequence[Taste], bundle: Bundle) -> Csr:
    ends = np.cumsum([0, *(len(taste.places) for taste in tastes)])
    items = np.concatenate([taste.items for taste in tastes])
    weights = np.concatenate([taste.weights for taste in tastes])
    history: Csr = sparse.csr_array((weights, items, ends), shape=(len(tastes), bundle.scorer.n_items))
    return history


def _rows_of(drafts: Sequence[_Draft], shop: _Shop) -> list[list[tuple[Candidate, OfferedItem]]]:
    """The items of each draft that may be shown still. One query for all."""
    listed = [(number, candidate) for number, draft in enumerate(drafts) for candidate in draft.candidates]
    found = selectors.offered_items(
        [candidate.item_id for _number, candidate in listed],
        because=[candidate.reason.because for _number, candidate in listed],
        through=[candidate.reason.through for _number, candidate in listed],
        first=len(listed),
        condition=shop.condition,
    )
    rows: list[list[tuple[Candidate, OfferedItem]]] = [[] for _draft in drafts]
    for place, item in found:
        number, candidate = listed[place]
        rows[number].append((candidate, item))
    return rows


def _mailed(recipient: Recipient, draft: _Draft, rows: Sequence[tuple[Candidate, OfferedItem]]) -> Mailed:
    items = tuple(
        RankedItem(rank, candidate.score, candidate.reason, item) for rank, (candidate, item) in enumerate(rows, 1)
    )
    personal = any(item.reason.code in MADE_BY_MODEL for item in items)
    artefact_id = draft.bundle.artefact_id if draft.bundle and personal else None
    ranked = RankedList(uuid4(), "personal" if personal else "trending", items, artefact_id)
    return Mailed(recipient.external_id, recipient.subject.identity_ids[0], ranked)
