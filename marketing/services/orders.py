"""Orders in: each stored once, with its lines, and told on as purchases."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from django.db import connection, transaction

from marketing.incoming import Refused
from marketing.models import Identity, Order, Source
from marketing.orders import ParsedLine, ParsedOrder
from marketing.partitions import ensure_for
from marketing.services.event_claims import Who
from marketing.services.event_items import item_ids
from marketing.services.event_people import find_identities, make_identities, strangers
from marketing.services.projection import project_orders
from marketing.services.webhooks import tell_many

# An order that another transaction is writing is waited for. In the order of the ids, so that two batches never deadlock.
ADD_ORDERS = """
INSERT INTO marketing_order (
    source_id, external_id, identity_id, placed_at, currency, items_total, discount, shipping, tax, total, body,
    attributes)
SELECT %(source_id)s, external_id, identity_id, placed_at, currency, items_total, discount, shipping, tax, total, body,
       attributes
FROM jsonb_to_recordset(%(rows)s::jsonb) AS incoming(
    external_id text, identity_id bigint, placed_at timestamptz, currency text, items_total numeric, discount numeric,
    shipping numeric, tax numeric, total numeric, body uuid, attributes jsonb)
ORDER BY external_id
ON CONFLICT (source_id, external_id) DO NOTHING
RETURNING external_id, id
"""
ADD_LINES = """
INSERT INTO marketing_orderline (order_id, number, item_id, quantity, unit_price, discount)
SELECT order_id, number, item_id, quantity, unit_price, discount
FROM jsonb_to_recordset(%(rows)s::jsonb) AS incoming(
    order_id uuid, number smallint, item_id uuid, quantity numeric, unit_price numeric, discount numeric)
"""
CONFLICT = "an order of this id is already stored with another body"


@dataclass(frozen=True)
class OrderResult:
    """What became of one order, refund or cancellation of a batch."""

    index: int
    id: str | None
    status: Literal["stored", "already_stored", "conflict", "refused"]
    field: str | None = None
    message: str = ""


def refusal(refused: Refused) -> OrderResult:
    return OrderResult(refused.index, refused.id, "refused", refused.field, refused.message)


def record_orders(
    parsed: Sequence[ParsedOrder | Refused], *, source: Source, announce: bool = True
) -> list[OrderResult]:
    """Store a batch in one transaction and say of each order what became of it, in the batch's order.

    The same id with the same content again is `already_stored`, with other content a `conflict`. `announce`: webhooks
    hear of what is new; not so of a history, which is no news to the shop.
    """
    results = [refusal(order) for order in parsed if isinstance(order, Refused)]
    orders = {index: order for index, order in enumerate(parsed) if isinstance(order, ParsedOrder)}
    if orders:
        ensure_for(order.placed_at for order in orders.values())
        with transaction.atomic():
            results += _record(orders, source=source, announce=announce)
    return sorted(results, key=lambda result: result.index)


def _record(orders: dict[int, ParsedOrder], *, source: Source, announce: bool) -> list[OrderResult]:
    made = source.unknown_customers == Source.Unknown.STUB
    strange = set() if made else strangers({_who(order) for order in orders.values()})
    theirs = [index for index, order in orders.items() if _who(order) in strange]
    results = [_of_a_stranger(orders.pop(index), index=index, source=source) for index in theirs]
    items = item_ids({line.item for order in orders.values() for line in order.lines}, source=source)
    known: dict[int, ParsedOrder] = {}
    for index, order in orders.items():
        unknown = next((line for line in order.lines if line.item not in items), None)
        if unknown is None:
            known[index] = order
        else:
            results.append(_of_an_unknown_item(order, index=index, line=unknown, source=source))
    if known:
        results += _store(known, source=source, items=items, announce=announce)
    return results


def _store(
    orders: dict[int, ParsedOrder], *, source: Source, items: dict[str, uuid.UUID], announce: bool
) -> list[OrderResult]:
    first_of: dict[str, int] = {}
    for index, order in orders.items():
        first_of.setdefault(order.id, index)
    stored = _add([orders[index] for index in first_of.values()], source=source, items=items)
    if announce:
        new = [orders[index] for order_id, index in first_of.items() if order_id in stored]
        tell_many(topic="order.placed", payloads=[_told(order, pk=stored[order.id], source=source) for order in new])
    bodies = {order_id: orders[first_of[order_id]].body for order_id in stored}
    others = [order_id for order_id in first_of if order_id not in stored]
    if others:
        rows = Order.objects.filter(source=source, external_id__in=others)
        bodies |= dict(rows.values_list("external_id", "body"))
    results = []
    for index, order in orders.items():
        if order.id in stored and first_of[order.id] == index:
            results.append(OrderResult(index, order.id, "stored"))
        elif bodies[order.id] == order.body:
            results.append(OrderResult(index, order.id, "already_stored"))
        else:
            results.append(OrderResult(index, order.id, "conflict", "id", CONFLICT))
    return results


def _add(orders: list[ParsedOrder], *, source: Source, items: dict[str, uuid.UUID]) -> dict[str, uuid.UUID]:
    """Write those that are new, with all that follows from them. Their ids by the shop's ids."""
    people = {_who(order) for order in orders}
    identities = find_identities(people, source=source)
    identities |= make_identities(people - identities.keys(), source=source)
    rows = [
        {
            "external_id": order.id,
            "identity_id": identities[_who(order)],
            "placed_at": order.placed_at,
            "currency": order.currency,
            "items_total": order.items_total,
            "discount": order.discount,
            "shipping": order.shipping,
            "tax": order.tax,
            "total": order.total,
            "body": order.body,
            "attributes": order.attributes,
        }
        for order in orders
    ]
    with connection.cursor() as cursor:
        cursor.execute(ADD_ORDERS, {"source_id": source.pk, "rows": msgspec.json.encode(rows).decode()})
        stored: dict[str, uuid.UUID] = dict(cursor.fetchall())
        new = [order for order in orders if order.id in stored]
        lines = [_line_row(line, order_id=stored[order.id], items=items) for order in new for line in order.lines]
        cursor.execute(ADD_LINES, {"rows": msgspec.json.encode(lines).decode()})
    project_orders(list(stored.values()))
    return stored


