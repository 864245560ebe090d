"""What lies near a person's interests by its text: items that no artefact knows yet, and lists where no artefact helps.

The interests are the mean of the vectors of what she met, weighted by what it tells of her taste and how lately.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from math import floor
from typing import Final, Self
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.utils import timezone

from recsys import selectors
from recsys.item_ids import Ids, as_ids, as_keys, places_of
from recsys.selectors import Condition, History, Near
from recsys.serving.boosts import Rules
from recsys.serving.bundle import Bundle
from recsys.serving.candidates import by_rules
from recsys.serving.lists import Candidate, Reason
from recsys.serving.refreshed import Refreshed

LeftOut = Callable[[], frozenset[bytes]]

# The newest items of a history that interests are made of, and of what she is against; each is one vector to read.
INTEREST_ITEMS: Final = 50
# What an item that she is against takes away, beside what one that she is for brings.
AGAINST: Final = 0.5
# How long an item is new. One that is older and that still no artefact knows has had its chance.
NEW_DAYS: Final = 30
# The newest of them are looked at, and of those that the artefact doesn't know the newest again: each is a vector to read.
LATEST: Final = 2_000
UNKNOWN: Final = 200
# What is less like the interests than this is not shown because of them. On the sample shop half of what people chose next
# lies above, and a quarter of all items (in English's own space a third and a sixth).
LEAST: Final = {"english": 0.7, "multilingual": 0.5}


def new_places(first: int, *, share: float) -> tuple[int, ...]:
    """Places (from 0) of a list that new items take: with a share of .1 the last of each ten."""
    tenths = [floor(place * share + 1e-9) for place in range(first + 1)]
    return tuple(place for place in range(first) if tenths[place + 1] > tenths[place])


class Latest:
    """The newest items on offer: `item_ids` `(n, 16)`, and which of them an artefact doesn't know, worked out once."""

    def __init__(self, item_ids: Ids) -> None:
        self._item_ids = item_ids
        self._unknown: dict[UUID, tuple[UUID, ...]] = {}

    @classmethod
    def read(cls) -> Self:
        return cls(selectors.latest_ids(since=timezone.now() - timedelta(days=NEW_DAYS), first=LATEST))

    def unknown_to(self, bundle: Bundle) -> tuple[UUID, ...]:
        if bundle.artefact_id not in self._unknown:
            unknown = self._item_ids[bundle.positions(self._item_ids) < 0][:UNKNOWN]
            self._unknown[bundle.artefact_id] = tuple(UUID(bytes=row.tobytes()) for row in unknown)
        return self._unknown[bundle.artefact_id]


# Read again as often as deployments and staff's rules are: what was written a moment ago is seen within seconds.
latest = Refreshed(Latest.read, keep=lambda _latest: settings.DEPLOYMENT_CHECK_SECONDS)


def newcomers(
    past: History, *, bundle: Bundle, places: int, rules: Rules, condition: Condition, left_out: LeftOut
) -> tuple[Candidate, ...]:
    """The best new items for so many places: those nearest to the interests that the artefact doesn't know.

    No query of its own where it knows all that is new.
    """
    unknown = latest.current().unknown_to(bundle) if places else ()
    if not unknown:
        return ()
    near = _near(past, first=2 * places, condition=condition, left_out=left_out, among=unknown)
    return tuple(islice(_candidates(past, near, rules=rules), places))


def by_interests(
    past: History, *, rules: Rules, condition: Condition, left_out: LeftOut, first: int
) -> Iterator[Candidate]:
    """What lies nearest to the interests, whatever an artefact knows."""
    yield from _candidates(past, _near(past, first=first, condition=condition, left_out=left_out), rules=rules)


def _near(
    past: History,
    *,
    first: int,
    condition: Condition,
    left_out: LeftOut,
    among: Sequence[UUID] | None = None,
) -> list[Near]:
    weights = _weights(past)
    if not any(weight > 0 for _item_id, weight in weights):
        return []
    never = [UUID(bytes=raw) for raw in left_out()]
    found = selectors.nearest_to_interests(weights, first=first, condition=condition, leave_out=never, among=among)
    least = LEAST[settings.ITEM_SPACE]
    return [near for near in found if near.similarity >= least]


def _weights(past: History) -> list[tuple[UUID, float]]:
    """Of the newest items that say anything, what each adds to the interests, the most 1."""
    places = np.flatnonzero(past.strengths)[:INTEREST_ITEMS]
    if not len(places):
        return []
    strengths, days = past.strengths[places].astype(np.float64), np.maximum(past.days[places], 0.0)
    signed = np.where(strengths > 0, strengths, AGAINST * strengths)
    # The newest loses nothing, so that what somebody liked years ago still has a direction.
    weights = signed * 0.5 ** ((days - days.min()) / settings.RECOMMENDATION_INTEREST_DAYS)
    weights /= np.abs(weights).max()
    return [(past.item_id(int(place)), float(weight)) for place, weight in zip(places, weights, strict=True)]


def _candidates(past: History, near: Sequence[Near], *, rules: Rules) -> Iterator[Candidate]:
    """As staff's rules order them, and less of what was shown in vain."""
    met = {past.item_id(place): kind for place, kind in enumerate(past.kinds)} if near else {}
    patience = _patience(past, near)
    least = LEAST[settings.ITEM_SPACE]
    found = [
        Candidate(
            item.item_id,
            item.similarity * float(factor),
            Reason("like_your_interests", kind=met[item.because], because=item.because),
        )
        for item, factor in zip(near, patience, strict=True)
        if item.similarity * float(factor) >= least
    ]
    yield from by_rules(sorted(found, key=lambda candidate: -candidate.score), rules)


def _patience(past: History, near: Sequence[Near]) -> npt.NDArray[np.float32]:
    factors = np.ones(len(near), np.float32)
    keys = as_keys(past.penalties.item_ids)
    order = np.argsort(keys, kind="stable")
    found = places_of(as_ids(item.item_id for item in near), keys=keys[order])
    factors[found >= 0] = past.penalties.factors[order][found[found >= 0]]
    return factors
