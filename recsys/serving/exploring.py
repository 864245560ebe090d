"""A small share of a list's places goes to chance, so that what nobody has met yet is met by somebody.

What is shown only because a model liked it teaches the next model nothing about the rest. The probabilities stand in
the list's log, so that policies can be judged from it later (Li et al. 2010, inverse propensity scoring).
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from recsys import selectors
from recsys.selectors import ON_OFFER, Condition
from recsys.serving.lists import Candidate, Reason
from recsys.serving.refreshed import Refreshed

# The newest items on offer, among which chance chooses: those that had the least time to be met.
NEWCOMERS = 200
REFRESH_SECONDS = 45.0
REASON = Reason("exploring")


@dataclass(frozen=True, slots=True)
class Exploration:
    """Item i of `candidates` is for the place `places[i]` (from 0). `propensity` is each one's chance at its place."""

    share: float = 0.0
    places: tuple[int, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    propensity: float = 0.0


NO_EXPLORATION = Exploration()


def explore(
    list_id: UUID,
    *,
    places: Sequence[int],
    share: float,
    condition: Condition,
    leave_out: Callable[[], Collection[bytes]],
) -> Exploration:
    """Draw for each of `places` (from 0) with probability `share` one of the newest items that may be shown.

    The draw follows from the list's id alone, so that it can be repeated. No query but when there is a condition
    besides being on offer and something was drawn.
    """
    if not share:
        return NO_EXPLORATION
    chance = np.random.default_rng(list_id.int)
    drawn = [place for place in places if chance.random() < share]
    if not drawn:
        return Exploration(share=share)
    newest, left_out = newcomers.current() if condition == ON_OFFER else _newest(condition), leave_out()
    pool = [item_id for item_id in newest if item_id.bytes not in left_out]
    chosen = [pool[place] for place in chance.permutation(len(pool))[: len(drawn)]]
    return Exploration(
        share=share,
        places=tuple(drawn[: len(chosen)]),
        candidates=tuple(Candidate(item_id, 0.0, REASON) for item_id in chosen),
        propensity=share / max(1, len(pool)),
    )


def _newest(condition: Condition) -> tuple[UUID, ...]:
    return tuple(UUID(bytes=row.tobytes()) for row in selectors.matching_ids(condition, first=NEWCOMERS))


def _keep(_newest: tuple[UUID, ...]) -> float:
    return REFRESH_SECONDS


newcomers = Refreshed(lambda: _newest(ON_OFFER), keep=_keep)
