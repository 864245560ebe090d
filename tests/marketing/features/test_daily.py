"""The rows of a day, with numbers worked out by hand."""

import threading
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction

from marketing.features import daily, dirty
from marketing.models import DailyActivity, DailyInterest, Event, ExchangeRate, Identity, Order
from tests.factories.marketing import (
    CategoryFactory,
    CustomerIdentityFactory,
    EventFactory,
    ItemFactory,
    OrderFactory,
    RefundFactory,
)
from tests.waiting import wait_until

DAY = date(2026, 11, 10)


@pytest.fixture
def lamp(shop):
    return ItemFactory(source=shop, category=CategoryFactory(slug="lamps"), tags=["brass", "small"])


@pytest.fixture
def did(ada, lamp, berlin):
    """Something that Ada did, by Berlin's clock; `who`, `item` and others may be given."""

    def happened(kind, when="2026-11-10 12:00", value=None, *, who=ada, item=lamp, **fields):
        return EventFactory(identity=who, item=item, kind=kind, value=value, occurred_at=berlin(when), **fields)

    return happened


def activity(day=DAY, **filters):
    return DailyActivity.objects.get(day=day, **filters)


def rows_of_activity():
    return [{**row, "id": None} for row in DailyActivity.objects.order_by("identity", "day").values()]


def interests(day=DAY):
    return {(row.kind, row.name): row.strength for row in DailyInterest.objects.filter(day=day)}


def test_a_day_counts_what_somebody_did_by_kind(did, berlin):
    did("view", "2026-11-10 00:00", 30)
    did("view", "2026-11-10 09:00", 12.5)
    did("view", "2026-11-10 09:01")
    did("click", "2026-11-10 09:05")
    did("add_to_cart", "2026-11-10 09:06", 2)
    did("purchase", "2026-11-10 09:09", 2)
    did("rating", "2026-11-10 20:00", 4)
    did("rating", "2026-11-10 21:00", 2.5)
    did("search", "2026-11-10 23:59", item=None)

    done = daily.recompute_day(DAY)

    row = activity()
    assert (done.days, done.activities) == (1, 1)
    assert (row.events, row.views, row.clicks, row.carts, row.purchases, row.ratings) == (9, 3, 1, 1, 1, 2)
    assert row.dwell_seconds == 42.5
    # 4 + 2.5 and 16 + 6.25
    assert (row.rating_sum, row.rating_squares) == (6.5, 22.25)
    assert (row.first_at, row.last_at) == (berlin("2026-11-10 00:00"), berlin("2026-11-10 23:59"))


def test_interest_in_category_and_tags_adds_up_over_events(did, lamp, shop):
    did("view")
    did("add_to_cart", value=1)
    did("rating", value=4)
    did("rating", value=3)
    did("rating", value=2)
    did("purchase", value=3, item=ItemFactory(source=shop, tags=["small", "small"]))
    did("search", item=None)

    daily.recompute_day(DAY)

    # The lamp: 1 + 3 + 5 + 1 + 0 = 10; the other thing: 5, and its doubled tag counts once.
    assert interests() == {("category", "lamps"): 10, ("tag", "brass"): 10, ("tag", "small"): 15}


def test_what_is_done_to_somebody_or_is_not_of_good_quality_does_not_count(did):
    did("view", quality=Event.Quality.BOT)
    did("view", quality=Event.Quality.DUPLICATE)
    did("ad_impression")
    did("refund", value=1)
    did("message", payload={"channel": "email", "direction": "out"}, item=None)

    daily.recompute_day(DAY)

    assert not DailyActivity.objects.exists()
    assert not DailyInterest.objects.exists()


def test_a_message_from_the_person_counts(did):
    did("message", payload={"channel": "email", "direction": "in"}, item=None)

    daily.recompute_day(DAY)

    assert activity().events == 1


