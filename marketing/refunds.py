"""Refunds and cancellations as shops send them, parsed. Whether they fit their order is for the service to say."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from marketing.currencies import amount_of, currency_code
from marketing.errors import InvalidInput
from marketing.incoming import Refused, batch_of, typed_row
from marketing.instants import past_instant
from marketing.orders import Instant, body_of, quantity_of
from marketing.plain_text import identifier, short_text

REASON_CHARACTERS = 200

Row = TypeVar("Row", bound=msgspec.Struct)
Parsed = TypeVar("Parsed")


class RefundIn(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Money given back for an order, or for a line of it (its place in the order, from 1), maybe for some pieces only."""

    id: str
    order: str | int
    amount: Decimal
    refunded_at: Instant
    line: int | None = None
    quantity: Decimal | None = None
    currency: str | None = None  # the order's; another one is refused
    reason: str = ""


class CancellationIn(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """An order that is called off. What it still holds is given back."""

    order: str
    cancelled_at: Instant
    reason: str = ""


@dataclass(frozen=True)
class ParsedRefund:
    id: str
    order: str
    line: int | None
    quantity: Decimal | None
    amount: Decimal
    currency: str | None
    refunded_at: datetime
    reason: str
    body: uuid.UUID


@dataclass(frozen=True)
class ParsedCancellation:
    order: str
    cancelled_at: datetime
    reason: str


def parse_refunds(raw: bytes | Sequence[dict[str, Any]], *, now: datetime) -> list[ParsedRefund | Refused]:
    """Each refund of a body (a JSON list, or an object with the list `refunds`), or why it can't be one.

    Raises:
        InvalidInput: the body is no batch, or too long a one.

    """
    rows = enumerate(batch_of(raw, name="refunds"))
    return [
        _parsed(
            typed_row(row, RefundIn, index=index, id_field="id"), lambda typed: _refund(typed, now=now), index=index
        )
        for index, row in rows
    ]


def parse_cancellations(raw: bytes | Sequence[dict[str, Any]], *, now: datetime) -> list[ParsedCancellation | Refused]:
    """As `parse_refunds`, of the list `cancellations`."""
    rows = enumerate(batch_of(raw, name="cancellations"))
    return [
        _parsed(
            typed_row(row, CancellationIn, index=index, id_field="order"),
            lambda typed: _cancellation(typed, now=now),
            index=index,
        )
        for index, row in rows
    ]


def _parsed(typed: Row | Refused, parse: Callable[[Row], Parsed], *, index: int) -> Parsed | Refused:
    if isinstance(typed, Refused):
        return typed
    try:
        return parse(typed)
    except InvalidInput as error:
        named = getattr(typed, "id", None) or getattr(typed, "order", None)
        return Refused(index, named, error.field, error.message)


def _refund(row: RefundIn, *, now: datetime) -> ParsedRefund:
    if row.quantity is not None and row.line is None:
        raise InvalidInput("line", "the number of a line expected with a quantity, got none")
    amount = amount_of(row.amount, field="amount")
    if not amount:
        raise InvalidInput("amount", "an amount above 0 expected, got 0")
    said: dict[str, Any] = {
        "id": identifier(row.id, field="id"),
        "order": identifier(row.order, field="order"),
        "line": row.line,
        "quantity": None if row.quantity is None else quantity_of(row.quantity, field="quantity"),
        "amount": amount,
        "refunded_at": past_instant(row.refunded_at, field="refundedAt", now=now),
        "reason": short_text(row.reason, field="reason", limit=REASON_CHARACTERS),
    }
    # The currency is the order's own, so that saying it or not is the same refund.
    currency = None if row.currency is None else currency_code(row.currency, field="currency")
    return ParsedRefund(**said, currency=currency, body=body_of(said))


def _cancellation(row: CancellationIn, *, now: datetime) -> ParsedCancellation:
    return ParsedCancellation(
        order=identifier(row.order, field="order"),
        cancelled_at=past_instant(row.cancelled_at, field="cancelledAt", now=now),
        reason=short_text(row.reason, field="reason", limit=REASON_CHARACTERS),
    )
