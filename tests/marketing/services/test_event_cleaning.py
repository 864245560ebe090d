"""What record_events does besides storing: quality, mended clocks and units, unknown rows, consent, counts."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from marketing.events import parse_batch
from marketing.models import Consent, Customer, Event, Identity, IngestBatch, Item, QuarantinedEvent, Source
from marketing.services.catalogue import parse_items, upsert_items
from marketing.services.events import record_events
from tests.factories.marketing import ConsentFactory, CustomEventKindFactory, ItemFactory, SourceFactory, VisitorFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@pytest.fixture(autouse=True)
def lamp(shop):
    return ItemFactory(sku="lamp")


def event(number=1, **changes):
    row = {"id": f"e{number}", "kind": "view", "occurredAt": "2026-05-01T10:00:00Z", "item": "lamp", "customer": "ada"}
    return {name: value for name, value in {**row, **changes}.items() if value is not None}


def send(*rows, source, sent_at=None, now=NOW, **sender):
    body = {"events": rows, **({"sentAt": sent_at} if sent_at else {})}
    return record_events(parse_batch(json.dumps(body).encode(), now=now), source=source, **sender)


def statuses(results):
    return [result.status for result in results]


def qualities():
    return dict(Event.objects.order_by("event_id").values_list("event_id", "quality"))


def counts():
    return IngestBatch.objects.order_by("-pk").first().counts


# -- Near-duplicates ---------------------------------------------------------------------------------------------------


def test_what_is_told_twice_within_the_window_is_stored_and_counts_once(shop):
    send(
        event(1),
        event(2, occurredAt="2026-05-01T10:00:02Z"),
        event(3, occurredAt="2026-05-01T10:00:04.1Z"),
        source=shop,
    )

    assert qualities() == {"e1": "ok", "e2": "duplicate", "e3": "ok"}
    assert counts() == {"stored": 3, "duplicate": 1, "late": 3}


def test_a_later_batch_repeats_what_is_stored(shop):
    send(event(1, kind="review", payload={"text": "ü", "stars": 4}), source=shop)

    again = {"kind": "review", "occurredAt": "2026-05-01T09:59:59Z"}
    send(
        event(2, payload={"stars": 4.0, "text": "ü"}, **again),
        event(3, payload={"text": "other"}, **again),
        source=shop,
    )

    assert qualities() == {"e1": "ok", "e2": "duplicate", "e3": "ok"}


@pytest.mark.parametrize(
    "other",
    [{"kind": "click"}, {"item": "sofa"}, {"value": 5}, {"customer": "cy"}, {"customer": None, "visitor": "ada"}],
)
def test_what_differs_in_anything_is_no_duplicate(shop, other):
    ItemFactory(sku="sofa")

    send(event(1), event(2, **other), source=shop)
    send(event(3, occurredAt="2026-05-01T11:00:00Z"), source=shop)

    assert set(qualities().values()) == {"ok"}


def test_without_a_window_everything_counts(shop, settings):
    settings.NEAR_DUPLICATE_SECONDS = 0

    send(event(1), event(2), source=shop)
    send(event(3), source=shop)

    assert set(qualities().values()) == {"ok"}


# -- Robots ------------------------------------------------------------------------------------------------------------


def test_a_robot_with_a_visitors_token_is_stored_and_does_not_count(shop, vi):
    send(event(customer=None), source=vi.source, subject=vi, user_agent=ROBOT)

    assert qualities() == {"e1": "bot"}
    assert counts()["bot"] == 1


def test_a_shops_server_says_itself_what_the_persons_program_is(shop):
    send(event(1, context={"userAgent": ROBOT}), event(2, customer="cy"), source=shop, user_agent="curl/8.5")

    assert qualities() == {"e1": "bot", "e2": "ok"}


def test_a_robots_event_does_not_make_a_persons_one_a_duplicate(shop):
    send(event(1, context={"userAgent": ROBOT}), source=shop)
    send(event(2), source=shop)

    assert qualities() == {"e1": "bot", "e2": "ok"}


# -- Clocks, units, times ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claimed", "sent_at"),
    [
        ("2031-01-01T00:00:00Z", "2031-01-01T00:01:00Z"),  # years ahead
        ("1970-01-01T00:00:00Z", "1970-01-01T00:01:00Z"),  # a battery ran out
        ("2026-05-01T11:49:00Z", "2026-05-01T11:50:00Z"),  # ten minutes slow
    ],
)
def test_a_wrong_clock_is_mended_by_when_the_batch_was_sent_and_both_times_are_kept(shop, claimed, sent_at):
    send(event(occurredAt=claimed), source=shop, sent_at=sent_at)

    stored = Event.objects.get()
    assert stored.occurred_at == NOW - timedelta(minutes=1)
    assert stored.claimed_at == datetime.fromisoformat(claimed)
    assert counts()["clock_repaired"] == 1


def test_an_event_of_a_wrong_clock_is_known_again_however_late_it_is_sent_again(shop):
    told = event(occurredAt="2031-01-01T00:00:00Z")

    first = send(told, source=shop, sent_at="2031-01-01T00:01:00Z")
    again = send(told, source=shop, sent_at="2031-01-01T00:31:00Z", now=NOW + timedelta(minutes=30))

    assert statuses(first + again) == ["stored", "already_stored"]


def test_a_clock_that_is_nearly_right_is_left_alone(shop):
    send(event(occurredAt="2026-05-01T12:03:00Z"), source=shop, sent_at="2026-05-01T12:04:00Z")

    stored = Event.objects.get()
    assert (stored.occurred_at, stored.claimed_at) == (datetime(2026, 5, 1, 12, 3, tzinfo=UTC), None)


@pytest.mark.parametrize("year", ["2100", "1969"])
def test_a_time_that_nothing_can_mend_is_refused(shop, year):
    (result,) = send(event(occurredAt=f"{year}-01-01T00:00:00Z"), source=shop)

    assert (result.status, result.field) == ("refused", "occurredAt")
    assert counts() == {"refused:occurredAt": 1}


def test_seconds_told_in_milliseconds_are_mended_and_counted(shop):
    results = send(event(1, value=90_000), event(2, value=10**12, customer="cy"), source=shop)

    assert statuses(results) == ["stored", "refused"]
    assert Event.objects.get().value == 90.0
    assert counts() == {"stored": 1, "unit_repaired": 1, "refused:value": 1, "late": 1}


def test_what_happened_more_than_a_day_before_it_came_is_counted_as_late(shop):
    now = datetime.now(UTC)
    times = [now - timedelta(hours=25), now - timedelta(hours=23)]

    send(*(event(n, occurredAt=time.isoformat()) for n, time in enumerate(times)), source=shop, now=now)

    assert counts() == {"stored": 2, "late": 1}


# -- Unknown items and customers ---------------------------------------------------------------------------------------


def test_an_unknown_item_becomes_a_stub_that_the_catalogue_fills_in_whoever_it_was_of(shop):
    browser = SourceFactory(code="browser", unknown_items=Source.Unknown.STUB)

    send(event(item="sofa"), source=browser)
    stub = Item.objects.get(sku="sofa")
    (row,) = upsert_items(parse_items([{"sku": "sofa", "title": "Sofa"}]), source=shop)

    assert (stub.title, stub.available, stub.source) == ("sofa", False, browser)
    filled = Item.objects.get(sku="sofa")
    assert (row.status, filled.pk, filled.title, filled.available, filled.source) == (
        *("updated", stub.pk, "Sofa", True, shop),
    )
    assert Event.objects.get().item_id == stub.pk


def test_an_event_of_an_unknown_item_waits_in_quarantine_as_it_was_told_and_once(shop):
    shop.unknown_items = Source.Unknown.QUARANTINE
    told = event(item="sofa", session="s", context={"a": 1}, value=5)

    results = send(told, told, event(2), source=shop) + send(told, source=shop)

    assert statuses(results) == ["quarantined", "quarantined", "stored", "quarantined"]
    held = QuarantinedEvent.objects.get()
    assert (held.source, held.subject, held.event_id, held.field) == (shop, None, "e1", "item")
    assert held.raw == {**told, "occurredAt": "2026-05-01T10:00:00+00:00", "value": 5.0}
    assert counts() == {"quarantined:item": 1}


@pytest.mark.parametrize(("policy", "status"), [("refuse", "refused"), ("quarantine", "quarantined")])
def test_an_unknown_customer_is_refused_or_held_where_the_source_says_so(shop, ada, policy, status):
    shop.unknown_customers = policy

    results = send(event(1), event(2, customer="dan"), event(3, customer=None, visitor="dan"), source=shop)

    assert statuses(results) == ["stored", status, "stored"]
    assert (results[1].field, results[1].message) == ("customer", "no customer has the id “dan”")
    assert not Customer.objects.filter(external_id="dan").exists()


def test_a_customer_whom_another_source_named_is_known(shop, ada):
    app = SourceFactory(code="app", unknown_customers=Source.Unknown.REFUSE)

    assert statuses(send(event(), source=app)) == ["stored"]


# -- Consent -----------------------------------------------------------------------------------------------------------


def refuse(identity):
    ConsentFactory(identity=identity, purpose=Consent.Purpose.ANALYTICS, granted=False)


def test_who_refused_analytics_is_counted_as_nobody_without_a_trace(shop, ada):
    refuse(ada)
    told = event(
        kind="search", session="s", context={"page": "/me"}, item=None, payload={"query": "my illness", "results": 3}
    )

    results = send(told, source=shop) + send(told, source=shop)

    stored = Event.objects.get()
    assert statuses(results) == ["stored", "already_stored"]
    assert (stored.identity.kind, stored.identity.value, stored.identity.customer) == ("nobody", "nobody", None)
    assert (stored.session, stored.context, stored.payload) == ("", {}, {"results": 3})
    # Not the sender's own id: the key of a digest.
    assert stored.event_id != "e1"
    assert len(stored.event_id) == 32


def test_a_refusal_holds_for_all_names_of_a_person_and_for_a_token(shop, ada):
    known = VisitorFactory(customer=ada.customer)
    refuse(ada)

    send(event(customer=None), source=known.source, subject=known)

    assert Event.objects.get().identity.kind == Identity.Kind.NOBODY


def test_where_nothing_is_allowed_by_default_strangers_leave_no_rows(shop):
    strict = SourceFactory(code="strict", consent={"analytics": False})

    send(event(1, customer="dan"), event(2, customer=None, visitor="v"), source=strict)

    assert not Customer.objects.filter(external_id="dan").exists()
    assert set(Event.objects.values_list("identity__kind", "quality")) == {("nobody", "ok")}
    assert Identity.objects.filter(source=strict).count() == 1


def test_people_who_are_nobody_do_not_make_each_other_duplicates(shop, ada, cy):
    refuse(ada)
    refuse(cy)

    send(event(1), event(2, customer="cy"), source=shop)
    send(event(3), source=shop)

    assert set(Event.objects.values_list("quality", flat=True)) == {"ok"}


def test_who_refused_analytics_is_not_kept_in_quarantine_either(shop, ada):
    shop.unknown_items = Source.Unknown.QUARANTINE
    refuse(ada)

    (result,) = send(event(item="sofa"), source=shop)

    assert (result.status, result.field) == ("refused", "item")
    assert not QuarantinedEvent.objects.exists()


# -- Kinds and counts --------------------------------------------------------------------------------------------------


def test_a_kind_that_staff_added_is_stored_with_its_payload(shop):
    CustomEventKindFactory(name="store_visit", payload={"store": {"type": "text", "required": True}})

    results = send(
        event(1, kind="store_visit", item=None, payload={"store": "Köln"}),
        event(2, kind="store_visit", item=None),
        source=shop,
    )

    assert statuses(results) == ["stored", "refused"]
    assert results[1].field == "payload.store"
    assert Event.objects.get().payload == {"store": "Köln"}


def test_a_payload_is_part_of_what_an_event_says(shop):
    told = [event(kind="comment", payload={"text": text}) for text in ("fine", "bad")]

    results = [*send(told[0], source=shop), *send(told[1], source=shop), *send(told[0], source=shop)]

    assert statuses(results) == ["stored", "conflict", "already_stored"]


def test_refusals_are_counted_by_field_and_what_senders_make_up_under_one_name(shop):
    send(
        event(1, kind="explode"),
        event(2, made_up=1),
        event(3, another=1),
        event(4, kind="comment", payload={"words": 1}),
        "no event",
        source=shop,
        door="rest",
    )

    assert counts() == {"refused:kind": 1, "refused:unknown": 2, "refused:payload": 1, "refused:event": 1}
    assert IngestBatch.objects.get().door == "rest"


def test_one_bad_event_among_five_hundred_is_the_only_one_that_is_not_stored(shop):
    rows = [event(n, customer=f"c{n}") for n in range(500)]
    rows[250]["value"] = "ada@example.org"

    results = send(*rows, source=shop)

    assert [result.index for result in results if result.status != "stored"] == [250]
    assert (results[250].field, results[250].message) == ("value", "a number expected, got a text")
    assert Event.objects.count() == 499


@pytest.mark.parametrize("quantity", [0, -1, -0.5])
def test_a_purchase_of_nothing_or_less_is_refused(shop, quantity):
    (result,) = send(event(kind="purchase", value=quantity), source=shop)

    assert (result.status, result.field) == ("refused", "value")


def test_five_thousand_emoji_are_kept_where_there_is_room_and_refused_by_name_where_not(shop):
    emoji = "😀" * 5000

    results = send(
        event(1, kind="review", payload={"text": emoji}),
        event(2, session=emoji),
        event(3, context={"text": emoji}),
        event(4, id=emoji),
        source=shop,
    )

    assert statuses(results) == ["stored", "refused", "refused", "refused"]
    assert [result.field for result in results[1:]] == ["session", "context", "id"]
    assert Event.objects.get().payload["text"] == emoji


def test_nul_is_dropped_from_every_text(shop):
    send(
        event(1, session="a\0b", kind="comment", context={"k\0": "v\0"}, payload={"text": "x\0y"}, customer="a\0da"),
        source=shop,
    )

    stored = Event.objects.get()
    assert (stored.session, stored.context, stored.payload) == ("ab", {"k": "v"}, {"text": "xy"})
    assert stored.identity.value == "ada"