def test_who_did_not_agree_to_analytics_has_no_rows(did, shop):
    nobody = Identity.objects.create(source=shop, kind=Identity.Kind.NOBODY, value="nobody")
    did("view", who=nobody)
    OrderFactory(identity=nobody, placed_at=Event.objects.get().occurred_at)

    daily.recompute_day(DAY)

    assert not DailyActivity.objects.exists()


@pytest.mark.parametrize(
    ("first", "last", "day"),
    [
        ("2026-03-29 00:00", "2026-03-29 23:59:59.999999", date(2026, 3, 29)),  # 23 hours
        ("2026-10-25 00:00", "2026-10-25 23:59:59.999999", date(2026, 10, 25)),  # 25 hours
    ],
)
def test_a_day_on_which_the_clock_changes_has_all_its_hours_and_none_of_its_neighbours(did, berlin, first, last, day):
    did("view", first)
    did("view", last)
    EventFactory(
        identity=Event.objects.first().identity, occurred_at=berlin(first) - timedelta(microseconds=1), kind="click"
    )
    # The clock's own subtraction would be 24 hours; what follows the last microsecond is the next day.
    after = berlin(last).timestamp() + 0.000001
    did("click", berlin(last).fromtimestamp(after, berlin(last).tzinfo).isoformat()[:19])

    daily.recompute_days([day - timedelta(days=1), day, day + timedelta(days=1)])

    assert (activity(day).views, activity(day).clicks) == (2, 0)
    assert activity(day - timedelta(days=1)).clicks == activity(day + timedelta(days=1)).clicks == 1


def test_both_hours_that_bear_the_same_name_count_to_their_day(ada, berlin):
    # 02:30 came twice on 25 October 2026.
    for fold in (0, 1):
        EventFactory(identity=ada, occurred_at=berlin("2026-10-25 02:30", fold), kind="view")

    daily.recompute_day(date(2026, 10, 25))

    assert activity(date(2026, 10, 25)).views == 2


def test_revenue_is_goods_less_discount_without_tax_and_shipping(ada, berlin):
    OrderFactory(
        identity=ada,
        placed_at=berlin("2026-11-10 10:00"),
        items_total=Decimal("100.00"),
        discount=Decimal("10.00"),
        shipping=Decimal("5.00"),
        tax=Decimal("17.10"),
        total=Decimal("112.10"),
    )

    daily.recompute_day(DAY)

    assert (activity().orders, activity().revenue) == (1, Decimal("90.0000"))


def test_a_refund_reduces_the_revenue_of_its_own_day_by_the_goods_share(ada, berlin):
    order = OrderFactory(
        identity=ada, placed_at=berlin("2026-11-10 10:00"), items_total=80, shipping=4, tax=16, total=100
    )
    RefundFactory(order=order, amount=25, refunded_at=berlin("2026-11-12 08:00"))

    daily.recompute_days([DAY, date(2026, 11, 12)])

    # Of 100 paid 80 were for goods, so of 25 given back 20 are.
    assert activity().revenue == 80
    later = activity(date(2026, 11, 12))
    assert (later.revenue, later.orders, later.events) == (-20, 0, 0)
    assert later.last_at == berlin("2026-11-12 08:00")


def test_amounts_are_taken_at_the_newest_rate_not_younger_than_the_order_also_when_they_are_given_back(ada, berlin):
    for day, rate in ((date(2026, 11, 1), "0.90"), (date(2026, 11, 9), "0.80"), (date(2026, 11, 11), "0.50")):
        ExchangeRate.objects.create(base="EUR", currency="USD", day=day, rate=rate)
    order = OrderFactory(identity=ada, placed_at=berlin("2026-11-10 23:59"), currency="USD", items_total=50, total=50)
    RefundFactory(order=order, amount=50, refunded_at=berlin("2026-11-12 08:00"))

    daily.recompute_days([DAY, date(2026, 11, 12)])

    # 50 × 0.80 of 9 November, and the same back.
    assert (activity().revenue, activity(date(2026, 11, 12)).revenue) == (40, -40)


