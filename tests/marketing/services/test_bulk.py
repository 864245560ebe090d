from datetime import UTC, datetime

import pytest

from marketing.events import IncomingEvent
from marketing.models import Event, Identity
from marketing.services.bulk import EventStage
from marketing.services.events import record_events
from tests.factories.marketing import ItemFactory

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
    assert set(Event.objects.values_list("event_id", "kind", "value")) == {
        ("e1", "view", None),
        ("e3", "purchase", 2.0),
    }
    assert Identity.objects.get(kind="visitor", value="vi").customer is None


def test_what_came_in_bulk_is_known_to_whoever_sends_it_as_an_event(shop):
    store((1, "e1", "purchase", AT, "lamp", 2.0, "ada", None), source=shop)
    same = IncomingEvent(id="e1", kind="purchase", occurred_at=AT, item="lamp", value=2.0, customer="ada")
    other = IncomingEvent(id="e1", kind="purchase", occurred_at=AT, item="lamp", value=3.0, customer="ada")

    results = record_events([same, other], source=shop)

    assert [result.status for result in results] == ["already_stored", "conflict"]
