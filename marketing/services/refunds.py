"""Refunds and cancellations in: never more is given back than was paid, whoever asks at the same time."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Protocol

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Now

from marketing.currencies import DIGITS, amount_of, displayed
from marketing.errors import InvalidInput
from marketing.incoming import Refused
from marketing.models import Order, OrderLine, Refund, Source
from marketing.orders import body_of, pieces
from marketing.partitions import ensure_for
from marketing.refunds import ParsedCancellation, ParsedRefund
from marketing.services.orders import OrderResult, refusal
from marketing.services.projection import project_refunds
from marketing.services.webhooks import tell_many

CONFLICT = "a refund of this id is already stored with another body"
# What a cancellation gives back is a refund of this id, which no other refund may have.
CANCELLED = ":cancelled"


@dataclass
class _Account:
    """An order whose row is locked, and what is left of it."""

    order: Order
    lines: dict[int, OrderLine] = field(default_factory=dict)  # by number
    back: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))  # pieces by line's key
    bodies: dict[str, uuid.UUID] = field(default_factory=dict)  # of the refunds by their ids

    @property
    def left(self) -> Decimal:
        return self.order.total - self.order.refunded

    def take(self, refund: Refund) -> Refund:
        """Book the refund, which was checked."""
        self.order.refunded += refund.amount
        self.bodies[refund.external_id] = refund.body
        if refund.line_id is not None and refund.quantity is not None:
            self.back[refund.line_id] += refund.quantity
        return refund


class _Record(Protocol):
    def __call__(
        self, refund: ParsedRefund, *, index: int, account: _Account | None, new: list[Refund]
    ) -> OrderResult: ...


def record_refunds(
    parsed: Sequence[ParsedRefund | Refused], *, source: Source, announce: bool = True
) -> list[OrderResult]:
    """Store a batch in one transaction and say of each refund what became of it, in the batch's order.

    `announce`: webhooks hear of what is new.
    """
    return _record_all(parsed, _record, source=source, announce=announce)


def record_refunded(
    parsed: Sequence[ParsedRefund | Refused], *, source: Source, announce: bool = True
) -> list[OrderResult]:
    """As `record_refunds`, where each amount is all that was given back of its order so far.

    What is not stored of it yet is one refund more. For systems that tell sums, not refunds.
    """
    return _record_all(parsed, _record_rest, source=source, announce=announce)


def _record_all(
    parsed: Sequence[ParsedRefund | Refused], record: _Record, *, source: Source, announce: bool
) -> list[OrderResult]:
    refunds = {index: refund for index, refund in enumerate(parsed) if isinstance(refund, ParsedRefund)}
    results = [refusal(refund) for refund in parsed if isinstance(refund, Refused)]
    ensure_for(refund.refunded_at for refund in refunds.values())
    with transaction.atomic():
        accounts = _accounts({refund.order for refund in refunds.values()}, source=source)
        new: list[Refund] = []
        for index, refund in refunds.items():
            results.append(record(refund, index=index, account=accounts.get(refund.order), new=new))
        _write(new, source=source, announce=announce)
    return sorted(results, key=lambda result: result.index)


def cancel_orders(parsed: Sequence[ParsedCancellation | Refused], *, source: Source) -> list[OrderResult]:
    """Call orders off and give back what they still hold. One that is called off already stays as it is."""
    asked = {index: one for index, one in enumerate(parsed) if isinstance(one, ParsedCancellation)}
    results = [refusal(one) for one in parsed if isinstance(one, Refused)]
    ensure_for(one.cancelled_at for one in asked.values())
    with transaction.atomic():
        accounts = _accounts({one.order for one in asked.values()}, source=source)
        new: list[Refund] = []
        for index, one in asked.items():
            results.append(_cancel(one, index=index, account=accounts.get(one.order), new=new))
        orders = [account.order for account in accounts.values()]
        Order.objects.filter(pk__in=[order.pk for order in orders if order.status == Order.Status.CANCELLED]).update(
            status=Order.Status.CANCELLED, updated_at=Now()
        )
        _write(new, source=source, announce=True)
    return sorted(results, key=lambda result: result.index)


def _accounts(numbers: set[str], *, source: Source) -> dict[str, _Account]:
    """The orders by number. Their rows stay locked until the transaction ends, always in the same order."""
    rows = Order.objects.select_for_update().filter(source=source, external_id__in=numbers).order_by("pk")
    accounts = {order.pk: _Account(order) for order in rows}
    for line in OrderLine.objects.filter(order__in=accounts):
        accounts[line.order_id].lines[line.number] = line
    refunds = Refund.objects.filter(order__in=accounts)
    for order_id, external_id, body in refunds.values_list("order_id", "external_id", "body"):
        accounts[order_id].bodies[external_id] = body
    of_lines = refunds.filter(line__isnull=False, quantity__isnull=False).order_by()
    for order_id, line_id, back in of_lines.values_list("order_id", "line_id").annotate(back=Sum("quantity")):
        accounts[order_id].back[line_id] = back
    return {account.order.external_id: account for account in accounts.values()}


def _record(refund: ParsedRefund, *, index: int, account: _Account | None, new: list[Refund]) -> OrderResult:
    if account is None:
        return OrderResult(index, refund.id, "refused", "order", f"no order has the id “{refund.order}”")
    if stored := account.bodies.get(refund.id):
        if stored == refund.body:
            return OrderResult(index, refund.id, "already_stored")
        return OrderResult(index, refund.id, "conflict", "id", CONFLICT)
    try:
        new.append(account.take(_checked(refund, account=account)))
    except InvalidInput as error:
        return OrderResult(index, refund.id, "refused", error.field, error.message)
    return OrderResult(index, refund.id, "stored")


def _record_rest(refund: ParsedRefund, *, index: int, account: _Account | None, new: list[Refund]) -> OrderResult:
    if account is None or (rest := refund.amount - account.order.refunded) == refund.amount:
        return _record(refund, index=index, account=account, new=new)
    if rest <= 0:
        return OrderResult(index, refund.id, "already_stored")
    return _record(replace(refund, amount=rest), index=index, account=account, new=new)


def _checked(refund: ParsedRefund, *, account: _Account) -> Refund:
    """The row, when it fits its order.

    Raises:
        InvalidInput: naming the field.

    """
    order = account.order
    if refund.id == CANCELLED:
        raise InvalidInput("id", f"another id than “{CANCELLED}” expected: a cancellation's refund has it")
    if refund.currency not in (None, order.currency):
        raise InvalidInput("currency", f"{order.currency} expected, that of the order, got {refund.currency}")
    if refund.refunded_at < order.placed_at:
        raise InvalidInput("refundedAt", f"a time from {order.placed_at.isoformat()} on expected, when it was placed")
    amount_of(refund.amount, field="amount", digits=DIGITS[order.currency])
    if refund.amount > account.left:
        left, got = displayed(account.left, order.currency), displayed(refund.amount, order.currency)
        raise InvalidInput("amount", f"at most what is left, {left} {order.currency}, expected, got {got}")
    return Refund(
        order=order,
        external_id=refund.id,
        line=_line(refund, account=account),
        quantity=refund.quantity,
        amount=refund.amount,
        reason=refund.reason,
        refunded_at=refund.refunded_at,
        body=refund.body,
    )


def _line(refund: ParsedRefund, *, account: _Account) -> OrderLine | None:
    if refund.line is None:
        return None
    line = account.lines.get(refund.line)
    if line is None:
        raise InvalidInput("line", f"a line from 1 to {len(account.lines)} expected, got {str(refund.line)[:20]}")
    if refund.quantity is not None and refund.quantity > (left := line.quantity - account.back[line.pk]):
        raise InvalidInput("quantity", f"at most what is left, {pieces(left)}, expected, got {pieces(refund.quantity)}")
    return line


def _cancel(one: ParsedCancellation, *, index: int, account: _Account | None, new: list[Refund]) -> OrderResult:
    if account is None:
        return OrderResult(index, one.order, "refused", "order", f"no order has the id “{one.order}”")
    order = account.order
    if order.status == Order.Status.CANCELLED:
        return OrderResult(index, one.order, "already_stored")
    if one.cancelled_at < order.placed_at:
        said = f"a time from {order.placed_at.isoformat()} on expected, when it was placed"
        return OrderResult(index, one.order, "refused", "cancelledAt", said)
    order.status = Order.Status.CANCELLED
    if account.left:
        new.append(account.take(_rest(one, account=account)))
    return OrderResult(index, one.order, "stored")


def _rest(one: ParsedCancellation, *, account: _Account) -> Refund:
    """All that the order still holds, as a refund."""
    said: dict[str, Any] = {"amount": account.left, "reason": one.reason, "refunded_at": one.cancelled_at}
    return Refund(order=account.order, external_id=CANCELLED, **said, body=body_of(said))


def _write(new: list[Refund], *, source: Source, announce: bool) -> None:
    """Store the refunds, their orders' sums, and all that follows from them."""
    if not new:
        return
    Refund.objects.bulk_create(new)
    orders = {refund.order_id: refund.order for refund in new}
    for order in orders.values():
        order.updated_at = Now()  # the database's clock, by which others see what is new
    Order.objects.bulk_update(orders.values(), ["refunded", "updated_at"])
    project_refunds(list(orders))
    if announce:
        tell_many(topic="order.refunded", payloads=[_told(refund, source=source) for refund in new])


def _told(refund: Refund, *, source: Source) -> dict[str, Any]:
    """What endpoints hear of a refund."""
    return {
        "id": refund.pk,
        "refund": refund.external_id,
        "order": refund.order.external_id,
        "source": source.code,
        "line": refund.line.number if refund.line else None,
        "quantity": refund.quantity,
        "amount": refund.amount,
        "currency": refund.order.currency,
        "refundedAt": refund.refunded_at,
        "refundedInAll": refund.order.refunded,
        "total": refund.order.total,
    }
