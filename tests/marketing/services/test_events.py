import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import msgspec
import pytest
from django.db import connection, connections

from marketing.events import parse_batch
from marketing.models import Customer, Event, EventKey, Identity, Source
from marketing.services.events import record_events
from tests.factories.marketing import ItemFactory, SourceFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def lamp(shop):
    return ItemFactory(sku="lamp")


def event(**changes):
    return {
        "id": "e1",
        "kind": "view",
        "occurredAt": "2026-05-01T10:00:00Z",
        "item": "lamp",
        "customer": "ada",
        **changes,
    }


def send(*rows, source, subject=None):
    return record_events(parse_batch(json.dumps(rows).encode(), now=NOW), source=source, subject=subject)


def statuses(results):
    return [result.status for result in results]


def test_an_event_is_stored_with_all_that_it_says(shop, lamp):
    send(event(kind="purchase", value=3, session="s1", context={"page": "/lamp"}), source=shop)

    stored = Event.objects.get()
    assert (stored.kind, stored.value, stored.session, stored.context) == ("purchase", 3.0, "s1", {"page": "/lamp"})
    assert (stored.item, stored.source, stored.event_id) == (lamp, shop, "e1")
    assert (stored.identity.kind, stored.identity.value) == ("customer", "ada")
    assert stored.occurred_at == datetime(2026, 5, 1, 10, tzinfo=UTC)


def test_a_stored_event_is_told_so_whatever_spelling_its_time_has(shop):
    spellings = ["2026-05-01T10:00:00Z", "2026-05-01T12:00:00+02:00", 1777629600, 1777629600000, "1777629600000"]

    results = [send(event(occurredAt=spelling), source=shop) for spelling in spellings]

    assert [statuses(result) for result in results] == [["stored"], *[["already_stored"]] * 4]
    assert Event.objects.count() == EventKey.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "click"},
        {"occurredAt": "2026-05-01T10:00:00.000001Z"},
        {"item": "sofa"},
        {"value": 1},
        {"customer": "cy"},
        {"customer": None, "visitor": "ada"},
        {"session": "s"},
        {"context": {"a": 1}},
    ],
)
def test_the_same_id_with_another_body_is_a_conflict_and_the_first_stays(shop, changes):
    ItemFactory(sku="sofa")
    send(event(), source=shop)

    results = send(event(id="other"), event(**changes), source=shop)

    assert statuses(results) == ["stored", "conflict"]
    assert (results[1].index, results[1].id, results[1].field) == (1, "e1", "id")
    assert Event.objects.get(event_id="e1").kind == "view"


def test_duplicates_inside_one_batch_are_handled_like_those_of_two(shop):
    results = send(event(), event(), event(kind="click"), event(id="e2"), source=shop)

    assert statuses(results) == ["stored", "already_stored", "conflict", "stored"]
    assert Event.objects.count() == 2


def test_a_refused_event_does_not_use_up_its_id(shop):
    results = send(event(item="unknown"), event(), source=shop)

    assert statuses(results) == ["refused", "stored"]
    assert (results[0].field, results[0].message) == ("item", "no item has the SKU “unknown”")


def test_refusals_of_parsing_come_back_at_their_place_while_the_others_are_stored(shop):
    results = send(event(), event(id="e2", kind="explode"), event(id="e3"), source=shop)

    assert statuses(results) == ["stored", "refused", "stored"]
    assert (results[1].index, results[1].id, results[1].field) == (1, "e2", "kind")


def test_unknown_customers_and_visitors_are_made(shop):
    send(event(customer="5"), event(id="e2", customer="1000000007"), source=shop)
    send({**event(id="e3", visitor="v"), "customer": None}, source=shop)

    assert set(Customer.objects.values_list("external_id", flat=True)) == {"5", "1000000007"}
    assert Identity.objects.get(kind="visitor").customer is None
    assert Event.objects.count() == 3


def test_a_customer_whom_another_source_knows_is_the_same_person(shop, ada):
    send(event(), source=SourceFactory(code="app"))

    assert Identity.objects.filter(customer=ada.customer).count() == 2


def test_an_event_of_nobody_is_refused(shop):
    (result,) = send({**event(), "customer": None}, source=shop)

    assert (result.status, result.field) == ("refused", "customer")


def test_two_sources_may_use_the_same_ids(shop):
    results = send(event(), source=shop) + send(event(kind="click"), source=SourceFactory(code="app"))

    assert statuses(results) == ["stored", "stored"]


def test_events_sent_with_a_persons_token_are_that_persons(shop, vi):
    nameless = {name: value for name, value in event().items() if name != "customer"}

    results = send(nameless, source=vi.source, subject=vi)

    assert statuses(results) == ["stored"]
    assert Event.objects.get().identity == vi


@pytest.mark.parametrize("named", [{"customer": "cy"}, {"visitor": "vi"}])
def test_a_persons_token_cannot_speak_for_anybody_else(shop, ada, named):
    (result,) = send({**event(), "customer": None, **named}, source=shop, subject=ada)

    assert (result.status, result.field) == ("refused", next(iter(named)))
    assert not Event.objects.exists()


