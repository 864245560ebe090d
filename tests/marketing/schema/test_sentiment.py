"""The mood of what was written, and topics, through GraphQL."""

from datetime import UTC, datetime

import pytest
from strawberry import relay

from marketing.services.keys import create_api_key
from tests.callers import caller
from tests.factories.marketing import EventFactory, ItemFactory
from tests.factories.text import TextReadingFactory, TopicFactory
from tests.query_counts import pinned_queries

TREND = """query($customer: CustomerRef, $item: ItemRef, $topic: ID, $from: Date, $until: Date, $grain: Grain! = DAY) {
  sentimentTrend(customer: $customer, item: $item, topic: $topic, from: $from, until: $until, grain: $grain) {
    overall { texts mean positive negative negativeShare }
    periods { begins texts mean positive negative negativeShare }
  }
}"""
MAY = {"from": "2026-05-05", "until": "2026-05-07"}


def read(identity, *, mood, item=None, day=5, topic=None):
    at = datetime(2026, 5, day, 12, tzinfo=UTC)
    event = EventFactory(
        identity=identity, item=item or ItemFactory(), kind="review", payload={"text": "…"}, occurred_at=at
    )
    return TextReadingFactory(event=event, sentiment=mood, topic=topic)


def texts(found):
    overall = found["sentimentTrend"]["overall"]
    return overall["texts"] if overall else 0


def test_staff_read_all_periods_of_all_that_was_written(dee, ada, cy):
    read(ada, mood=0.8)
    read(cy, mood=-0.4)

    found = caller(dee).ask(TREND, **MAY)["sentimentTrend"]

    # (.8 − .4) / 2 = .2
    of_the_day = {"texts": 2, "mean": pytest.approx(0.2), "positive": 1, "negative": 1, "negativeShare": 0.5}
    assert found["overall"] == of_the_day
    assert found["periods"] == [
        {"begins": "2026-05-05", **of_the_day},
        {"begins": "2026-05-06", "texts": 0, "mean": None, "positive": 0, "negative": 0, "negativeShare": None},
    ]


def test_without_texts_there_is_no_overall_mood(dee):
    assert caller(dee).ask(TREND, **MAY)["sentimentTrend"]["overall"] is None


def test_without_days_it_is_the_last_ninety(dee, db):
    found = caller(dee).ask(TREND)

    assert len(found["sentimentTrend"]["periods"]) == 90


def test_a_customer_sees_their_own_whether_they_say_so_or_not(ada, cy):
    read(ada, mood=0.8)
    read(cy, mood=0.8)

    assert texts(caller(ada).ask(TREND, **MAY)) == 1
    assert texts(caller(ada).ask(TREND, **MAY, customer={"externalId": "ada"})) == 1


@pytest.mark.parametrize(
    "asked", [{"item": {"sku": "lamp"}}, {"topic": "VG9waWM6MA=="}, {"customer": {"externalId": "cy"}}]
)
def test_what_others_wrote_is_not_a_customers_to_see(asked, ada, cy):
    ItemFactory(sku="lamp")

    assert caller(ada).refused(TREND, **MAY, **asked)["extensions"]["code"] == "FORBIDDEN"


def test_staff_and_a_shops_server_read_the_mood_of_an_item_by_sku_and_by_id(dee, sam, ada):
    lamp = ItemFactory(sku="lamp")
    read(ada, mood=0.8, item=lamp)
    read(ada, mood=0.8)

    for who in (dee, sam):
        assert texts(caller(who).ask(TREND, **MAY, item={"sku": "lamp"})) == 1
        assert texts(caller(who).ask(TREND, **MAY, item={"id": str(relay.GlobalID("Item", str(lamp.pk)))})) == 1


def test_a_key_without_the_scope_reads_nothing(shop):
    _row, secret = create_api_key(source=shop, name="events only", scopes=["events:write"])

    assert caller(secret).refused(TREND, **MAY)["extensions"]["code"] == "FORBIDDEN"


def test_topics_are_listed_by_size_and_lead_to_their_mood(dee, ada, mia):
    TopicFactory(size=3)
    TopicFactory(size=5, active=False)
    named = TopicFactory(name="Parcels", terms=["parcel"], size=9)
    read(ada, mood=-0.8, topic=named)

    topics = caller(dee).ask("{ topics { id name terms size } }")["topics"]

    assert [(topic["name"], topic["terms"], topic["size"]) for topic in topics] == [
        ("Parcels", ["parcel"], 9),
        ("delivery, parcel, slow", ["delivery", "parcel", "slow"], 3),
    ]
    assert texts(caller(dee).ask(TREND, **MAY, topic=topics[0]["id"])) == 1


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ({"item": {"sku": "nothing"}}, "NOT_FOUND", None),
        ({"item": {"sku": ""}}, "INVALID_INPUT", "item.sku"),
        ({"item": {"id": "VG9waWM6MA=="}}, "INVALID_INPUT", "item.id"),
        ({"topic": "VG9waWM6MA=="}, "INVALID_INPUT", "topic"),
        ({"from": "2026-05-08"}, "INVALID_INPUT", "until"),
        ({"from": "1026-05-08"}, "INVALID_INPUT", "from"),
        ({"from": None, "until": "0001-01-01"}, "INVALID_INPUT", "until"),
        ({"customer": {"externalId": "nobody"}}, "NOT_FOUND", None),
    ],
)
def test_wrong_questions_are_refused_by_name(asked, code, field, dee):
    error = caller(dee).refused(TREND, **{**MAY, **asked})

    assert error["extensions"]["code"] == code
    assert error["extensions"].get("field") == field


@pytest.mark.parametrize("count", [1, 9])
def test_a_trend_takes_the_same_queries_however_much_was_written(count, dee, ada):
    for _ in range(count):
        read(ada, mood=0.5)
    asking = caller(dee)
    asking.ask(TREND, **MAY)

    with pinned_queries("graphql sentimentTrend"):
        asking.ask(TREND, **MAY, customer={"externalId": "ada"})
