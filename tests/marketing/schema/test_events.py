from datetime import UTC, datetime, timedelta

import pytest

from marketing.models import Event
from tests.callers import caller
from tests.factories.marketing import CustomEventKindFactory, ItemFactory

TRACK = """
mutation($events: [EventInput!]!, $sentAt: String) {
  trackEvents(events: $events, sentAt: $sentAt) { results { status field } }
}
"""


@pytest.fixture(autouse=True)
def kettle(shop):
    return ItemFactory(sku="kettle", source=shop)


def told(**changes):
    return {"id": "e1", "kind": "view", "occurredAt": "2026-11-01T10:00:00Z", "item": "kettle", **changes}


def test_all_kinds_are_described_those_of_staff_among_them():
    CustomEventKindFactory(
        name="store_visit", value_unit="minutes", payload={"store": {"type": "text", "required": True, "maximum": 20}}
    )

    kinds = caller().ask("{ eventKinds { name needsItem valueUnit payload { name type required maximum } } }")

    by_name = {kind.pop("name"): kind for kind in kinds["eventKinds"]}
    assert by_name["view"] == {"needsItem": True, "valueUnit": "seconds", "payload": []}
    assert by_name["store_visit"] == {
        "needsItem": False,
        "valueUnit": "minutes",
        "payload": [{"name": "store", "type": "text", "required": True, "maximum": 20.0}],
    }


def test_a_payload_is_stored_and_refused_by_its_field(ada):
    good = told(kind="search", item=None, payload={"query": "lamp", "results": 3})
    bad = told(id="e2", kind="search", item=None, payload={"query": 5})

    answer = caller(ada).ask(TRACK, events=[good, bad])

    assert answer["trackEvents"]["results"] == [
        {"status": "STORED", "field": None},
        {"status": "REFUSED", "field": "payload.query"},
    ]
    assert Event.objects.get().payload == {"query": "lamp", "results": 3}


def test_a_wrong_clock_is_mended_by_when_the_call_was_sent(ada):
    caller(ada).ask(TRACK, events=[told(occurredAt="2031-01-01T00:00:00Z")], sentAt="2031-01-01T00:10:00Z")

    stored = Event.objects.get()
    assert stored.claimed_at == datetime(2031, 1, 1, tzinfo=UTC)
    assert abs(datetime.now(UTC) - timedelta(minutes=10) - stored.occurred_at) < timedelta(minutes=1)


def test_an_event_that_waits_is_told_so(ada, shop):
    shop.unknown_items = "quarantine"
    shop.save()

    answer = caller(ada).ask(TRACK, events=[told(item="sofa")])

    assert answer["trackEvents"]["results"] == [{"status": "QUARANTINED", "field": "item"}]


def test_a_robot_is_known_by_its_header(ada):
    robot = caller(ada)
    robot.headers["User-Agent"] = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"

    robot.ask(TRACK, events=[told()])

    assert Event.objects.get().quality == "bot"
