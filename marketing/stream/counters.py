"""The counters: a hash a minute of kind → events, and a sorted set a minute and kind of item → events."""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final, Self
from uuid import UUID

import msgspec
import redis
from django.conf import settings
from redis.exceptions import RedisError

logger = logging.getLogger("attune.stream")

MINUTE: Final = timedelta(minutes=1)
KEPT: Final = timedelta(days=2)
# Storing events waits for the counters, so it waits for a server in trouble no longer than this, seconds.
TIMEOUT: Final = 0.5
# All rows of a batch in one command, together or not at all: nobody sees a minute whose items have more events than the
# minute. A command for each of five hundred rows would cost the sender more than storing them.
ADD: Final = """
local prefix, kept = ARGV[1], tonumber(ARGV[2])
for minute, kinds in pairs(cjson.decode(ARGV[3])) do
    local key, ends = prefix .. minute, string.format('%d', (tonumber(minute) + 1) * 60 + kept)
    for kind, items in pairs(kinds) do
        local set, total = key .. ':' .. kind, 0
        for item, amount in pairs(items) do
            total = total + amount
            if item ~= '' then redis.call('ZINCRBY', set, amount, item) end
        end
        redis.call('EXPIREAT', set, ends)
        redis.call('HINCRBY', key, kind, total)
    end
    redis.call('EXPIREAT', key, ends)
end
"""
# Minute → kind → item (its id in hexadecimal, empty for none) → events.
Tally = dict[int, dict[str, dict[str, int]]]


@dataclass(frozen=True)
class Counted:
    """`amount` events of one kind about one item (or none) in one minute, which `minute` lies anywhere in."""

    minute: datetime
    kind: str
    item: UUID | None
    amount: int


@dataclass(frozen=True)
class Minute:
    """The counts of one minute: kind → events, and kind → item (its id in hexadecimal) → events."""

    kinds: dict[str, int]
    items: dict[str, dict[str, int]]

    @classmethod
    def of(cls, rows: Sequence[Counted]) -> Self:
        kinds: Counter[str] = Counter()
        items: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for row in rows:
            kinds[row.kind] += row.amount
            if row.item is not None:
                items[row.kind][row.item.hex] += row.amount
        return cls(dict(kinds), {kind: dict(amounts) for kind, amounts in items.items()})


def tally(happened: Iterable[tuple[datetime, str, str | None, int]]) -> Tally:
    """Add up what happened: when, which kind, about which item, how many times."""
    added: Tally = {}
    for when, kind, item, amount in happened:
        items = added.setdefault(minute_of(when), {}).setdefault(kind, {})
        items[item or ""] = items.get(item or "", 0) + amount
    return added


def feed(added: Tally, *, now: datetime | None = None) -> None:
    """Add to the counters. Call it when the events are committed; minutes that are no longer kept are left out.

    Never raises for a server that doesn't answer: the events are stored, and `replay` makes the counters right again.
    """
    oldest = minute_of((now or datetime.now(UTC)) - KEPT)
    recent = {minute: kinds for minute, kinds in added.items() if minute > oldest}
    if not recent:
        return
    arguments = [f"{settings.NAMESPACE}:stream:", int(KEPT.total_seconds()), msgspec.json.encode(recent)]
    try:
        _adder(settings.CACHE_URL)(args=arguments)
    except RedisError:
        logger.warning(
            "%d minutes could not be counted; “manage.py replay_stream” repairs the live view.",
            len(recent),
            exc_info=True,
        )


def write_minute(pipe: Any, minute: int, counts: Minute, *, known: Sequence[str]) -> None:
    """Queue in the transaction `pipe`: the minute holds exactly these counts. `known` are the kinds it has now."""
    pipe.delete(minute_key(minute), *(items_key(minute, kind) for kind in known))
    if counts.kinds:
        pipe.hset(minute_key(minute), mapping=counts.kinds)
    for kind, amounts in counts.items.items():
        pipe.zadd(items_key(minute, kind), amounts)
    _expire(pipe, minute, counts)


def stored_minute(connection: Any, minute: int) -> Minute:
    """What the counters say of the minute."""
    kinds = {kind: int(amount) for kind, amount in connection.hgetall(minute_key(minute)).items()}
    sets = {kind: connection.zrange(items_key(minute, kind), 0, -1, withscores=True) for kind in kinds}
    return Minute(kinds, {kind: {item: int(amount) for item, amount in rows} for kind, rows in sets.items() if rows})


def _expire(pipe: Any, minute: int, counts: Minute) -> None:
    for key in (minute_key(minute), *(items_key(minute, kind) for kind in counts.items)):
        pipe.expireat(key, (minute + 1) * 60 + int(KEPT.total_seconds()))


def minute_of(moment: datetime) -> int:
    """The minute that the moment lies in, as its number since 1970."""
    return int(moment.timestamp() // 60)


def minute_key(minute: int) -> str:
    return f"{settings.NAMESPACE}:stream:{minute}"


def items_key(minute: int, kind: str) -> str:
    return f"{settings.NAMESPACE}:stream:{minute}:{kind}"


def client() -> Any:
    return _client(settings.CACHE_URL)


@cache
def _adder(url: str) -> Any:
    return _client(url).register_script(ADD)


@cache
def _client(url: str) -> Any:
    return redis.Redis.from_url(url, decode_responses=True, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)