def test_an_amount_without_a_rate_does_not_count_and_is_told(ada, berlin, did):
    ExchangeRate.objects.create(base="EUR", currency="USD", day=date(2026, 11, 11), rate="0.9")  # too young
    ExchangeRate.objects.create(base="CHF", currency="JPY", day=date(2026, 11, 1), rate="0.006")  # of another base
    for currency in ("USD", "JPY", "JPY", "EUR"):
        OrderFactory(identity=ada, placed_at=berlin("2026-11-10 10:00"), currency=currency)
    did("purchase", value=1)

    done = daily.recompute_day(DAY)

    assert done.without_rate == Counter(USD=1, JPY=2)
    assert (activity().orders, activity().revenue, activity().purchases) == (1, 10, 1)


def test_of_a_cancelled_order_nothing_counts(ada, berlin):
    order = OrderFactory(identity=ada, placed_at=berlin("2026-11-10 10:00"), status=Order.Status.CANCELLED)
    RefundFactory(order=order, refunded_at=berlin("2026-11-10 11:00"))

    daily.recompute_day(DAY)

    assert not DailyActivity.objects.exists()


def test_a_second_recomputation_gives_the_same_rows(did):
    did("view", value=3)
    did("purchase", value=1)
    daily.recompute_day(DAY)
    before = rows_of_activity(), interests()

    daily.recompute_day(DAY)

    assert (rows_of_activity(), interests()) == before


def test_a_late_event_is_in_its_day_after_the_next_recomputation(did):
    did("view", "2026-11-10 12:00")
    daily.recompute_dirty()
    did("view", "2026-11-10 13:00")

    daily.recompute_dirty()

    assert activity().views == 2


def test_an_erased_identitys_day_is_counted_without_it(did, ada, shop):
    cy = CustomerIdentityFactory(customer__external_id="cy", customer__source=shop)
    did("view")
    did("view", who=cy)
    daily.recompute_dirty()
    with transaction.atomic():
        dirty.mark_identities([ada.pk])
        Event.objects.filter(identity=ada).delete()

    daily.recompute_dirty()

    assert [row.identity_id for row in DailyActivity.objects.all()] == [cy.pk]
    assert set(DailyInterest.objects.values_list("identity_id", flat=True)) == {cy.pk}


def test_all_days_are_those_with_anything_in_them_or_in_their_rows(did, ada, berlin):
    did("view", "2026-11-01 12:00")
    order = OrderFactory(identity=ada, placed_at=berlin("2026-11-03 12:00"))
    RefundFactory(order=order, refunded_at=berlin("2026-11-05 12:00"))
    gone = did("view", "2026-11-07 12:00")
    daily.recompute_day(date(2026, 11, 7))
    gone.delete()

    days = daily.all_days()
    daily.recompute_days(days)

    assert days == [date(2026, 11, day) for day in (7, 5, 3, 1)]
    assert [row.day.day for row in DailyActivity.objects.order_by("day")] == [1, 3, 5]


def test_a_day_that_somebody_else_made_since_it_was_marked_is_not_made_again(did):
    did("view")
    dirty.mark([DAY])

    first = daily.recompute_day(DAY, only_if_marked=True)
    second = daily.recompute_day(DAY, only_if_marked=True)

    assert (first.days, second.days) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_of_two_recomputations_at_once_the_second_waits_and_sees_what_came_meanwhile(did):
    did("view", "2026-11-10 12:00")

    def recompute():
        try:
            daily.recompute_day(DAY)
        finally:
            connection.close()

    other = threading.Thread(target=recompute)
    with transaction.atomic():
        daily.recompute_day(DAY)
        other.start()
        wait_until(someone_waits_for_a_day)
        did("view", "2026-11-10 13:00")
    other.join(timeout=30)

    assert activity().views == 2
    assert sum(interests().values()) == 2 * 3


def someone_waits_for_a_day():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND classid = %s"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [daily.LOCK_SPACE],
        )
        return cursor.fetchone()[0] == 1
