"""Candidates in, a full list of items that may be shown out: pins, exploration, caps and variety, and fill-ups."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar
from uuid import UUID

from recsys import selectors
from recsys.selectors import ON_OFFER, Condition, OfferedItem
from recsys.serving.boosts import Pin
from recsys.serving.bundle import Bundle
from recsys.serving.diversity import PLAIN, POOL, Caps, Likeness, Variety, relevance, varied
from recsys.serving.exploring import NO_EXPLORATION, explore
from recsys.serving.lists import Candidate, RankedItem, Reason

# More candidates than wanted are asked for at once, since some won't be on offer.
SPARE = 10
# And so many times as many where there is a filter: a quarter of the catalogue may pass without a second look.
SELECTIVE = 4
STAFF_PICK = Reason("staff_pick")
NEW = Reason("new")

Chosen = tuple[Candidate, OfferedItem]
Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: how many items, which may be in it, and how they shall stand together.

    `left_out` gives the ids, as bytes, of what the person is not to see again; it is asked for only when it matters.
    `exploration` is the share of the places, but for the first, where chance has its say. `newcomers` are new items that
    take a place of their own: the first of them the first of `new_places` (from 0, before pins), and so on.
    """

    list_id: UUID
    first: int
    condition: Condition = ON_OFFER
    selective: bool = False
    pins: Sequence[Pin] = ()
    variety: Variety = PLAIN
    exploration: float = 0.0
    newcomers: tuple[Candidate, ...] = ()
    new_places: tuple[int, ...] = ()
    left_out: Callable[[], frozenset[bytes]] = frozenset
    bundle: Bundle | None = None

    @property
    def depth(self) -> int:
        """How many candidates are looked at first."""
        wanted = self.first * SELECTIVE if self.selective else self.first
        return max(wanted, POOL if self.variety.diversity else 0) + SPARE

    @property
    def surplus(self) -> bool:
        """Whether more items must be looked at than are taken."""
        return self.variety != PLAIN


@dataclass(frozen=True, slots=True)
class Filled:
    """`capped`: the list is short because of the caps."""

    items: tuple[RankedItem, ...]
    capped: bool


def fill(source: Iterator[Candidate], order: Order) -> Filled:
    """Go down the candidates until the list is full; take the newest items when they run out.

    One query when the first few candidates suffice. Pins stand at their places, whether seen or not, but only if they
    may be shown; they count for the caps and are not held back by them.
    """
    filling = _Filling(order)
    filling.begin(source)
    filling.go_on(source)
    filling.add_newest()
    return Filled(filling.in_order(), filling.is_capped())


def insert_pinned(entries: list[Entry], pinned: Iterable[tuple[Pin, Entry]]) -> None:
    """Put pinned entries where staff want them; of two for one place the older has it, the other the next."""
    last = -1
    for pin, entry in sorted(pinned, key=lambda one: one[0].position):
        last = max(pin.position - 1, last + 1)
        entries.insert(last, entry)


