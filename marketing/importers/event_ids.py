"""Ids for events whose file gives none: made of what they say, so that a second import finds them again."""

import hashlib
import struct
from datetime import datetime
from typing import Any

from marketing.event_keys import EPOCH, MICROSECOND, SEPARATOR, json_text
from marketing.events import IncomingEvent

REMEMBERED = 10_000  # rows of one instant


class EventIds:
    """Rows that say the very same are told apart by counting when they stand together, within one instant.

    Far apart in the file they are the same event: memory stays flat, and the id of a row does not depend on where
    the file was cut into blocks. `state` and its argument carry the count over such a cut.
    """

    def __init__(self, state: dict[str, Any] | None = None) -> None:
        self._instant: int | None = state["instant"] if state else None
        self._seen: dict[str, int] = dict(state["seen"]) if state else {}

    def of(self, event: IncomingEvent) -> str:
        """The id of this event, which is the next one of its file."""
        instant = _microseconds(event.occurred_at)
        if instant != self._instant or len(self._seen) >= REMEMBERED:
            self._instant, self._seen = instant, {}
        digest = _digest(event, instant=instant)
        earlier = self._seen.get(digest, 0)
        self._seen[digest] = earlier + 1
        return f"{digest}-{earlier + 1}" if earlier else digest

    def state(self) -> dict[str, Any]:
        return {"instant": self._instant, "seen": dict(self._seen)}


def _microseconds(instant: datetime) -> int:
    return (instant - EPOCH) // MICROSECOND


def _digest(event: IncomingEvent, *, instant: int) -> str:
    said = (
        event.kind,
        str(instant),
        event.item or "",
        "" if event.value is None else struct.pack(">d", event.value).hex(),
        event.customer or "",
        event.visitor or "",
        event.session,
        json_text(event.context),
        json_text(event.payload),
    )
    return hashlib.sha256(SEPARATOR.join(said).encode()).hexdigest()[:32]
