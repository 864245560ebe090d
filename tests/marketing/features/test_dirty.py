from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from marketing.features import dirty
from marketing.models import DirtyDay, FeatureWatermark, Order
from tests.factories.marketing import EventFactory, OrderFactory, RefundFactory

NONE = timedelta(0)


@pytest.fixture
def clean(db):
    """All that has arrived until now has been looked through, long ago."""
    dirty.collect()
    DirtyDay.objects.all().delete()
    FeatureWatermark.objects.update(received_until=timezone.now())


def test_the_first_look_marks_every_day(db, berlin):
    EventFactory(occurred_at=berlin("2026-01-05 00:00"))
    EventFactory(occurred_at=berlin("2026-01-04 23:59:59"))
    EventFactory(occurred_at=berlin("2026-01-04 01:00"))

    dirty.collect()

    assert dirty.waiting() == [date(2026, 1, 5), date(2026, 1, 4)]


def test_a_look_marks_days_of_what_arrived_whenever_it_happened(clean, berlin):
    order = OrderFactory(placed_at=berlin("2026-02-01 12:00"))
    RefundFactory(order=order, refunded_at=berlin("2026-02-03 12:00"))
    EventFactory(occurred_at=berlin("2026-01-05 12:00"))

    dirty.collect(overlap=NONE)

    assert dirty.waiting() == [date(2026, 2, 3), date(2026, 2, 1), date(2026, 1, 5)]


def test_what_a_look_has_seen_is_not_marked_again(clean, berlin):
    EventFactory(occurred_at=berlin("2026-01-05 12:00"))
    dirty.collect(overlap=NONE)
    # In one transaction with its events the test can't end it, so the look's end is moved behind them.
    FeatureWatermark.objects.update(received_until=timezone.now())
    dirty.unmark(date(2026, 1, 5))

    dirty.collect(overlap=NONE)

    assert dirty.waiting() == []


def test_a_changed_order_marks_its_day_and_those_of_its_refunds(clean, berlin):
    order = OrderFactory(placed_at=berlin("2026-02-01 12:00"))
    RefundFactory(order=order, refunded_at=berlin("2026-02-03 12:00"))
    dirty.collect()
    DirtyDay.objects.all().delete()
    FeatureWatermark.objects.update(received_until=timezone.now())
    order.status = Order.Status.CANCELLED
    order.save()

    dirty.collect(overlap=NONE)

    assert dirty.waiting() == [date(2026, 2, 3), date(2026, 2, 1)]


def test_days_are_marked_once_however_often_somebody_says_so(db):
    dirty.mark([date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 1)])
    dirty.mark([date(2026, 1, 2)])

    assert dirty.waiting() == [date(2026, 1, 2), date(2026, 1, 1)]
    assert dirty.unmark(date(2026, 1, 2)) is True
    assert dirty.unmark(date(2026, 1, 2)) is False


def test_a_new_rate_marks_the_days_of_orders_that_it_may_change(db, berlin):
    for day, currency in ((1, "USD"), (5, "USD"), (6, "EUR")):
        order = OrderFactory(placed_at=berlin(f"2026-02-0{day} 00:00"), currency=currency)
        RefundFactory(order=order, refunded_at=berlin(f"2026-02-1{day} 12:00"))

    dirty.mark_currency("USD", since=date(2026, 2, 5))

    assert dirty.waiting() == [date(2026, 2, 15), date(2026, 2, 5)]


def test_an_identitys_days_are_those_of_its_events_orders_and_refunds(ada, cy, berlin):
    EventFactory(identity=ada, occurred_at=berlin("2026-02-01 12:00"))
    EventFactory(identity=cy, occurred_at=berlin("2026-02-02 12:00"))
    order = OrderFactory(identity=ada, placed_at=berlin("2026-02-03 12:00"))
    RefundFactory(order=order, refunded_at=berlin("2026-02-04 12:00"))

    dirty.mark_identities([ada.pk])

    assert dirty.waiting() == [date(2026, 2, day) for day in (4, 3, 1)]


@pytest.fixture
def second_writer():
    """Another connection to this test's database, of somebody whose transaction takes long."""
    said = connection.settings_dict
    with psycopg.connect(
        host=said["HOST"], user=said["USER"], port=said["PORT"] or None, dbname=said["NAME"]
    ) as writer:
        yield writer


@pytest.mark.django_db(transaction=True)
def test_what_a_slow_transaction_wrote_is_marked_though_others_were_looked_through_meanwhile(second_writer, berlin):
    event = EventFactory(occurred_at=berlin("2026-01-05 12:00"))
    second_writer.execute(
        "INSERT INTO marketing_event (identity_id, kind, occurred_at, source_id, event_id, session, context)"
        " VALUES (%s, 'view', %s, %s, 'slow', '', '{}')",
        [event.identity_id, datetime(2026, 1, 9, 12, tzinfo=UTC), event.source_id],
    )
    dirty.collect(overlap=NONE)
    seen_before = dirty.waiting()
    EventFactory(identity=event.identity, occurred_at=berlin("2026-01-07 12:00"))
    dirty.collect(overlap=NONE)
    second_writer.commit()

    dirty.collect(overlap=NONE)

    assert seen_before == [date(2026, 1, 5)]
    assert dirty.waiting() == [date(2026, 1, 9), date(2026, 1, 7), date(2026, 1, 5)]


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_has_not_written_yet_is_waited_for_as_well(second_writer, berlin):
    EventFactory(occurred_at=berlin("2026-01-05 12:00"))
    (began,) = second_writer.execute("SELECT now()").fetchone()

    dirty.collect(overlap=NONE)

    assert FeatureWatermark.objects.get().received_until <= began