def test_naming_oneself_or_not_is_the_same_event(shop, ada):
    results = send(event(), source=shop, subject=ada) + send({**event(), "customer": None}, source=shop, subject=ada)

    assert statuses(results) == ["stored", "already_stored"]


def test_nobody_can_claim_the_ids_of_somebody_else_or_of_the_shop(shop, ada, cy):
    nameless = {**event(), "customer": None}

    results = [*send(nameless, source=shop, subject=cy), *send(nameless, source=shop, subject=ada)]
    results += send(event(), source=shop)

    assert statuses(results) == ["stored", "stored", "stored"]


def test_an_event_of_1970_finds_its_partition(shop):
    assert statuses(send(event(occurredAt=0), source=shop)) == ["stored"]


def test_an_empty_batch_stores_nothing(shop, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert record_events([], source=shop) == []


def test_the_number_of_queries_does_not_grow_with_the_batch(shop, django_assert_max_num_queries):
    rows = [event(id=f"e{n}", customer=f"c{n}") for n in range(300)]

    with django_assert_max_num_queries(12):
        assert Counter(statuses(send(*rows, source=shop))) == {"stored": 300}


@pytest.mark.django_db(transaction=True)
def test_batches_that_arrive_at_once_are_stored_exactly_once():
    source = Source.objects.get(code="shop")
    rows = [event(id=f"e{n}", customer=f"c{n % 50}") for n in range(200)]
    start = threading.Barrier(6)

    def sender(number):
        batch = rows if number % 2 else rows[::-1]  # in opposite orders, as a deadlock would need
        start.wait()
        try:
            return Counter(statuses(send(*batch, source=source)))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(sender, range(6)))

    assert sum(outcome["stored"] for outcome in outcomes) == 200
    assert sum(outcome["already_stored"] for outcome in outcomes) == 1000
    assert Event.objects.count() == EventKey.objects.count() == 200


@pytest.mark.django_db(transaction=True)
def test_an_event_whose_transaction_was_rolled_back_can_be_sent_again(shop):
    from django.db import transaction

    with transaction.atomic():
        send(event(), source=shop)
        transaction.set_rollback(True)

    assert statuses(send(event(), source=shop)) == ["stored"]


@pytest.mark.parametrize("payload", [{}, {"text": "ü", "stars": 4}])
def test_python_and_sql_make_the_same_key_and_body_of_an_event(shop, payload):
    from marketing.event_keys import BODY_SQL, KEY_SQL, event_body, event_key, json_text

    (parsed,) = parse_batch(
        [event(id="é–1", kind="rating", value=4.1, session="s", context={"b": 1.5, "a": "ü"})], now=NOW
    )
    parsed = msgspec.structs.replace(parsed, payload=payload)
    row = {
        "source_id": shop.pk,
        "event_id": parsed.id,
        "kind": parsed.kind,
        "at": parsed.occurred_at,
        "item": parsed.item,
        "value": parsed.value,
        "customer": parsed.customer,
        "session": parsed.session,
        "context": json_text(parsed.context),
        "payload": json_text(parsed.payload),
    }

    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {KEY_SQL}, {BODY_SQL} FROM (SELECT %(event_id)s AS event_id, %(kind)s AS kind,
            %(at)s::timestamptz AS occurred_at, %(item)s AS item, %(value)s::float8 AS value, %(customer)s AS customer,
            NULL AS visitor, %(session)s AS session, %(context)s AS context,
            %(payload)s AS payload) incoming""",  # noqa: S608 - our own constants
            row,
        )
        key, body = cursor.fetchone()

    assert key == event_key(parsed.id, source_id=shop.pk)
    assert body == event_body(parsed, customer="ada", visitor=None)


def test_an_event_without_payload_has_the_body_that_it_always_had(shop):
    from marketing.event_keys import event_body

    (parsed,) = parse_batch([event()], now=NOW)

    # What the first release computed of this event: what it stored must be known again.
    assert str(event_body(parsed, customer="ada", visitor=None)) == "de9a2dca-0377-9e86-4e19-b8934bd5de1e"


@pytest.mark.parametrize("number", [1.0, -0.0, 1e16, -1e16, 2.0**63, 1e22, 1e23, 1.7976931348623157e308, 5e-324])
def test_an_event_sent_again_with_numbers_as_postgres_gives_them_back_is_the_same(shop, number):
    first = send(event(context={"n": number}), source=shop)

    context = Event.objects.get().context
    again = send(event(context=context), source=shop)

    assert statuses(first) + statuses(again) == ["stored", "already_stored"]
    assert float(context["n"]) == number


def test_ordinary_numbers_leave_a_body_as_it_always_was(shop):
    from marketing.event_keys import event_body

    (parsed,) = parse_batch([event(context={"width": 1280, "ratio": 1.5})], now=NOW)

    assert str(event_body(parsed, customer="ada", visitor=None)) == "b90389d0-0347-35ae-3912-c3a764afc1a6"
