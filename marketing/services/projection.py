"""Purchases and refunds as events. Orders are the truth; what is here can be made from them again at any time.

Each event's id is made of its row's id, in a namespace that no sender can write in, so that projecting again doubles
nothing.
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from marketing.event_keys import BODY_SQL
from marketing.models import Identity, Order, Source
from marketing.partitions import ensure_for
from marketing.services.event_claims import Who
from marketing.services.event_people import nobody_of, unwilling
from marketing.services.live_counts import count_live

SUBJECT = "projection"
ORDERS_AT_ONCE = 2000

KEY = f"""
encode(substring(sha256(convert_to(
    concat_ws(E'\\x1f', source_id, '{SUBJECT}', event_id), 'UTF8')) FOR 16), 'hex')::uuid
"""
PURCHASES = """
SELECT 'order:' || sold.id || ':' || line.number AS event_id, 'purchase' AS kind, sold.placed_at AS occurred_at,
       line.quantity::float8 AS value, line.item_id, sold.identity_id, sold.source_id,
       jsonb_build_object('order', sold.external_id, 'currency', sold.currency,
                          'price', trim_scale(line.unit_price)) AS payload
FROM marketing_order sold JOIN marketing_orderline line ON line.order_id = sold.id
WHERE sold.id = ANY(%(orders)s)
"""
# A refund is of its line's item if it has a line, and its value the pieces that came back, if that is said. One for
# the whole order that gives back the last of its money means that nothing was kept: then each line's pieces that had
# not come back before are told besides.
REFUNDS = """
SELECT 'refund:' || refund.id AS event_id, 'refund' AS kind, refund.refunded_at AS occurred_at,
       refund.quantity::float8 AS value, line.item_id, sold.identity_id, sold.source_id,
       jsonb_build_object('order', sold.external_id, 'currency', sold.currency,
                          'amount', trim_scale(refund.amount)) AS payload
FROM marketing_order sold
JOIN marketing_refund refund ON refund.order_id = sold.id
LEFT JOIN marketing_orderline line ON line.id = refund.line_id
WHERE sold.id = ANY(%(orders)s)
UNION ALL
SELECT 'refund:' || refund.id || ':' || line.number, 'refund', refund.refunded_at,
       (line.quantity - coalesce(back.quantity, 0))::float8, line.item_id, sold.identity_id, sold.source_id,
       jsonb_build_object('order', sold.external_id, 'currency', sold.currency)
