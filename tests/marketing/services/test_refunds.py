import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connections
from django.utils import timezone

from marketing.models import Event, Order, Outbox, Refund
from marketing.refunds import parse_cancellations, parse_refunds
from marketing.services.refunds import cancel_orders, record_refunded, record_refunds
from tests.factories.marketing import (
    CustomerIdentityFactory,
    ItemFactory,
    OrderFactory,
    OrderLineFactory,
    SourceFactory,
    WebhookEndpointFactory,
)
from tests.query_counts import pinned_queries

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, tzinfo=UTC)
PLACED = datetime(2026, 5, 1, 10, tzinfo=UTC)


@pytest.fixture
def order(ada):
    """Two kettles at 10.00 and three teas at 5.00; with shipping of 4.90 it is 39.90 EUR."""
    sums = {"items_total": 35, "shipping": "4.90", "total": "39.90"}
    row = OrderFactory(identity=ada, external_id="o1", placed_at=PLACED, **sums)
    OrderLineFactory(order=row, number=1, item=ItemFactory(sku="kettle"), quantity=2, unit_price=10)
    OrderLineFactory(order=row, number=2, item=ItemFactory(sku="tea"), quantity=3, unit_price=5)
    return row


def refund(**changes):
    return {"id": "r1", "order": "o1", "amount": "10.00", "refundedAt": "2026-05-03T10:00:00Z", **changes}


def send(*rows, source):
    return record_refunds(parse_refunds(json.dumps(rows).encode(), now=NOW), source=source)


def cancel(*rows, source):
    said = [{"cancelledAt": "2026-05-02T10:00:00Z", **row} for row in rows]
    return cancel_orders(parse_cancellations(json.dumps(said).encode(), now=NOW), source=source)


def statuses(results):
    return [result.status for result in results]


def refunded():
    return Order.objects.get(external_id="o1").refunded


def told():
    """What the events say of refunds: SKU, pieces, money."""
    events = Event.objects.filter(kind="refund").order_by("id").select_related("item")
    return [(event.item and event.item.sku, event.value, event.payload.get("amount")) for event in events]


def test_a_refund_of_a_line_is_stored_and_told_as_an_event_of_its_item(order, shop):
    results = send(refund(line=1, quantity=1, reason=" broken "), source=shop)

    stored = Refund.objects.get()
    event = Event.objects.get()
    assert statuses(results) == ["stored"]
    assert (stored.order, stored.line.number, stored.quantity, stored.amount) == (order, 1, 1, Decimal(10))
    assert (stored.reason, stored.refunded_at) == ("broken", datetime(2026, 5, 3, 10, tzinfo=UTC))
    assert refunded() == 10
    assert told() == [("kettle", 1.0, 10)]
    assert (event.event_id, event.occurred_at) == (f"refund:{stored.pk}", stored.refunded_at)
    assert (event.identity, event.payload) == (order.identity, {"order": "o1", "currency": "EUR", "amount": 10})


def test_money_back_for_the_order_is_an_event_of_no_item(order, shop):
    send(refund(amount="4.90"), source=shop)

    assert told() == [(None, None, 4.9)]


def test_the_refund_of_the_last_of_the_money_brings_all_pieces_back(order, shop):
    send(refund(line=1, quantity=1), source=shop)

    send(refund(id="r2", amount="29.90"), source=shop)

    # One kettle had come back before, one is left, and three teas.
    assert told() == [("kettle", 1.0, 10), (None, None, 29.9), ("kettle", 1.0, None), ("tea", 3.0, None)]
    assert refunded() == Decimal("39.9")


def test_a_refund_larger_than_what_is_left_is_refused_with_both_figures(order, shop):
    results = send(refund(amount="30"), refund(id="r2", amount="9.91"), refund(id="r3", amount="9.90"), source=shop)

    assert statuses(results) == ["stored", "refused", "stored"]
    assert (results[1].index, results[1].id, results[1].field) == (1, "r2", "amount")
    assert results[1].message == "at most what is left, 9.90 EUR, expected, got 9.91"
    assert refunded() == Decimal("39.9")
    assert Refund.objects.count() == 2


def test_a_refund_larger_than_the_purchase_is_refused(order, shop):
    (result,) = send(refund(amount="39.91"), source=shop)

    assert (result.status, result.message) == ("refused", "at most what is left, 39.90 EUR, expected, got 39.91")
    assert not Event.objects.exists()


