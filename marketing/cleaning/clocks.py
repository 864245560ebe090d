"""Clocks of senders that are wrong, and by how much: known when a batch says when it was sent."""

from datetime import datetime, timedelta
from typing import Final

# Less is the time that sending takes, or a clock that is wrong by what nobody notices.
TOLERANCE: Final = timedelta(minutes=5)
NO_SHIFT: Final = timedelta(0)


def clock_shift(sent_at: datetime | None, *, received_at: datetime) -> timedelta:
    """What must be added to the sender's times."""
    if sent_at is None or abs(received_at - sent_at) <= TOLERANCE:
        return NO_SHIFT
    return received_at - sent_at
