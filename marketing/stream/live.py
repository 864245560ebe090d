"""Reading the counters: the last minutes, and which items they were about."""

import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from redis.exceptions import RedisError

from marketing.errors import InvalidInput, TemporarilyUnavailable
from marketing.stream.counters import client, items_key, minute_key, minute_of

MINUTES: Final = 30
MAX_MINUTES: Final = 180
TOP: Final = 6


@dataclass(frozen=True)
class LiveMinute:
    """The events that occurred in one minute, by kind; the kinds that had none are left out."""

    minute: datetime
    kinds: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.kinds.values())


@dataclass(frozen=True)
class Live:
    """The last minutes, the current one last, and the items that most of their events were about."""

    minutes: list[LiveMinute]
    items: list[tuple[UUID, int]]

    @property
    def total(self) -> int:
        return sum(minute.total for minute in self.minutes)

    @property
    def kinds(self) -> dict[str, int]:
        """Events of all the minutes by kind, the most frequent first."""
        totals: Counter[str] = Counter()
        for minute in self.minutes:
            totals.update(minute.kinds)
        return dict(sorted(totals.items(), key=lambda entry: (-entry[1], entry[0])))


def live(minutes: int = MINUTES, *, top: int = TOP, now: datetime | None = None) -> Live:
    """The counters of the last `minutes` minutes, the current one among them.

    Raises:
        InvalidInput: naming `minutes`, when it is not 1 to MAX_MINUTES.
        TemporarilyUnavailable: when the counters can't be read.

    """
    if not 1 <= minutes <= MAX_MINUTES:
        raise InvalidInput("minutes", f"is {minutes}; expected 1 to {MAX_MINUTES}")
    last = minute_of(now or datetime.now(UTC))
    numbers = range(last - minutes + 1, last + 1)
    try:
        counted = _minutes(numbers)
        keys = [items_key(number, kind) for number, kinds in zip(numbers, counted, strict=True) for kind in kinds]
        items = _top_items(keys, top=top)
    except RedisError as error:
        raise TemporarilyUnavailable("The live counters do not answer; the events themselves are stored.") from error
    return Live(
        minutes=[
            LiveMinute(datetime.fromtimestamp(number * 60, UTC), kinds)
            for number, kinds in zip(numbers, counted, strict=True)
        ],
        items=items,
    )


def _minutes(numbers: range) -> list[dict[str, int]]:
    with client().pipeline(transaction=False) as pipe:
        for number in numbers:
            pipe.hgetall(minute_key(number))
        answers: list[dict[str, Any]] = pipe.execute()
    return [{kind: int(amount) for kind, amount in sorted(answer.items())} for answer in answers]


def _top_items(keys: list[str], *, top: int) -> list[tuple[UUID, int]]:
    """The items with most events, the earlier id first where they are equal. Added up by the server that has them."""
    if not keys:
        return []
    sums = f"{settings.NAMESPACE}:stream:sums:{uuid.uuid4().hex}"
    with client().pipeline(transaction=True) as pipe:
        pipe.zunionstore(sums, keys)
        pipe.zrange(sums, 0, top - 1, desc=True, withscores=True)
        pipe.delete(sums)
        _stored, rows, _deleted = pipe.execute()
    found = [(UUID(hex=item), int(amount)) for item, amount in rows]
    return sorted(found, key=lambda row: (-row[1], row[0]))