def test_more_pieces_than_are_left_of_a_line_are_refused(order, shop):
    results = send(
        refund(line=2, quantity=2),
        refund(id="r2", line=2, quantity=2),
        refund(id="r3", line=2, quantity=1),
        source=shop,
    )

    assert statuses(results) == ["stored", "refused", "stored"]
    assert (results[1].field, results[1].message) == ("quantity", "at most what is left, 1, expected, got 2")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": "0.001"}, "amount"),
        ({"amount": "ten"}, "amount"),
        ({"amount": None}, "amount"),
        ({"currency": "USD"}, "currency"),
        ({"currency": "XYZ"}, "currency"),
        ({"order": "o2"}, "order"),
        ({"line": 3}, "line"),
        ({"line": 0}, "line"),
        ({"line": 10**30}, "line"),
        ({"quantity": 1}, "line"),
        ({"line": 1, "quantity": 0}, "quantity"),
        ({"line": 1, "quantity": -1}, "quantity"),
        ({"refundedAt": "2026-05-01T09:59:59Z"}, "refundedAt"),
        ({"refundedAt": "2100-01-01T00:00:00Z"}, "refundedAt"),
        ({"reason": "x" * 201}, "reason"),
        ({"id": ":cancelled"}, "id"),
        ({"unheard": "of"}, "unheard"),
    ],
)
def test_a_refund_that_cannot_be_is_refused_naming_the_field_and_holds_back_no_other(order, shop, changes, field):
    results = send(refund(**changes), refund(id="r2"), source=shop)

    assert statuses(results) == ["refused", "stored"]
    assert results[0].field == field
    assert refunded() == 10


def test_the_same_refund_again_is_known_and_takes_no_money(order, shop):
    results = [
        *send(refund(), refund(amount=10, currency="EUR"), source=shop),
        *send(refund(refundedAt=1777802400), source=shop),
    ]

    assert statuses(results) == ["stored", "already_stored", "already_stored"]
    assert refunded() == 10
    assert Event.objects.count() == 1


@pytest.mark.parametrize(
    "changes", [{"amount": 9}, {"line": 1}, {"reason": "late"}, {"refundedAt": "2026-05-03T10:00:01Z"}]
)
def test_the_same_id_with_other_content_is_a_conflict(order, shop, changes):
    send(refund(), source=shop)

    (result,) = send(refund(**changes), source=shop)

    assert (result.status, result.field) == ("conflict", "id")
    assert refunded() == 10


def test_an_order_of_another_source_is_no_order(order):
    (result,) = send(refund(), source=SourceFactory(code="outlet"))

    assert (result.status, result.field, result.message) == ("refused", "order", "no order has the id “o1”")


def test_a_currency_without_cents_is_refunded_in_whole_units(ada, shop):
    OrderFactory(identity=ada, external_id="o1", placed_at=PLACED, currency="JPY", items_total=1000, total=1000)

    results = send(refund(amount="0.5"), refund(amount="1000.00"), source=shop)

    assert statuses(results) == ["refused", "stored"]
    assert results[0].message == "at most 0 digits after the point expected, got 0.5000"


def test_a_refund_marks_its_order_as_changed(order, shop):
    before = timezone.now() - timedelta(days=1)
    Order.objects.update(updated_at=before)

    send(refund(), source=shop)

    assert Order.objects.get().updated_at > before


def test_endpoints_hear_of_refunds(order, shop):
    WebhookEndpointFactory(topics=["order.refunded"])

    send(refund(line=1), source=shop)

    payload = Outbox.objects.get().payload
    assert (payload["order"], payload["refund"], payload["amount"], payload["currency"]) == (
        "o1",
        "r1",
        "10.0000",
        "EUR",
    )
    assert (payload["line"], payload["refundedInAll"], payload["total"]) == (1, "10.0000", "39.9000")


def so_far(*rows, source, **options):
    return record_refunded(parse_refunds(json.dumps(rows).encode(), now=NOW), source=source, **options)


def test_of_a_sum_that_was_given_back_so_far_only_the_rest_is_new(order, shop):
    send(refund(amount="4.00"), source=shop)

    first = so_far(refund(id="sum 10", amount="10.00"), source=shop)
    again = so_far(refund(id="sum 10", amount="10.00"), refund(id="sum 3", amount="3.00"), source=shop)
    more = so_far(refund(id="sum 39.90", amount="39.90"), source=shop)

    assert statuses([*first, *again, *more]) == ["stored", "already_stored", "already_stored", "stored"]
    # 4 + 6 + 29.90 = 39.90
    assert list(Refund.objects.order_by("amount").values_list("amount", flat=True)) == [4, 6, Decimal("29.90")]
    assert refunded() == Decimal("39.90")


