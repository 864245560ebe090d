"""What is trending now, kept in this process for a while."""

import threading
import time
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import numpy.typing as npt

from recsys import selectors

# How many trending items are kept, so that a list behind a narrow filter has its trends too. They are counted anyway: ten
# times as many cost no more time, and less than a MiB.
KEPT = 5_000
REFRESH_SECONDS = 45.0
# A shop that has just been opened gets its first trends sooner.
REFRESH_SECONDS_WHEN_EMPTY = 3.0


@dataclass(frozen=True, eq=False, slots=True)
class Trends:
    """Items on offer, the most trending first: `item_ids`, the same as bytes `raw` `(n, 16)` uint8, `scores` `(n,)`."""

    item_ids: tuple[UUID, ...]
    raw: npt.NDArray[np.uint8]
    scores: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.item_ids)


class TrendCache:
    """Counts again when its time is over: one request counts, the others get the last answer; the very first wait.

    It holds no secret and no promise, so that each process may have its own, and a cache that is down stops nobody.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Start as a fresh process would."""
        self._trends: Trends | None = None
        self._count_at = 0.0

    def current(self) -> Trends:
        """Items on offer and their decayed strengths, the highest first."""
        trends = self._trends
        if trends is not None and time.monotonic() < self._count_at:
            return trends
        if self._lock.acquire(blocking=trends is None):
            try:
                return self._recount()
            finally:
                self._lock.release()
        return trends if trends is not None else NO_TRENDS

    def _recount(self) -> Trends:
        if self._trends is None or time.monotonic() >= self._count_at:
            self._trends = _counted()
            self._count_at = time.monotonic() + (REFRESH_SECONDS if self._trends else REFRESH_SECONDS_WHEN_EMPTY)
        return self._trends


def _counted() -> Trends:
    rows = selectors.trending_scores(first=KEPT)
    return Trends(
        item_ids=tuple(item_id for item_id, _score in rows),
        raw=np.frombuffer(b"".join(item_id.bytes for item_id, _score in rows), np.uint8).reshape(-1, 16),
        scores=np.array([score for _item_id, score in rows], np.float32),
    )


NO_TRENDS = Trends((), np.empty((0, 16), np.uint8), np.empty(0, np.float32))
trends = TrendCache()
