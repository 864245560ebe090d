"""Counting again from the event table, after the counters were down or lost."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Final

from django.db.models import Count
from django.db.models.functions import TruncMinute
from redis.exceptions import RedisError, WatchError

from marketing.errors import TemporarilyUnavailable
from marketing.models import Event
from marketing.stream.counters import KEPT, Counted, Minute, client, minute_key, minute_of, stored_minute, write_minute

ATTEMPTS: Final = 20
# Minutes read by one query.
CHUNK: Final = 60


def replay(minutes: int, *, now: datetime | None = None, progress: Callable[[int], Any] = lambda _done: None) -> int:
    """Make the last `minutes` minutes, and what is dated after now, say what the event table says.

    Gives how many events were counted. Each minute changes at once, and only where it was wrong. A minute that is fed
    while it is counted is counted again. An event that was committed but not yet fed when its minute was counted is
    counted twice: run it again when such a minute should be exact.

    Raises:
        TemporarilyUnavailable: when the counters can't be reached.

    """
    moment = now or datetime.now(UTC)
    last = minute_of(moment)
    first = max(last - minutes + 1, minute_of(moment - KEPT) + 1)
    # Events may be dated up to a day ahead.
    numbers = range(first, last + 1 + 24 * 60)
    try:
        return sum(_replay_chunk(numbers[at : at + CHUNK], progress) for at in range(0, len(numbers), CHUNK))
    except RedisError as error:
        raise TemporarilyUnavailable(
            "The live counters do not answer, or change faster than they are counted."
        ) from error


def _replay_chunk(numbers: range, progress: Callable[[int], Any]) -> int:
    """One query tells which minutes are right already; each of the others is counted again by itself."""
    counted = _counted(numbers)
    total = 0
    for number in numbers:
        rows = counted.get(number, [])
        if stored_minute(client(), number) != Minute.of(rows):
            rows = _replay_minute(number)
        total += sum(row.amount for row in rows)
        progress(1)
    return total


def _replay_minute(number: int) -> list[Counted]:
    """Count under watch: what feeds the minute between the counting and the writing makes us count again."""
    for _attempt in range(ATTEMPTS):
        with client().pipeline(transaction=True) as pipe:
            pipe.watch(minute_key(number))
            known = pipe.hkeys(minute_key(number))
            rows = _counted(range(number, number + 1)).get(number, [])
            pipe.multi()
            write_minute(pipe, number, Minute.of(rows), known=known)
            try:
                pipe.execute()
            except WatchError:
                continue
            return rows
    raise WatchError(f"the minute {number} was fed at each of {ATTEMPTS} attempts")


def _counted(numbers: range) -> dict[int, list[Counted]]:
    """Minute → its events by kind and item: the same definition as the counters'."""
    since, until = (datetime.fromtimestamp(number * 60, UTC) for number in (numbers.start, numbers.stop))
    happened = Event.objects.filter(occurred_at__gte=since, occurred_at__lt=until, quality=Event.Quality.OK)
    rows: Iterable[tuple[Any, ...]] = (
        happened.annotate(minute=TruncMinute("occurred_at", tzinfo=UTC))
        .values_list("minute", "kind", "item_id")
        .annotate(amount=Count("pk"))
        .order_by("minute", "kind", "item_id")
    )
    counted = (Counted(*row) for row in rows)
    return {number: list(group) for number, group in groupby(counted, key=lambda row: minute_of(row.minute))}