def test_a_sum_beyond_what_was_paid_or_of_no_order_is_refused(order, shop):
    results = so_far(refund(amount="39.91"), refund(order="none"), source=shop)

    assert [(result.status, result.field) for result in results] == [("refused", "amount"), ("refused", "order")]
    assert refunded() == 0


def test_a_history_of_refunds_is_stored_without_anybody_hearing_of_it(order, shop):
    WebhookEndpointFactory(topics=["order.refunded"])

    record_refunds(parse_refunds(json.dumps([refund()]).encode(), now=NOW), source=shop, announce=False)
    so_far(refund(id="sum", amount="12.00"), source=shop, announce=False)

    assert refunded() == 12
    assert not Outbox.objects.exists()


def test_a_batch_of_refunds_makes_as_few_queries_as_a_single_one(ada, shop):
    for number in range(40):
        OrderLineFactory(order=OrderFactory(identity=ada, external_id=f"o{number}", placed_at=PLACED))

    for numbers in ([0], range(1, 40)):
        with pinned_queries("refunds batch"):
            results = send(*[refund(order=f"o{number}", line=1) for number in numbers], source=shop)

        assert set(statuses(results)) == {"stored"}


@pytest.mark.django_db(transaction=True)
def test_refunds_that_arrive_at_once_never_give_back_more_than_was_paid(shop):
    orders = [
        OrderFactory(identity=CustomerIdentityFactory(customer__source=shop), external_id=number, placed_at=PLACED)
        for number in ("o1", "o2")
    ]  # 10.00 EUR each
    start = threading.Barrier(6)

    def sender(number):
        rows = [refund(id=f"r{number}", amount="3", order=order) for order in ("o1", "o2")]
        start.wait()
        try:
            # In opposite orders, as a deadlock would need.
            return statuses(send(*(rows if number % 2 else rows[::-1]), source=shop))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        outcome = Counter(status for result in pool.map(sender, range(6)) for status in result)

    # Three of 3.00 fit into 10.00, of each of the two.
    assert outcome == {"stored": 6, "refused": 6}
    assert list(Order.objects.values_list("refunded", flat=True)) == [9, 9]
    assert all(order.refunds.count() == 3 for order in orders)


# -- Cancellations -----------------------------------------------------------------------------------------------------


def test_a_cancelled_order_gives_back_what_it_still_holds(order, shop):
    send(refund(line=1, quantity=1, refundedAt="2026-05-01T12:00:00Z"), source=shop)

    results = cancel({"order": "o1", "reason": "changed her mind"}, source=shop)

    last = Refund.objects.latest("id")
    assert statuses(results) == ["stored"]
    assert Order.objects.get().status == "cancelled"
    assert (last.amount, last.reason) == (Decimal("29.9"), "changed her mind")
    assert refunded() == Decimal("39.9")
    assert told()[1:] == [(None, None, 29.9), ("kettle", 1.0, None), ("tea", 3.0, None)]


def test_an_order_is_cancelled_once(order, shop):
    results = cancel({"order": "o1"}, {"order": "o1"}, {"order": "o9"}, source=shop)

    assert statuses(results) == ["stored", "already_stored", "refused"]
    assert results[2].field == "order"
    assert Refund.objects.count() == 1
    assert statuses(send(refund(), source=shop)) == ["refused"]


def test_a_free_order_is_cancelled_without_a_refund(ada, shop):
    OrderFactory(identity=ada, external_id="o1", placed_at=PLACED, items_total=0, total=0)

    assert statuses(cancel({"order": "o1"}, source=shop)) == ["stored"]
    assert Order.objects.get().status == "cancelled"
    assert not Refund.objects.exists()


@pytest.mark.parametrize("when", ["2026-05-01T09:00:00Z", "2100-01-01T00:00:00Z", "soon"])
def test_an_order_is_not_cancelled_before_it_was_placed_nor_far_ahead(order, shop, when):
    (result,) = cancel({"order": "o1", "cancelledAt": when}, source=shop)

    assert (result.status, result.field) == ("refused", "cancelledAt")
    assert Order.objects.get().status == "placed"
