"""What can happen, and how it is told: event kinds, and batches parsed into events. No database here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from marketing.errors import InvalidInput
from marketing.incoming import Refused, batch_of
from marketing.instants import past_instant
from marketing.plain_text import clean, identifier, json_object, kind_of, short_text

__all__ = ["KINDS", "EventKind", "IncomingEvent", "Refused", "ValueRule", "parse_batch"]

CONTEXT_BYTES = 4096
CONTEXT_DEPTH = 5


@dataclass(frozen=True)
class ValueRule:
    """What an event's `value` means and which numbers it may be."""

    unit: str
    minimum: float
    maximum: float
    exclusive: bool = False  # the minimum itself is no value
    required: bool = False
    default: float | None = None

    def check(self, value: float) -> float:
        """The value, when the rule allows it.

        Raises:
            InvalidInput: naming `value`.

        """
        # NaN compares false with everything, so the rule is asked for what it allows.
        allowed = (self.minimum < value if self.exclusive else self.minimum <= value) and value <= self.maximum
        if not allowed:
            start = f"above {self.minimum:g}" if self.exclusive else f"from {self.minimum:g}"
            raise InvalidInput("value", f"{self.unit} {start} to {self.maximum:g} expected, got {value:g}")
        return value + 0.0  # -0.0 becomes 0.0


@dataclass(frozen=True)
class EventKind:
    name: str
    label: str
    value: ValueRule | None
    needs_item: bool = True


PIECES = ValueRule("pieces", 0, 1_000_000, exclusive=True, default=1.0)
STARS = ValueRule("stars", 0.5, 5, required=True)
KINDS = {
    kind.name: kind
    for kind in (
        EventKind("view", "viewed", ValueRule("seconds", 0, 86_400)),
        EventKind("click", "clicked", None),
        EventKind("add_to_cart", "added to the cart", PIECES),
        EventKind("purchase", "bought", PIECES),
        EventKind("rating", "rated", STARS),
    )
}


class IncomingEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that somebody did, parsed: `occurred_at` in UTC, `item` a SKU, `customer` the shop's own id."""

    id: str
    kind: str
    occurred_at: datetime
    item: str | None = None
    value: float | None = None
    customer: str | None = None
    visitor: str | None = None
    session: str = ""
    context: dict[str, Any] = {}


FIELDS = ("id", "kind", "occurredAt", "item", "value", "customer", "visitor", "session", "context")


def parse_batch(raw: bytes | Sequence[dict[str, Any]], *, now: datetime) -> list[IncomingEvent | Refused]:
    """Each event of a body, or why it can't be one, in the body's order.

    `raw` is JSON (a list, or an object with the list `events`), or a list of dicts with the same camelCase names.

    Raises:
        InvalidInput: the body is no batch, or too long a one. Never for a single event.

    """
    return [_parse(row, index=index, now=now) for index, row in enumerate(batch_of(raw, name="events"))]


def _parse(row: Any, *, index: int, now: datetime) -> IncomingEvent | Refused:
    named = None
    if not isinstance(row, dict):
        return Refused(index, None, "", f"an object with the fields {', '.join(FIELDS)} expected, got {kind_of(row)}")
    try:
        named = identifier(_required(row, "id"), field="id")
        return _event(row, named=named, now=now)
    except InvalidInput as error:
        return Refused(index, named, error.field, error.message)


def _event(row: dict[str, Any], *, named: str, now: datetime) -> IncomingEvent:
    if unknown := sorted(str(key) for key in row if key not in FIELDS):
        raise InvalidInput(clean(unknown[0])[:64], f"no such field; there are {', '.join(FIELDS)}")
    kind = _kind(_required(row, "kind"))
    item, context = row.get("item"), row.get("context")
    if item is None and kind.needs_item:
        raise InvalidInput("item", f"the SKU of an item expected: a {kind.name} is of an item")
    return IncomingEvent(
        id=named,
        kind=kind.name,
        occurred_at=past_instant(_required(row, "occurredAt"), field="occurredAt", now=now),
        item=None if item is None else identifier(item, field="item"),
        value=_value(row.get("value"), kind=kind),
        session="" if row.get("session") is None else short_text(row["session"], field="session", limit=128),
        context={}
        if context is None
        else json_object(context, field="context", limit=CONTEXT_BYTES, depth=CONTEXT_DEPTH),
        **_who(row),
    )


def _required(row: dict[str, Any], field: str) -> Any:
    if row.get(field) is None:
        raise InvalidInput(field, "missing")
    return row[field]


def _kind(value: Any) -> EventKind:
    kind = KINDS.get(value) if isinstance(value, str) else None
    if kind is None:
        raise InvalidInput("kind", f"one of {', '.join(KINDS)} expected")
    return kind


def _value(value: Any, *, kind: EventKind) -> float | None:
    rule = kind.value
    if value is None:
        if rule and rule.required:
            raise InvalidInput("value", f"{rule.unit} from {rule.minimum:g} to {rule.maximum:g} expected, got none")
        return rule.default if rule else None
    if rule is None:
        raise InvalidInput("value", f"none expected: a {kind.name} has no value")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInput("value", f"a number expected, got {kind_of(value)}")
    if isinstance(value, int):  # as a float it may be too large
        value = float(max(min(value, 10**12), -(10**12)))
    return rule.check(value)


def _who(row: dict[str, Any]) -> dict[str, str | None]:
    customer, visitor = row.get("customer"), row.get("visitor")
    if customer is not None and visitor is not None:
        raise InvalidInput("visitor", "a customer or a visitor expected, not both: a login links the two")
    return {
        "customer": None if customer is None else identifier(customer, field="customer"),
        "visitor": None if visitor is None else identifier(visitor, field="visitor"),
    }
