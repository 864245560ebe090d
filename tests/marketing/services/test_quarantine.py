import json
import uuid
from datetime import UTC, datetime

import pytest

from marketing.errors import Conflict, InvalidInput
from marketing.events import parse_batch
from marketing.models import Event, IngestBatch, QuarantinedEvent, Source
from marketing.services.events import record_events
from marketing.services.quarantine import discard_events, mend_event, replay_events
from tests.factories.marketing import ItemFactory, QuarantinedEventFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def strict(shop):
    shop.unknown_items = Source.Unknown.QUARANTINE
    shop.save()
    return shop


def told(number=1, **changes):
    row = {"id": f"e{number}", "kind": "view", "occurredAt": "2026-05-01T10:00:00Z", "item": "sofa"}
    return {**row, **changes}


def send(*rows, source, subject=None, sent_at=None):
    body = json.dumps({"events": rows, "sentAt": sent_at}).encode()
    return record_events(parse_batch(body, now=datetime.now(UTC)), source=source, subject=subject)


def waiting():
    return list(QuarantinedEvent.objects.filter(status="waiting").values_list("pk", flat=True))


def test_an_event_is_replayed_for_its_source_and_person_once_its_item_is_there(strict, ada, kim):
    send(told(1), source=strict, subject=ada)
    send(told(2, customer="cy"), source=strict)
    ids = waiting()
    ItemFactory(sku="sofa")

    first, again = replay_events(ids, by=kim), replay_events(ids, by=kim)

    assert (first.stored, first.waiting, again.stored) == (2, 0, 0)
    assert set(Event.objects.values_list("event_id", "identity__value")) == {("e1", "ada"), ("e2", "cy")}
    assert set(QuarantinedEvent.objects.values_list("status", "resolved_by")) == {("replayed", kim.pk)}
    assert set(IngestBatch.objects.filter(door="replay").values_list("counts__stored", flat=True)) == {1}


def test_a_replayed_event_is_the_one_that_the_sender_sends_again(strict, ada):
    row = told(occurredAt="2031-01-01T00:00:00Z", context={"a": 1})
    send(row, source=strict, subject=ada, sent_at="2031-01-01T00:01:00Z")
    ItemFactory(sku="sofa")

    replay_events(waiting(), by=None)
    (result,) = send(row, source=strict, subject=ada, sent_at="2031-01-01T00:09:00Z")

    stored = Event.objects.get()
    held = QuarantinedEvent.objects.get()
    assert result.status == "already_stored"
    assert stored.claimed_at == datetime(2031, 1, 1, tzinfo=UTC)
    # It was sent a minute after it happened.
    assert abs((held.received_at - stored.occurred_at).total_seconds() - 60) < 5


def test_what_still_cannot_be_stored_waits_and_says_why(strict, ada):
    send(told(1), told(2, item="bed"), source=strict, subject=ada)
    ItemFactory(sku="bed")

    outcome = replay_events(waiting(), by=None)

    assert (outcome.stored, outcome.waiting) == (1, 1)
    held = QuarantinedEvent.objects.get(status="waiting")
    assert (held.event_id, held.field, held.message) == ("e1", "item", "no item has the SKU “sofa”")
    assert QuarantinedEvent.objects.count() == 2


def test_a_mended_event_is_stored_as_it_was_mended(strict, ada):
    send(told(), source=strict, subject=ada)
    (held,) = waiting()
    ItemFactory(sku="bed")

    mend_event(held, raw=told(item="bed", value=7))
    replay_events([held], by=None)

    stored = Event.objects.get()
    assert (stored.item.sku, stored.value) == ("bed", 7.0)


@pytest.mark.parametrize("raw", [None, [], "text", {}, {"id": ""}, {"id": "e1", "context": "x" * 40_000}])
def test_no_event_can_be_put_in_place_of_one_that_is_none(strict, raw):
    held = QuarantinedEventFactory(raw=told())

    with pytest.raises(InvalidInput, match="raw"):
        mend_event(held.pk, raw=raw)


@pytest.mark.parametrize("raw", [{"id": "e1"}, {"id": "e1", "sentAt": 1}, {"id": "e1", "made": "up"}, [], 5])
def test_a_row_that_holds_no_event_waits_with_its_reason(strict, raw):
    held = QuarantinedEventFactory(raw=raw)

    outcome = replay_events([held.pk], by=None)

    assert (outcome.stored, outcome.waiting) == (0, 1)
    held.refresh_from_db()
    assert held.status == "waiting"


def test_a_discarded_event_is_not_stored_and_not_held_again(strict, ada, kim):
    send(told(), source=strict, subject=ada)
    ids = waiting()

    first, again = discard_events(ids, by=kim), discard_events(ids, by=kim)
    (result,) = send(told(), source=strict, subject=ada)

    assert (first, again, result.status) == (1, 0, "quarantined")
    assert QuarantinedEvent.objects.get().status == "discarded"
    assert replay_events(ids, by=kim).stored == 0


def test_a_resolved_event_cannot_be_mended(strict):
    held = QuarantinedEventFactory(raw=told())
    discard_events([held.pk], by=None)

    with pytest.raises(Conflict):
        mend_event(held.pk, raw=told())


def test_ids_of_nothing_do_nothing(strict):
    assert replay_events([uuid.uuid4()], by=None).stored == 0
    assert discard_events([], by=None) == 0
