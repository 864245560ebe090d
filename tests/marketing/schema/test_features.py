"""A customer's features through GraphQL."""

from datetime import UTC, datetime

import pytest

from marketing.features import daily
from tests.callers import caller
from tests.factories.marketing import CategoryFactory, EventFactory, ItemFactory, OrderFactory
from tests.query_counts import pinned_queries

FEATURES = """query($of: CustomerRef!, $at: DateTime) {
  customerFeatures(customer: $of, at: $at) {
    lastSeenAt lastSeenDays lastPurchaseDays views orders currency revenue meanOrder dwellSeconds
    spans { days purchases activeDays } ratings ratingMean ratingCentre ratingSpread
    categories { name weight } tags { name weight }
  }
}"""
ADA = {"externalId": "ada"}


@pytest.fixture
def lamp(shop):
    return ItemFactory(source=shop, category=CategoryFactory(slug="lamps"), tags=["brass"])


def test_staff_read_what_a_customer_did_up_to_a_moment(bo, ada, lamp):
    EventFactory(identity=ada, item=lamp, value=30, occurred_at=datetime(2026, 11, 10, 9, tzinfo=UTC))
    EventFactory(identity=ada, item=lamp, value=60, occurred_at=datetime(2026, 11, 12, 9, tzinfo=UTC))
    OrderFactory(identity=ada, placed_at=datetime(2026, 11, 9, 9, tzinfo=UTC), items_total=20, total=20)
    daily.recompute_dirty()

    found = caller(bo).ask(FEATURES, of=ADA, at="2026-11-11T12:00:00Z")["customerFeatures"]

    assert found == {
        "lastSeenAt": "2026-11-10T09:00:00+00:00",
        "lastSeenDays": 1,
        "lastPurchaseDays": 2,
        "views": 1,
        "orders": 1,
        "currency": "EUR",
        "revenue": "20.00",
        "meanOrder": "20.00",
        "dwellSeconds": 30,
        "spans": [{"days": days, "purchases": 0, "activeDays": 2} for days in (30, 90, 365)],
        "ratings": 0,
        "ratingMean": None,
        "ratingCentre": 3.5,
        "ratingSpread": 1,
        # One view a day ago, with a half-life of 30 days.
        "categories": [{"name": "lamps", "weight": pytest.approx(0.5 ** (1 / 30))}],
        "tags": [{"name": "brass", "weight": pytest.approx(0.5 ** (1 / 30))}],
    }


def test_without_a_moment_it_is_now(bo, ada, lamp):
    EventFactory(identity=ada, item=lamp)

    assert caller(bo).ask(FEATURES, of=ADA)["customerFeatures"]["lastSeenDays"] == 0


def test_a_moment_without_offset_is_refused_by_name(bo, ada):
    error = caller(bo).refused(FEATURES, of=ADA, at="2026-11-11T12:00:00")

    assert error["extensions"] == {"code": "INVALID_INPUT", "field": "at", "retryable": False}


def test_a_customer_who_is_not_there_is_told(bo):
    assert caller(bo).refused(FEATURES, of=ADA)["extensions"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize("count", [1, 7])
def test_features_take_the_same_queries_however_much_happened(count, bo, ada):
    for _ in range(count):
        EventFactory(identity=ada, item=ItemFactory(category=CategoryFactory(), tags=["a", "b"]))
    daily.recompute_dirty()
    asking = caller(bo)
    asking.ask(FEATURES, of=ADA)

    with pinned_queries("graphql customerFeatures"):
        asking.ask(FEATURES, of=ADA)
