"""The live panel's numbers, over the admin's JSON and over GraphQL, from an event's way in to its way out."""

from datetime import UTC, datetime

import pytest

from marketing import stream
from marketing.models import Event
from tests.callers import caller
from tests.counted_events import counts
from tests.factories.marketing import ItemFactory, UserFactory

LIVE = """query($minutes: Int!) { liveCounts(minutes: $minutes) {
  count kinds { kind count } minutes { minute count } items { count item { sku } } } }"""


@pytest.fixture
def kettle(shop):
    return ItemFactory(sku="kettle", title="Kettle", source=shop)


def seen(number, **change):
    return {"id": f"e{number}", "kind": "view", "occurredAt": datetime.now(UTC).isoformat(), "item": "kettle", **change}


@pytest.mark.django_db(transaction=True)
def test_an_event_that_is_stored_counts_at_once_and_once(ada, dee, kettle):
    for _again in range(2):
        caller(ada).post("/api/events", [seen(1), seen(2, kind="click"), seen(3, kind="sneeze")])

    live = caller(dee).ask(LIVE, minutes=5)["liveCounts"]

    assert live["count"] == 2
    assert live["kinds"] == [{"kind": "click", "count": 1}, {"kind": "view", "count": 1}]
    assert live["items"] == [{"count": 2, "item": {"sku": "kettle"}}]
    assert len(live["minutes"]) == 5
    assert sum(minute["count"] for minute in live["minutes"][-2:]) == 2


@pytest.mark.django_db(transaction=True)
def test_what_does_not_count_is_not_shown_and_a_replay_agrees(ada, dee, kettle):
    caller(ada).post("/api/events", [seen(1), seen(2), seen(3, occurredAt="2026-01-01T00:00:00Z")])
    assert Event.objects.filter(quality="duplicate").count() == 1  # the same view again within the window

    before = caller(dee).ask(LIVE, minutes=5)["liveCounts"]
    stream.replay(60)

    assert before["count"] == 1
    assert caller(dee).ask(LIVE, minutes=5)["liveCounts"] == before


@pytest.mark.django_db(transaction=True)
def test_events_are_stored_while_the_counters_are_down(ada, kettle, settings, tmp_path):
    alive = settings.CACHE_URL
    settings.CACHE_URL = f"unix://{tmp_path / 'nobody-listens'}"
    stored = caller(ada).post("/api/events", seen(1))
    settings.CACHE_URL = alive

    assert stored.status_code == 201
    assert stream.live().total == 0
    stream.replay(10)
    assert stream.live().total == 1


def test_the_home_page_asks_for_the_panels_numbers(ola, kettle):
    now = datetime.now(UTC)
    kinds = ["view", "click", "search", "like", "share", "follow", "store_visit"]
    stream.feed(counts(*((now, kind, kettle.pk, 10 - place) for place, kind in enumerate(kinds))))

    page = caller(ola).get("/admin/")
    shown = caller(ola).get("/admin/live").json()

    assert 'data-url="/admin/live"' in page.content.decode()
    assert shown["total"] == 10 + 9 + 8 + 7 + 6 + 5 + 4
    assert [kind["label"] for kind in shown["kinds"]] == ["viewed", "clicked", "searched", "liked", "shared", "other"]
    assert shown["kinds"][-1]["count"] == 5 + 4
    assert shown["items"] == [{"title": "Kettle", "url": f"/admin/marketing/item/{kettle.pk}/change/", "count": 49}]
    assert len(shown["minutes"]) == 30
    assert shown["minutes"][-1]["count"] + shown["minutes"][-2]["count"] == 49


def test_items_that_are_gone_are_left_out(dee, kettle):
    stream.feed(counts((datetime.now(UTC), "view", kettle.pk, 1)))
    kettle.delete()

    assert caller(dee).get("/admin/live").json()["items"] == []
    assert caller(dee).ask(LIVE, minutes=1)["liveCounts"]["items"] == []


def test_only_staff_who_may_see_events_get_the_numbers(ada, vi, sam, kim):
    newcomer = UserFactory(username="new", is_staff=True)

    assert caller(kim).get("/admin/live").status_code == 200
    assert {caller(who).get("/admin/live").status_code for who in (newcomer, sam, ada, vi)} == {403}
    assert caller().get("/admin/live").status_code == 401
    assert "data-url" not in caller(newcomer).get("/admin/").content.decode()


def test_a_span_that_is_not_kept_is_refused(dee):
    error = caller(dee).refused(LIVE, minutes=181)

    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("INVALID_INPUT", "minutes")


def test_counters_that_are_down_are_told_as_something_to_try_again(dee, settings, tmp_path):
    settings.CACHE_URL = f"unix://{tmp_path / 'nobody-listens'}"

    assert caller(dee).refused(LIVE, minutes=1)["extensions"]["retryable"]
    assert caller(dee).get("/admin/live").status_code == 503
