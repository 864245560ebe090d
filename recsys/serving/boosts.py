"""Staff's rules, as serving applies them: factors on scores, items left out, items pinned to places.

The rules are kept in each process and looked at again every few seconds (settings.DEPLOYMENT_CHECK_SECONDS), so that a
change shows within seconds and a request pays nothing for rules that there are not.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.conf import settings

from recsys import selectors
from recsys.item_ids import NO_KEYS, as_keys, of_bytes, places_of
from recsys.models import BoostRule
from recsys.selectors import Condition, RuleRow
from recsys.serving.bundle import Bundle

Action = BoostRule.Action
Factors = npt.NDArray[np.float32]

# What stands on a rule's shelf is read again after this long, also when no rule has changed.
MEMBERS_SECONDS = 30.0
LEFT_OUT: Final = 0.0


@dataclass(frozen=True, slots=True)
class Pin:
    item_id: UUID
    position: int


@dataclass(frozen=True, eq=False)
class Rules:
    """What holds now in one placement.

    `keys` `(k,)` are the sorted ids of the items that rules concern and `factors` `(k,)` what their scores are
    multiplied with: above 1 up, below 1 down, 0 left out. Several rules for one item multiply.
    """

    keys: npt.NDArray[np.bytes_]
    factors: Factors
    pins: tuple[Pin, ...]
    excluded: Condition
    _of_bundle: dict[UUID, Factors | None] = field(default_factory=dict)

    def pins_of(self, *, first: int, left_out: Callable[[], frozenset[bytes]]) -> tuple[Pin, ...]:
        """The pins that a list of this length has a place for, without the ids, as bytes, that are left out of it."""
        if not self.pins:
            return ()
        never = left_out()
        return tuple(pin for pin in self.pins if pin.position <= first and pin.item_id.bytes not in never)

    def narrowed(self, condition: Condition) -> Condition:
        """`condition`, and none of what staff left out: in SQL, so that it holds for an item made just now too."""
        if not self.excluded.pieces:
            return condition
        return condition.and_(" AND ".join(self.excluded.pieces), *self.excluded.parameters)

    def factors_of(self, item_ids: npt.NDArray[np.uint8]) -> Factors | None:
        """Factors `(k,)` of these ids `(k, 16)`; None when no rule concerns any of them."""
        found = places_of(item_ids, keys=self.keys)
        if not (found >= 0).any():
            return None
        factors = np.ones(len(found), np.float32)
        factors[found >= 0] = self.factors[found[found >= 0]]
        return factors

    def factors_in(self, bundle: Bundle) -> Factors | None:
        """Factors `(items,)` of the bundle's columns, worked out once for each artefact."""
        if bundle.artefact_id not in self._of_bundle:
            self._of_bundle[bundle.artefact_id] = self.factors_of(bundle.item_ids)
        return self._of_bundle[bundle.artefact_id]


NO_RULES = Rules(NO_KEYS, np.empty(0, np.float32), (), Condition())


def multiplied(scores: npt.NDArray[np.float32], factors: Factors | None) -> npt.NDArray[np.float32]:
    """Positive scores multiplied; what is left out gets -inf.

    s' = m + (s - m)·f with the floor m = max(0, lowest - (highest - lowest)) of the positive scores. Where they begin
    near 0, as sums of weights do, m is 0 and s' is s·f. Where they lie far from 0 and near each other, as predicted
    ratings from 3.9 to 4.3 do, s·f would put whatever is moved at the very top or bottom: there a factor stretches what
    an item has above a floor that lies as far below the lowest as that lies below the highest. A score of 0 or less
    says that nothing speaks for the item: no factor changes that.
    """
    if factors is None:
        return scores
    positive = scores > 0
    if not positive.any():
        return scores
    floor = _floor(scores[positive])
    above = np.where(positive, scores - np.float32(floor), 0)
    moved = np.where(positive, floor + above * factors, scores)
    return np.where(factors == LEFT_OUT, -np.inf, moved).astype(np.float32)


def _floor(positive: npt.NDArray[np.float32]) -> float:
    lowest, highest = float(positive.min()), float(positive.max())
    return max(0.0, lowest - (highest - lowest)) if lowest < highest else 0.0


class RuleBook:
    """Looks at the rules when its time is over: one request looks, the others go on with the last; the first waits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Start as a fresh process would."""
        self._rows: tuple[RuleRow, ...] | None = None
        self._by_placement: Mapping[str, Rules] = {}
        self._look_at = 0.0
        self._compile_at = 0.0

    def current(self, placement: str) -> Rules:
        """What holds in this placement now."""
        if time.monotonic() >= self._look_at and self._lock.acquire(blocking=self._rows is None):
            try:
                if time.monotonic() >= self._look_at:
                    self._look()
            finally:
                self._lock.release()
        by_placement = self._by_placement
        return by_placement.get(placement) or by_placement.get("", NO_RULES)

    def _look(self) -> None:
        rows = selectors.rules_now()
        if rows != self._rows or (rows and time.monotonic() >= self._compile_at):
            self._by_placement = _compiled(rows)
            self._compile_at = time.monotonic() + MEMBERS_SECONDS
        self._rows = rows
        self._look_at = time.monotonic() + settings.DEPLOYMENT_CHECK_SECONDS


def _compiled(rows: Sequence[RuleRow]) -> dict[str, Rules]:
    """The rules of every placement that one of them names, and under "" of all others."""
    members = selectors.rule_members([row.id for row in rows if row.action != Action.PIN])
    placements = {row.placement for row in rows} | {""} if rows else set()
    return {
        placement: _of_placement([row for row in rows if row.placement in ("", placement)], members)
        for placement in placements
    }


def _of_placement(rows: Sequence[RuleRow], members: Mapping[int, bytes]) -> Rules:
    keys, factors = _factors([row for row in rows if row.action != Action.PIN], members)
    pins: dict[UUID, Pin] = {}
    for row in rows:
        if row.action == Action.PIN and row.item_id:  # pinned twice, an item stands where the older rule has it
            pins.setdefault(row.item_id, Pin(row.item_id, row.position))
    return Rules(keys, factors, tuple(pins.values()), _excluded([row for row in rows if row.action == Action.EXCLUDE]))


def _factors(rows: Sequence[RuleRow], members: Mapping[int, bytes]) -> tuple[npt.NDArray[np.bytes_], Factors]:
    rows = [row for row in rows if row.id in members]
    if not rows:
        return NO_RULES.keys, NO_RULES.factors
    parts = [as_keys(of_bytes(members[row.id])) for row in rows]
    keys, places = np.unique(np.concatenate(parts), return_inverse=True)
    factors = np.ones(len(keys), np.float32)
    np.multiply.at(factors, places, np.repeat([_factor(row) for row in rows], [len(part) for part in parts]))
    return keys, factors


def _factor(row: RuleRow) -> float:
    by_action = {Action.BOOST: row.factor, Action.BURY: 1 / row.factor, Action.EXCLUDE: LEFT_OUT}
    return by_action[Action(row.action)]


def _excluded(rows: Sequence[RuleRow]) -> Condition:
    shelves = [row.category_id for row in rows if row.category_id]
    return Condition().without(
        item_ids=[row.item_id for row in rows if row.item_id],
        category_ids=list(selectors.categories_below(ids=shelves).values()) if shelves else (),
        brands=[row.brand for row in rows if row.brand],
        tags=[row.tag for row in rows if row.tag],
    )


rule_book = RuleBook()
