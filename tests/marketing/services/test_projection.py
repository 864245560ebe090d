from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from marketing.event_keys import event_key
from marketing.models import Event, EventKey
from marketing.services.projection import SUBJECT, project_all, project_orders
from marketing.stream import live
from tests.factories.marketing import ItemFactory, OrderFactory, OrderLineFactory, RefundFactory

pytestmark = pytest.mark.django_db

PLACED = datetime(2026, 5, 1, 10, tzinfo=UTC)


@pytest.fixture
def orders(ada):
    """Three orders of two lines each; one line of the first came back, and all of the second."""
    rows = [OrderFactory(identity=ada, placed_at=PLACED) for _ in range(3)]
    for row in rows:
        for number in (1, 2):
            OrderLineFactory(order=row, number=number, item=ItemFactory(), quantity=number, unit_price=5)
    first, second = rows[:2]
    RefundFactory(order=first, line=first.lines.get(number=2), quantity=1, amount=5, refunded_at=PLACED)
    RefundFactory(order=second, amount=10, refunded_at=PLACED)
    for row, refunded in ((first, 5), (second, 10)):
        row.refunded = refunded
        row.save()
    return rows


def rows():
    return list(Event.objects.order_by("event_id").values_list("event_id", "kind", "item", "value", "occurred_at"))


def test_projecting_twice_gives_the_same_rows(orders):
    said = StringIO()
    call_command("project_orders", no_progress=True, stdout=said)
    once = rows()

    call_command("project_orders", no_progress=True, stdout=said)

    # 6 lines sold. Back came a line's piece of the first, and of the second the money and both its lines.
    assert [kind for _, kind, *_ in once].count("purchase") == 6
    assert [kind for _, kind, *_ in once].count("refund") == 4
    assert rows() == once
    assert said.getvalue().splitlines() == [
        "3 orders: 6 purchases and 4 refunds were missing.",
        "3 orders: 0 purchases and 0 refunds were missing.",
    ]


def test_lost_events_are_made_again_as_they_were(orders):
    project_all(progress=lambda _: None)
    before = rows()
    Event.objects.all().delete()
    EventKey.objects.all().delete()

    done = project_all(progress=lambda _: None)

    assert rows() == before
    assert (done.orders, done.purchases, done.refunds) == (3, 6, 4)


def test_many_orders_are_gone_through_in_portions(orders, monkeypatch):
    monkeypatch.setattr("marketing.services.projection.ORDERS_AT_ONCE", 2)
    portions = []

    done = project_all(progress=portions.append)

    assert portions == [2, 1]
    assert done.purchases == 6


def test_the_keys_are_of_a_namespace_that_no_sender_writes_in(orders, shop):
    project_orders([orders[0].pk])

    ids = Event.objects.values_list("event_id", flat=True)
    assert set(EventKey.objects.values_list("key", flat=True)) == {
        event_key(event_id, source_id=shop.pk, subject=SUBJECT) for event_id in ids
    }


@pytest.mark.django_db(transaction=True)
def test_purchases_of_now_are_counted_live_when_they_are_committed(ada):
    order = OrderFactory(identity=ada)
    item = ItemFactory()
    for number in (1, 2):
        OrderLineFactory(order=order, number=number, item=item)

    with transaction.atomic():
        project_orders([order.pk])
        before = live()
    after = live()

    assert connection.in_atomic_block is False
    assert [minute.kinds.get("purchase", 0) for minute in before.minutes if minute.kinds] == []
    assert sum(minute.kinds.get("purchase", 0) for minute in after.minutes) == 2
