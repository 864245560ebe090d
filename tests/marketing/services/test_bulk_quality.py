"""The same events through both doors, as batches and in bulk, give the same rows of the same quality."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketing.event_keys import json_text
from marketing.events import parse_batch
from marketing.models import Consent, Event, IngestBatch, Source
from marketing.services.bulk import JUDGED_COLUMNS, EventStage
from marketing.services.events import record_events
from marketing.stream import live
from tests.factories.marketing import ConsentFactory, CustomerIdentityFactory, ItemFactory, VisitorFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
EVENTS = """
SELECT event.event_id, event.kind, event.value, event.occurred_at, event.session, event.context::text,
       event.payload::text, event.quality, item.sku, identity.kind, identity.value, customer.external_id
FROM marketing_event event
LEFT JOIN marketing_item item ON item.id = event.item_id
JOIN marketing_identity identity ON identity.id = event.identity_id
LEFT JOIN marketing_customer customer ON customer.id = identity.customer_id
ORDER BY event.event_id
"""
HELD = "SELECT event_id, raw, field, message, status FROM marketing_quarantinedevent ORDER BY event_id, raw::text"
KEYS = "SELECT key, body, occurred_at FROM marketing_eventkey ORDER BY key"
ITEMS = "SELECT sku, title, available, attributes FROM marketing_item ORDER BY sku"
CUSTOMERS = "SELECT external_id FROM marketing_customer ORDER BY external_id"


@pytest.fixture
def source(shop):
    """A shop with a lamp and a sofa, Ada, Vi, and Dan and Fay, who refused analytics."""
    for sku in ("lamp", "sofa"):
        ItemFactory(sku=sku)
    CustomerIdentityFactory(customer__external_id="ada", customer__source=shop)
    VisitorFactory(source=shop, value="vi")
    for name in ("dan", "fay"):
        identity = CustomerIdentityFactory(customer__external_id=name, customer__source=shop)
        ConsentFactory(identity=identity, purpose=Consent.Purpose.ANALYTICS, granted=False)
    return shop


def event(number=1, *, after=0.0, **changes):
    row = {
        "id": f"e{number}",
        "kind": "view",
        "occurredAt": (NOW - timedelta(hours=3) + timedelta(seconds=after)).isoformat(),
        "item": "lamp",
        "customer": "ada",
    }
    return {name: value for name, value in {**row, **changes}.items() if value is not None}


def parsed(rows):
    return parse_batch(json.dumps(rows).encode(), now=NOW)


def in_batches(batches, *, source):
    for rows in batches:
        record_events(parsed(rows), source=source)


def in_bulk(batches, *, source):
    with EventStage() as stage:
        for rows in batches:
            stage.copy(
                [
                    (
                        *(line, one.id, one.kind, one.occurred_at, one.item, one.value, one.customer, one.visitor),
                        *(one.session, json_text(one.context), json_text(one.payload), one.unit_mended),
                    )
                    for line, one in enumerate(parsed(rows))
                ],
                columns=JUDGED_COLUMNS,
            )
            stage.store(source=source)


def left_by(door, batches, *, source):
    """All that a door leaves behind; it is undone."""
    with transaction.atomic():
        door(batches, source=source)
        found = {}
        with connection.cursor() as cursor:
            for name, query in (
                *(("events", EVENTS), ("keys", KEYS), ("held", HELD)),
                *(("items", ITEMS), ("customers", CUSTOMERS)),
            ):
                cursor.execute(query)
                found[name] = cursor.fetchall()
        found["counts"] = list(IngestBatch.objects.order_by("pk").values_list("counts", flat=True))
        transaction.set_rollback(True)
    return found


def qualities():
    return dict(Event.objects.order_by("event_id").values_list("event_id", "quality"))


# Few different ones, so that many are alike.
kinds = st.sampled_from(
    [
        *[{"kind": "click"}] * 6,
        *({"kind": "view"}, {"kind": "view", "value": 2.5}, {"kind": "view", "value": 90_000}),
        *({"kind": "review", "payload": {"text": text, **stars}} for text in "ab" for stars in ({}, {"stars": 5})),
    ]
)
people = st.sampled_from(
    [
        *({"customer": name} for name in ("ada", "ada", "ada", "dan", "dan", "fay", "eve")),
        *({"visitor": name} for name in ("vi", "vi", "ada")),
    ]
)
contexts = st.sampled_from(
    [*[{}] * 4, *({"userAgent": agent} for agent in (BROWSER, ROBOT, ROBOT, 7)), {"page": {"userAgent": ROBOT}}]
)
rows = st.builds(
    lambda number, after, kind, who, context, item: {
        "id": f"e{number}",
        "occurredAt": (NOW - timedelta(days=1, seconds=3) + timedelta(seconds=after)).isoformat(),
        "context": context,
        "item": item,
        "session": "s",
        **kind,
        **who,
    },
    st.integers(1, 80),
    st.sampled_from([0, 0.5, 1.5, 2, 2.000001, 3.5, 4, 5.5, 6]),
    kinds,
    people,
    contexts,
    st.sampled_from([*["lamp"] * 6, "sofa", "bed"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches=st.lists(st.lists(rows, min_size=1, max_size=30), min_size=1, max_size=3),
    items=st.sampled_from(Source.Unknown.values),
    customers=st.sampled_from(Source.Unknown.values),
)
def test_in_bulk_the_same_is_left_behind_as_in_batches(source, batches, items, customers):
    source.unknown_items, source.unknown_customers = items, customers

    ours = left_by(in_bulk, batches, source=source)
    theirs = left_by(in_batches, batches, source=source)

    assert ours == theirs


def test_of_several_within_the_window_the_earliest_counts_however_they_are_ordered(source):
    # 1.5 and 2 are within two seconds of 0; 3.5 is not and counts itself, which makes 5.5 a repeat.
    told = [event(number, after=after) for number, after in ((1, 3.5), (2, 0), (3, 5.5), (4, 1.5), (5, 2))]

    in_bulk([told], source=source)

    assert qualities() == {"e1": "ok", "e2": "ok", "e3": "duplicate", "e4": "duplicate", "e5": "duplicate"}


def test_what_is_stored_already_is_repeated_by_what_comes_in_bulk(source):
    in_batches([[event(1), event(2, customer=None, visitor="vi")]], source=source)

    in_bulk([[event(3, after=-2), event(4, after=2.1), event(5, customer=None, visitor="vi", after=1)]], source=source)

    assert qualities() == {"e1": "ok", "e2": "ok", "e3": "duplicate", "e4": "ok", "e5": "duplicate"}


def test_only_what_counts_is_repeated(source):
    # The robot's event counts for nothing, and e3, which repeats e2, doesn't reach on to e4.
    told = [event(1, context={"userAgent": ROBOT}), event(2, after=1), event(3, after=3), event(4, after=3.5)]

    in_bulk([[row] for row in told], source=source)

    assert qualities() == {"e1": "bot", "e2": "ok", "e3": "duplicate", "e4": "ok"}


def test_two_people_without_names_are_two_people(source):
    in_bulk([[event(1, customer="dan"), event(2, customer="fay"), event(3, customer="fay", after=1)]], source=source)

    # Their rows have no ids of their own.
    assert sorted(Event.objects.values_list("quality", "identity__kind", "session")) == [
        ("duplicate", "nobody", ""),
        ("ok", "nobody", ""),
        ("ok", "nobody", ""),
    ]


def test_without_a_window_everything_counts_in_bulk_too(source, settings):
    settings.NEAR_DUPLICATE_SECONDS = 0

    in_bulk([[event(1), event(2)], [event(3)]], source=source)

    assert set(qualities().values()) == {"ok"}


def test_robots_are_stored_and_do_not_count_in_bulk(source):
    in_bulk([[event(1, context={"userAgent": ROBOT}), event(2, context={"userAgent": BROWSER})]], source=source)

    assert qualities() == {"e1": "bot", "e2": "ok"}
    assert IngestBatch.objects.get().counts == {"stored": 2, "bot": 1, "late": 2}


@pytest.mark.django_db(transaction=True)
def test_robots_and_repeats_that_came_in_bulk_are_not_counted_live(source):
    ItemFactory(sku="live")
    base = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1)
    told = [
        {"id": "e1", "kind": "view", "occurredAt": base.isoformat(), "item": "live", "customer": "ada"},
        {"id": "e2", "kind": "view", "occurredAt": base.isoformat(), "item": "live", "customer": "ada"},
        {"id": "e3", "kind": "view", "occurredAt": base.isoformat(), "item": "live", "visitor": "vi"},
    ]
    told[2]["context"] = {"userAgent": ROBOT}
    rows = parse_batch(told, now=datetime.now(UTC))

    with EventStage() as stage:
        stage.copy(
            [
                (line, one.id, one.kind, one.occurred_at, one.item, one.customer, one.visitor, json_text(one.context))
                for line, one in enumerate(rows)
            ],
            columns=("line", "event_id", "kind", "occurred_at", "item", "customer", "visitor", "context"),
        )
        stage.store(source=source)

    assert live(minutes=5).kinds == {"view": 1}
    assert qualities()["e3"] == "bot"
    assert sorted((qualities()["e1"], qualities()["e2"])) == ["duplicate", "ok"]