FROM marketing_order sold
JOIN LATERAL (
    SELECT * FROM marketing_refund WHERE order_id = sold.id ORDER BY id DESC LIMIT 1
) refund ON refund.line_id IS NULL
JOIN marketing_orderline line ON line.order_id = sold.id
LEFT JOIN LATERAL (
    SELECT sum(quantity) AS quantity FROM marketing_refund WHERE line_id = line.id
) back ON true
WHERE sold.id = ANY(%(orders)s) AND sold.refunded = sold.total AND line.quantity > coalesce(back.quantity, 0)
"""
# Who did not agree to be known has bought as nobody, under an id and with a payload that lead to no order.
PROJECT = """
WITH keyed AS MATERIALIZED (
    SELECT incoming.*, {key} AS key, {body} AS body
    FROM (
        SELECT event_id, told.kind, occurred_at, told.value, item_id, identity_id, told.source_id,
               payload::text AS payload, item.sku AS item, '' AS session, '{{}}' AS context,
               CASE identity.kind WHEN 'customer' THEN identity.value END AS customer,
               CASE identity.kind WHEN 'visitor' THEN identity.value END AS visitor,
               unwilling.nobody_id
        FROM ({rows}) told
        LEFT JOIN unnest(%(unwilling)s::bigint[], %(nobody)s::bigint[]) AS unwilling(identity_id, nobody_id)
            USING (identity_id)
        JOIN marketing_identity identity ON identity.id = told.identity_id
        LEFT JOIN marketing_item item ON item.id = told.item_id
    ) incoming
), claimed AS (
    INSERT INTO marketing_eventkey (key, body, occurred_at)
    SELECT key, body, occurred_at FROM keyed ORDER BY key
    ON CONFLICT DO NOTHING
    RETURNING key
), added AS (
    INSERT INTO marketing_event (
        source_id, event_id, kind, occurred_at, item_id, value, identity_id, session, context, payload)
    SELECT source_id, CASE WHEN nobody_id IS NULL THEN event_id ELSE key::text END, kind, occurred_at, item_id, value,
           coalesce(nobody_id, identity_id), session, context::jsonb,
           CASE WHEN nobody_id IS NULL THEN payload::jsonb ELSE payload::jsonb - 'order' - 'currency' END
    FROM keyed JOIN claimed USING (key)
    ORDER BY occurred_at, event_id
    RETURNING occurred_at, kind, item_id
)
SELECT occurred_at, kind, item_id FROM added
"""
PROJECT_PURCHASES = PROJECT.format(key=KEY, body=BODY_SQL, rows=PURCHASES)
PROJECT_REFUNDS = PROJECT.format(key=KEY, body=BODY_SQL, rows=REFUNDS)
MONTHS = """
SELECT DISTINCT date_trunc('month', placed_at, 'UTC') FROM marketing_order
UNION SELECT date_trunc('month', refunded_at, 'UTC') FROM marketing_refund
"""


@dataclass(frozen=True)
class Projected:
    """How many orders were gone through, and how many events were missing and are there now."""

    orders: int
    purchases: int
    refunds: int


def project_orders(order_ids: Sequence[uuid.UUID]) -> int:
    """Store the purchases of these orders that are not stored yet; how many those were. Months must have partitions."""
    return _project(PROJECT_PURCHASES, order_ids)


def project_refunds(order_ids: Sequence[uuid.UUID]) -> int:
    """As `project_orders`, of what was given back for these orders."""
    return _project(PROJECT_REFUNDS, order_ids)


def project_all(*, progress: Callable[[int], object]) -> Projected:
    """Project every order and refund again, some thousand in a transaction. `progress` hears of each portion's size."""
    with connection.cursor() as cursor:
        cursor.execute(MONTHS)
        ensure_for(month for (month,) in cursor.fetchall())
    done = Projected(0, 0, 0)
    last: uuid.UUID | None = None
    while order_ids := _after(last):
        with transaction.atomic():
            purchases, refunds = project_orders(order_ids), project_refunds(order_ids)
        done = Projected(done.orders + len(order_ids), done.purchases + purchases, done.refunds + refunds)
        progress(len(order_ids))
        last = order_ids[-1]
    return done


def _after(last: uuid.UUID | None) -> list[uuid.UUID]:
    orders = Order.objects.order_by("pk")
    if last is not None:
        orders = orders.filter(pk__gt=last)
    return list(orders.values_list("pk", flat=True)[:ORDERS_AT_ONCE])


def _project(statement: str, order_ids: Sequence[uuid.UUID]) -> int:
    if not order_ids:
        return 0
    nobody_of_buyer = _unwilling(order_ids)
    parameters: dict[str, Any] = {
        "orders": list(order_ids),
        "unwilling": list(nobody_of_buyer),
        "nobody": list(nobody_of_buyer.values()),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        happened = cursor.fetchall()
    count_live((when, kind, item.hex if item else None) for when, kind, item in happened)
    return len(happened)


def _unwilling(order_ids: Sequence[uuid.UUID]) -> dict[int, int]:
    """Identity of each buyer who did not agree that what they do is known → identity of nobody in the same source."""
    buyers = Identity.objects.filter(orders__in=order_ids).select_related("source").distinct()
    of_source: defaultdict[Source, dict[Who, int]] = defaultdict(dict)
    for buyer in buyers:
        of_source[buyer.source][buyer.kind, buyer.value] = buyer.pk
    found: dict[int, int] = {}
    for source, people in of_source.items():
        if refusing := unwilling(people.keys(), source=source):
            nobody = nobody_of(source)
            found |= {people[who]: nobody for who in refusing}
    return found