class _Filling:
    def __init__(self, order: Order) -> None:
        self._order = order
        self._caps = Caps(order.variety)
        self._met: set[int] = {pin.item_id.int for pin in order.pins}
        self._pinned: list[tuple[Pin, OfferedItem]] = []
        self._exploration = NO_EXPLORATION
        self._explored: list[tuple[int, Chosen]] = []
        self._new: list[Chosen] = []
        self._body: list[Chosen] = []

    def begin(self, source: Iterator[Candidate]) -> None:
        """Look up pins, new items, what chance brings, and the first candidates together."""
        order = self._order
        newcomers = list(self._unmet(iter(order.newcomers)))
        batch = list(islice(self._unmet(source), order.depth))
        self._exploration = explore(
            order.list_id,
            places=range(1, order.first),
            share=order.exploration,
            condition=order.condition,
            leave_out=self._left_out,
        )
        pins = [Candidate(pin.item_id, 0.0, STAFF_PICK) for pin in order.pins]
        fixed = [*pins, *newcomers]
        ahead = [*fixed, *self._exploration.candidates]
        wanted = order.depth if order.surplus else order.first
        found = self._offered([*ahead, *batch], first=len(ahead) + wanted)
        for place, (candidate, row) in found:
            if place < len(pins):
                self._caps.take(row, always=True)
                self._pinned.append((order.pins[place], row))
            elif place < len(ahead) and self._caps.take(row):
                self._met.add(row.id.int)
                if place < len(fixed):
                    self._new.append((candidate, row))
                else:
                    self._explored.append((self._exploration.places[place - len(fixed)], (candidate, row)))
        self._take([chosen for place, chosen in found if place >= len(ahead)])

    def go_on(self, source: Iterator[Candidate]) -> None:
        """Take more candidates, four times as many each time, as long as there is room and there are any."""
        depth = self._order.depth * 4
        while (room := self._room()) and (batch := list(islice(self._unmet(source), depth))):
            found = self._offered(batch, first=depth if self._order.surplus else room)
            self._take([chosen for _place, chosen in found])
            depth *= 4

    def add_newest(self) -> None:
        """Fill up with the newest items. With caps, every round brings items or ends a category or brand."""
        while room := self._room():
            wanted = max(room, POOL) if self._order.surplus else room
            left_out = [UUID(bytes=item_id) for item_id in self._left_out()]
            rows = selectors.newest_offered(first=wanted, leave_out=left_out, condition=self._condition())
            self._met.update(row.id.int for row in rows)
            self._take([(Candidate(row.id, 0.0, NEW), row) for row in rows])
            if len(rows) < wanted:
                return

    def in_order(self) -> tuple[RankedItem, ...]:
        """The list: the body, what chance put in the place of one of it, new items and the pins where they belong."""
        chance = self._exploration
        entries = [
            (candidate, row, 1 - chance.share if place else 1.0) for place, (candidate, row) in enumerate(self._body)
        ]
        for place, (candidate, row) in self._explored:
            entries[place : place + 1] = [(candidate, row, chance.propensity)]
        for place, (candidate, row) in zip(self._order.new_places, self._new, strict=False):
            entries.insert(place, (candidate, row, 1.0))
        insert_pinned(entries, [(pin, (Candidate(row.id, 0.0, STAFF_PICK), row, 1.0)) for pin, row in self._pinned])
        return tuple(
            RankedItem(rank, candidate.score, candidate.reason, row, propensity)
            for rank, (candidate, row, propensity) in enumerate(entries[: self._order.first], 1)
        )

    def is_capped(self) -> bool:
        return self._room() > 0 and any(self._caps.full())

    def _room(self) -> int:
        return self._order.first - len(self._pinned) - len(self._new) - len(self._body)

    def _left_out(self) -> frozenset[bytes]:
        return self._order.left_out() | {number.to_bytes(16) for number in self._met}

    def _condition(self) -> Condition:
        """The order's condition, and nothing of a category or brand that is full."""
        categories, brands = self._caps.full()
        return self._order.condition.without(category_slugs=categories, brands=brands)

    def _offered(self, candidates: Sequence[Candidate], *, first: int) -> list[tuple[int, Chosen]]:
        rows = selectors.offered_items(
            [candidate.item_id for candidate in candidates],
            because=[candidate.reason.because for candidate in candidates],
            through=[candidate.reason.through for candidate in candidates],
            first=first,
            condition=self._condition(),
        )
        return [(place, (candidates[place], row)) for place, row in rows]

    def _take(self, found: Sequence[Chosen]) -> None:
        """Take of these what there is room for; the first ones are chosen for their variety, if that is asked for."""
        if self._order.variety.diversity and not self._body and found:
            self._body += self._varied(found)
            return
        for chosen in found:
            if not self._room():
                return
            if self._caps.take(chosen[1]):
                self._body.append(chosen)

    def _varied(self, found: Sequence[Chosen]) -> list[Chosen]:
        items = [row for _candidate, row in found]
        places = varied(
            relevance([candidate.score for candidate, _row in found], [candidate.source for candidate, _row in found]),
            like=Likeness(items, self._order.bundle).row,
            diversity=self._order.variety.diversity,
            first=self._room(),
            take=lambda place: self._caps.take(items[place]),
        )
        return [found[place] for place in places]

    def _unmet(self, source: Iterator[Candidate]) -> Iterator[Candidate]:
        """Candidates that no earlier source has named. Their ids are kept as numbers, which hash faster."""
        met = self._met
        for candidate in source:
            if candidate.item_id.int not in met:
                met.add(candidate.item_id.int)
                yield candidate
