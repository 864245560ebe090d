"""What is trending now, kept in this process for a while."""

import threading
import time
from uuid import UUID

from recsys import selectors

Trends = tuple[tuple[UUID, float], ...]

# How many trending items are kept: enough to fill the longest list for someone who has seen many of them.
KEPT = 500
REFRESH_SECONDS = 45.0
# A shop that has just been opened gets its first trends sooner.
REFRESH_SECONDS_WHEN_EMPTY = 3.0


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
        return trends or ()

    def _recount(self) -> Trends:
        if self._trends is None or time.monotonic() >= self._count_at:
            self._trends = tuple(selectors.trending_scores(first=KEPT))
            self._count_at = time.monotonic() + (REFRESH_SECONDS if self._trends else REFRESH_SECONDS_WHEN_EMPTY)
        return self._trends


trends = TrendCache()