def _line_row(line: ParsedLine, *, order_id: uuid.UUID, items: dict[str, uuid.UUID]) -> dict[str, Any]:
    return {
        "order_id": order_id,
        "number": line.number,
        "item_id": items[line.item],
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "discount": line.discount,
    }


def _told(order: ParsedOrder, *, pk: uuid.UUID, source: Source) -> dict[str, Any]:
    """What endpoints hear of an order."""
    return {
        "id": pk,
        "order": order.id,
        "source": source.code,
        "customer": order.customer,
        "visitor": order.visitor,
        "placedAt": order.placed_at,
        "currency": order.currency,
        "total": order.total,
        "lines": [
            {"item": line.item, "quantity": line.quantity, "unitPrice": line.unit_price, "discount": line.discount}
            for line in order.lines
        ],
    }


def _of_a_stranger(order: ParsedOrder, *, index: int, source: Source) -> OrderResult:
    said = _held(f"no customer has the id “{order.customer}”", source.unknown_customers)
    return OrderResult(index, order.id, "refused", "customer", said)


def _of_an_unknown_item(order: ParsedOrder, *, index: int, line: ParsedLine, source: Source) -> OrderResult:
    said = _held(f"no item has the SKU “{line.item}”", source.unknown_items)
    return OrderResult(index, order.id, "refused", f"lines[{line.number - 1}].item", said)


def _held(message: str, policy: str) -> str:
    if policy == Source.Unknown.QUARANTINE:
        return f"{message}; orders are not kept in quarantine, so send it again when it is there"
    return message


def _who(order: ParsedOrder) -> Who:
    if order.customer is not None:
        return Identity.Kind.CUSTOMER.value, order.customer
    assert order.visitor is not None
    return Identity.Kind.VISITOR.value, order.visitor
