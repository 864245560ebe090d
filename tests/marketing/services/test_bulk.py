from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, transaction

from marketing.events import IncomingEvent
from marketing.models import Consent, Event, Identity, IngestBatch
from marketing.services.bulk import EventStage
from marketing.services.events import record_events
from marketing.stream import live
from tests.factories.marketing import ConsentFactory, ItemFactory

pytestmark = pytest.mark.django_db

AT = datetime(2026, 5, 1, 10, tzinfo=UTC)
COLUMNS = ("line", "event_id", "kind", "occurred_at", "item", "value", "customer", "visitor")


@pytest.fixture(autouse=True)
def lamp(shop):
    return ItemFactory(sku="lamp")


def store(*rows, source):
    with EventStage() as stage:
        stage.copy(rows, columns=COLUMNS)
        return stage.store(source=source)


def test_rows_are_stored_once_and_told_apart_by_what_became_of_them(shop):
    first = (1, "e1", "view", AT, "lamp", None, "ada", None)
    rows = [
        first,
        (2, "e1", "view", AT, "lamp", None, "ada", None),
        (3, "e1", "click", AT, "lamp", None, "ada", None),
        (4, "e2", "view", AT, "unknown", None, "ada", None),
        (5, "e3", "purchase", AT, "lamp", 2.0, None, "vi"),
    ]

    result = store(*rows, source=shop)
    again = store(first, source=shop)

    assert (result.stored, result.already_stored, result.conflicts, result.unknown_items) == (2, 1, [3], [4])
    assert (again.stored, again.already_stored) == (0, 1)
    assert list(IngestBatch.objects.order_by("id").values_list("door", "counts")) == [
        ("import", {"stored": 2, "already_stored": 1, "conflict": 1, "refused:item": 1, "late": 2}),
        ("import", {"already_stored": 1}),
    ]
    assert set(Event.objects.values_list("event_id", "kind", "value")) == {
        ("e1", "view", None),
        ("e3", "purchase", 2.0),
    }
    assert Identity.objects.get(kind="visitor", value="vi").customer is None


def test_who_refused_analytics_is_counted_as_nobody_in_bulk_too(shop, ada):
    ConsentFactory(identity=ada, purpose=Consent.Purpose.ANALYTICS, granted=False)
    rows = [(1, "e1", "view", AT, "lamp", None, "ada", None), (2, "e2", "view", AT, "lamp", None, "dan", None)]

    store(*rows, source=shop)
    again = store(*rows, source=shop)

    assert (again.stored, again.already_stored) == (0, 2)
    assert set(Event.objects.values_list("identity__kind", "identity__value")) == {
        ("nobody", "nobody"),
        ("customer", "dan"),
    }
    assert not Event.objects.filter(event_id="e1").exists()


@pytest.mark.django_db(transaction=True)
def test_what_came_in_bulk_just_now_is_counted_live(shop):
    now = datetime.now(UTC)
    ItemFactory(sku="sofa")

    store(
        (1, "e1", "view", now, "sofa", None, "ada", None),
        (2, "e2", "view", AT, "sofa", None, "ada", None),
        source=shop,
    )

    assert live(minutes=5).kinds == {"view": 1}


def test_what_came_in_bulk_is_known_to_whoever_sends_it_as_an_event(shop):
    store((1, "e1", "purchase", AT, "lamp", 2.0, "ada", None), source=shop)
    same = IncomingEvent(id="e1", kind="purchase", occurred_at=AT, item="lamp", value=2.0, customer="ada")
    other = IncomingEvent(id="e1", kind="purchase", occurred_at=AT, item="lamp", value=3.0, customer="ada")

    results = record_events([same, other], source=shop)

    assert [result.status for result in results] == ["already_stored", "conflict"]


def test_a_copy_that_fails_is_an_error_of_the_database_as_django_knows_it(shop):
    with pytest.raises(DatabaseError), transaction.atomic(), EventStage() as stage:
        stage.copy([("one", "e1")], columns=("line", "event_id"))
