"""Orders as shops send them: parsed, and their sums checked. No database here.

A line is quantity × unit price − discount, rounded to the currency's smallest unit, halves up; the order's items total
is the sum of these rounded lines, as it stands on an invoice. Nothing is a float on the way.
"""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

import msgspec

from marketing.currencies import BELOW, DIGITS, amount_of, currency_code, rounded
from marketing.errors import InvalidInput
from marketing.incoming import Refused, batch_of, typed_row
from marketing.instants import past_instant
from marketing.plain_text import identifier, json_object

LINES_MAX = 500
QUANTITY_MAX = 1_000_000  # as many pieces as a purchase event may be of
QUANTITY_DIGITS = 3
ATTRIBUTES_BYTES = 16_384
ATTRIBUTES_DEPTH = 5
ZERO = Decimal(0)

Instant = str | int | float  # any spelling that marketing.instants reads


class OrderLineIn(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Some pieces of one item. `discount` is what the whole line is reduced by."""

    item: str | int
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal = ZERO


class OrderIn(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """An order as a shop sends it. `total` = lines − `discount` + `shipping` + `tax`; left out, it is worked out."""

    id: str
    placed_at: Instant
    currency: str
    lines: list[OrderLineIn]
    customer: str | int | None = None
    visitor: str | int | None = None
    discount: Decimal = ZERO
    shipping: Decimal = ZERO
    tax: Decimal = ZERO
    total: Decimal | None = None
    attributes: dict[str, Any] = {}


class Priced(Protocol):
    """A line, parsed or stored."""

    @property
    def quantity(self) -> Decimal: ...
    @property
    def unit_price(self) -> Decimal: ...
    @property
    def discount(self) -> Decimal: ...


@dataclass(frozen=True)
class ParsedLine:
    number: int  # from 1
    item: str
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal


@dataclass(frozen=True)
class ParsedOrder:
    """An order whose sums are right. `body` is a hash of all that it says, however that was spelled."""

    id: str
    customer: str | None
    visitor: str | None
    placed_at: datetime
    currency: str
    lines: tuple[ParsedLine, ...]
    items_total: Decimal
    discount: Decimal
    shipping: Decimal
    tax: Decimal
    total: Decimal
    attributes: dict[str, Any]
    body: uuid.UUID


def parse_orders(raw: bytes | Sequence[dict[str, Any]], *, now: datetime) -> list[ParsedOrder | Refused]:
    """Each order of a body (a JSON list, or an object with the list `orders`), or why it can't be one.

    Raises:
        InvalidInput: the body is no batch, or too long a one. Never for a single order.

    """
    return [_parsed(row, index=index, now=now) for index, row in enumerate(batch_of(raw, name="orders"))]


def body_of(values: Any) -> uuid.UUID:
    """128 bits of SHA-256 over JSON values with their keys in order: the same content gives the same."""
    text = msgspec.json.encode(values, order="deterministic")
    return uuid.UUID(bytes=hashlib.sha256(text).digest()[:16])


def _parsed(row: Any, *, index: int, now: datetime) -> ParsedOrder | Refused:
    typed = typed_row(row, OrderIn, index=index, id_field="id")
    if isinstance(typed, Refused):
        return typed
    try:
        return _order(typed, now=now)
    except InvalidInput as error:
        return Refused(index, typed.id, error.field, error.message)


def _order(row: OrderIn, *, now: datetime) -> ParsedOrder:
    currency = currency_code(row.currency, field="currency")
    lines = _lines(row.lines)
    digits = DIGITS[currency]
    sums = {
        "items_total": sum((line_total(line, currency) for line in lines), ZERO),
        "discount": amount_of(row.discount, field="discount", digits=digits),
        "shipping": amount_of(row.shipping, field="shipping", digits=digits),
        "tax": amount_of(row.tax, field="tax", digits=digits),
    }
    said: dict[str, Any] = {
        "id": identifier(row.id, field="id"),
        **_who(row),
        "placed_at": past_instant(row.placed_at, field="placedAt", now=now),
        "currency": currency,
        "lines": lines,
        **sums,
        "total": _total(row, currency=currency, **sums),
        "attributes": json_object(row.attributes, field="attributes", limit=ATTRIBUTES_BYTES, depth=ATTRIBUTES_DEPTH),
    }
    return ParsedOrder(**said, body=body_of(said))


def line_total(line: Priced, currency: str) -> Decimal:
    """What the line comes to, in the currency's smallest unit."""
    return rounded(line.quantity * line.unit_price - line.discount, currency)


def pieces(quantity: Decimal) -> str:
    """Without the zeros that the column adds: 2.000 is 2."""
    return f"{quantity.normalize():f}"


def _lines(rows: list[OrderLineIn]) -> tuple[ParsedLine, ...]:
    if not 1 <= len(rows) <= LINES_MAX:
        raise InvalidInput("lines", f"1 to {LINES_MAX} lines expected, got {len(rows)}")
    return tuple(_line(row, field=f"lines[{index}]", number=index + 1) for index, row in enumerate(rows))


def _line(row: OrderLineIn, *, field: str, number: int) -> ParsedLine:
    line = ParsedLine(
        number=number,
        item=identifier(row.item, field=f"{field}.item"),
        quantity=quantity_of(row.quantity, field=f"{field}.quantity"),
        unit_price=amount_of(row.unit_price, field=f"{field}.unitPrice"),
        discount=amount_of(row.discount, field=f"{field}.discount"),
    )
    if line.discount > (price := line.quantity * line.unit_price):
        expected = f"at most what the pieces cost, {price.normalize():f}, expected"
        raise InvalidInput(f"{field}.discount", f"{expected}, got {line.discount.normalize():f}")
    return line


def quantity_of(value: Decimal, *, field: str) -> Decimal:
    """A number of pieces, metres, kilograms: above 0, to the thousandth.

    Raises:
        InvalidInput: naming `field`.

    """
    if not value.is_finite() or not 0 < value <= QUANTITY_MAX:
        raise InvalidInput(field, f"a number above 0, at most {QUANTITY_MAX}, expected, got {str(value)[:40]}")
    if value != round(value, QUANTITY_DIGITS):
        raise InvalidInput(field, f"at most {QUANTITY_DIGITS} digits after the point expected, got {str(value)[:40]}")
    return round(value, QUANTITY_DIGITS)


def _total(
    row: OrderIn, *, currency: str, items_total: Decimal, discount: Decimal, shipping: Decimal, tax: Decimal
) -> Decimal:
    if discount > items_total:
        raise InvalidInput("discount", f"at most what the lines come to, {items_total}, expected, got {discount}")
    total = items_total - discount + shipping + tax
    if total >= BELOW:
        raise InvalidInput("total", f"an amount below {BELOW} expected, the order comes to {total}")
    if row.total is None:
        return total
    given = amount_of(row.total, field="total", digits=DIGITS[currency])
    if given != total:
        parts = f"lines {items_total} − discount {discount} + shipping {shipping} + tax {tax}"
        raise InvalidInput("total", f"{total} expected, which is {parts}; got {given}")
    return total


def _who(row: OrderIn) -> dict[str, str | None]:
    if (row.customer is None) == (row.visitor is None):
        got = "neither" if row.customer is None else "both"
        raise InvalidInput("customer", f"a customer or a visitor expected, got {got}")
    return {
        "customer": None if row.customer is None else identifier(row.customer, field="customer"),
        "visitor": None if row.visitor is None else identifier(row.visitor, field="visitor"),
    }
