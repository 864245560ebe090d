"""How what happened is told: batches parsed into events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from marketing.cleaning.clocks import NO_SHIFT, clock_shift
from marketing.cleaning.units import mended_value
from marketing.errors import InvalidInput
from marketing.event_kinds import KINDS, STARS, EventKind, ValueRule
from marketing.event_registry import find_kind, kinds
from marketing.incoming import Refused, decoded, rows_of
from marketing.instants import any_instant, past_instant
from marketing.plain_text import clean, identifier, json_object, kind_of, short_text

__all__ = ["KINDS", "STARS", "EventKind", "IncomingEvent", "Refused", "ValueRule", "parse_batch"]

CONTEXT_BYTES = 4096
CONTEXT_DEPTH = 5


class IncomingEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that somebody did, parsed: `occurred_at` in UTC, `item` a SKU, `customer` the shop's own id.

    `claimed_at` is what the sender's clock said, where `occurred_at` is mended; `unit_mended` says it of `value`.
    """

    id: str
    kind: str
    occurred_at: datetime
    item: str | None = None
    value: float | None = None
    customer: str | None = None
    visitor: str | None = None
    session: str = ""
    context: dict[str, Any] = {}
    payload: dict[str, Any] = {}
    claimed_at: datetime | None = None
    unit_mended: bool = False

    @property
    def told_at(self) -> datetime:
        """When it was by the sender's clock: the same however often and whenever the event is sent."""
        return self.claimed_at or self.occurred_at


FIELDS = ("id", "kind", "occurredAt", "item", "value", "customer", "visitor", "session", "context", "payload")
KNOWN = frozenset(FIELDS)


@dataclass(frozen=True)
class _Clock:
    now: datetime
    shift: timedelta


def parse_batch(
    raw: bytes | Sequence[dict[str, Any]] | Mapping[str, Any], *, now: datetime
) -> list[IncomingEvent | Refused]:
    """Each event of a body, or why it can't be one, in the body's order.

    `raw` is JSON (a list, or an object with the list `events` and perhaps `sentAt`), or the same decoded. With `sentAt`,
    when it was sent by the sender's clock, times of a wrong clock are mended; `now` is when it was received.

    Raises:
        InvalidInput: the body is no batch, or too long a one. Never for a single event.

    """
    body = decoded(raw)
    rows = rows_of(body, name="events")
    sent_at = body.get("sentAt") if isinstance(body, Mapping) else None
    shift = clock_shift(any_instant(sent_at, field="sentAt"), received_at=now) if sent_at is not None else NO_SHIFT
    clock = _Clock(now, shift)
    return [_parse(row, index=index, clock=clock) for index, row in enumerate(rows)]


def as_told(event: IncomingEvent, *, received_at: datetime) -> dict[str, Any]:
    """The event in the words of a sender, from which the same event is parsed again, `sentAt` beside its own fields."""
    told = {
        "id": event.id,
        "kind": event.kind,
        "occurredAt": event.told_at.isoformat(),
        "item": event.item,
        "value": event.value,
        "customer": event.customer,
        "visitor": event.visitor,
        "session": event.session or None,
        "context": event.context or None,
        "payload": event.payload or None,
        "sentAt": (received_at - (event.occurred_at - event.claimed_at)).isoformat() if event.claimed_at else None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _parse(row: Any, *, index: int, clock: _Clock) -> IncomingEvent | Refused:
    named = None
    if not isinstance(row, dict):
        return Refused(index, None, "", f"an object with the fields {', '.join(FIELDS)} expected, got {kind_of(row)}")
    try:
        named = identifier(_required(row, "id"), field="id")
        return _event(row, named=named, clock=clock)
    except InvalidInput as error:
        return Refused(index, named, error.field, error.message)


def _event(row: dict[str, Any], *, named: str, clock: _Clock) -> IncomingEvent:
    if not row.keys() <= KNOWN:
        unknown = min(str(key) for key in row if key not in KNOWN)
        raise InvalidInput(clean(unknown)[:64], f"no such field; there are {', '.join(FIELDS)}")
    kind = _kind(_required(row, "kind"))
    item, context = row.get("item"), row.get("context")
    if item is None and kind.needs_item:
        raise InvalidInput("item", f"the SKU of an item expected: a {kind.name} is of an item")
    occurred_at = past_instant(_required(row, "occurredAt"), field="occurredAt", now=clock.now, shift=clock.shift)
    value, unit_mended = _value(row.get("value"), kind=kind)
    customer, visitor = _who(row)
    return IncomingEvent(
        id=named,
        kind=kind.name,
        occurred_at=occurred_at,
        item=None if item is None else identifier(item, field="item"),
        value=value,
        customer=customer,
        visitor=visitor,
        session="" if row.get("session") is None else short_text(row["session"], field="session", limit=128),
        context={}
        if context is None
        else json_object(context, field="context", limit=CONTEXT_BYTES, depth=CONTEXT_DEPTH),
        payload=kind.check_payload(row.get("payload")),
        claimed_at=occurred_at - clock.shift if clock.shift else None,
        unit_mended=unit_mended,
    )


def _required(row: dict[str, Any], field: str) -> Any:
    if (value := row.get(field)) is None:
        raise InvalidInput(field, "missing")
    return value


def _kind(value: Any) -> EventKind:
    kind = find_kind(value) if isinstance(value, str) else None
    if kind is None:
        raise InvalidInput("kind", f"one of {', '.join(kinds())} expected")
    return kind


def _value(value: Any, *, kind: EventKind) -> tuple[float | None, bool]:
    """The value, and whether it was told in another unit."""
    rule = kind.value
    if value is None:
        if rule and rule.required:
            raise InvalidInput("value", f"{rule.unit} from {rule.minimum:g} to {rule.maximum:g} expected, got none")
        return (rule.default if rule else None), False
    if rule is None:
        raise InvalidInput("value", f"none expected: a {kind.name} has no value")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInput("value", f"a number expected, got {kind_of(value)}")
    if isinstance(value, int):  # as a float it may be too large
        value = float(max(min(value, 10**12), -(10**12)))
    mended = mended_value(value, rule=rule)
    return rule.check(value if mended is None else mended), mended is not None


def _who(row: dict[str, Any]) -> tuple[str | None, str | None]:
    """The customer and the visitor, of whom at most one is there."""
    customer, visitor = row.get("customer"), row.get("visitor")
    if customer is not None and visitor is not None:
        raise InvalidInput("visitor", "a customer or a visitor expected, not both: a login links the two")
    return (
        None if customer is None else identifier(customer, field="customer"),
        None if visitor is None else identifier(visitor, field="visitor"),
    )
