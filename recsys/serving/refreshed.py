"""Something that this process keeps and makes anew when its time is over."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


class Refreshed(Generic[Kept]):
    """Made anew when its time is over: one request does it, the others get the last answer; the very first wait.

    It holds no secret and no promise, so that each process may have its own, and a cache that is down stops nobody.
    `make` makes it, and `keep` says for how many seconds.
    """

    def __init__(self, make: Callable[[], Kept], *, keep: Callable[[Kept], float]) -> None:
        self._make, self._keep = make, keep
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Start as a fresh process would."""
        self._last: tuple[Kept, float] | None = None

    def current(self) -> Kept:
        last = self._last
        if last is not None and time.monotonic() < last[1]:
            return last[0]
        if self._lock.acquire(blocking=last is None):
            try:
                return self._made()
            finally:
                self._lock.release()
        assert last is not None  # else it had waited
        return last[0]

    def _made(self) -> Kept:
        # Whoever waited finds it made.
        if self._last is None or time.monotonic() >= self._last[1]:
            made = self._make()
            self._last = (made, time.monotonic() + self._keep(made))
        return self._last[0]
