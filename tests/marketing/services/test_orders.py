import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connections

from marketing.models import Customer, Event, EventKey, Identity, Item, Order, OrderLine, Outbox, Source
from marketing.orders import parse_orders
from marketing.services.orders import record_orders
from tests.factories.marketing import ConsentFactory, ItemFactory, SourceFactory, WebhookEndpointFactory
from tests.query_counts import pinned_queries

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def line(**changes):
    return {"item": "kettle", "quantity": 2, "unitPrice": "19.90", **changes}


def order(*lines, **changes):
    said = {"id": "o1", "customer": "ada", "placedAt": "2026-05-01T10:00:00Z", "currency": "EUR"}
    return {**said, "lines": list(lines) or [line()], **changes}


def send(*rows, source):
    return record_orders(parse_orders(json.dumps(rows).encode(), now=NOW), source=source)


def statuses(results):
    return [result.status for result in results]


@pytest.fixture(autouse=True)
def kettle(db):
    return ItemFactory(sku="kettle")


def test_an_order_is_stored_with_its_lines_and_all_its_sums(shop, kettle):
    ItemFactory(sku="tea")
    # 2 × 19.90 = 39.80; 0.25 × 12.50 − 0.50 = 2.625, halves up: 2.63. Together 42.43.
    # 42.43 − 2.43 + 4.90 + 7.60 = 52.50.
    sent = order(
        line(),
        line(item="tea", quantity=0.25, unitPrice=12.5, discount="0.50"),
        discount="2.43",
        shipping=4.9,
        tax="7.60",
        total="52.50",
        attributes={"channel": "web"},
    )

    results = send(sent, source=shop)

    stored = Order.objects.get()
    assert statuses(results) == ["stored"]
    assert (stored.external_id, stored.source, stored.status) == ("o1", shop, "placed")
    assert (stored.identity.kind, stored.identity.value) == ("customer", "ada")
    assert stored.placed_at == datetime(2026, 5, 1, 10, tzinfo=UTC)
    assert (stored.items_total, stored.discount) == (Decimal("42.43"), Decimal("2.43"))
    assert (stored.shipping, stored.tax, stored.total) == (Decimal("4.90"), Decimal("7.60"), Decimal("52.50"))
    assert stored.attributes == {"channel": "web"}
    lines = stored.lines.values_list("number", "item__sku", "quantity", "unit_price", "discount")
    assert list(lines) == [
        (1, "kettle", Decimal(2), Decimal("19.9"), Decimal(0)),
        (2, "tea", Decimal("0.25"), Decimal("12.5"), Decimal("0.5")),
    ]


def test_each_line_becomes_a_purchase_of_as_many_pieces(shop, kettle):
    send(order(line(), line(quantity=0.5)), source=shop)

    stored = Order.objects.get()
    events = Event.objects.order_by("event_id").values_list("event_id", "kind", "item", "value", "identity", "payload")
    said = {"order": "o1", "currency": "EUR", "price": 19.9}
    assert list(events) == [
        (f"order:{stored.pk}:1", "purchase", kettle.pk, 2.0, stored.identity_id, said),
        (f"order:{stored.pk}:2", "purchase", kettle.pk, 0.5, stored.identity_id, said),
    ]
    assert set(Event.objects.values_list("occurred_at", "source")) == {(stored.placed_at, shop.pk)}
    assert EventKey.objects.count() == 2


def test_the_same_order_again_is_known_however_it_is_spelled(shop):
    spelled = order(
        line(quantity="2.000", unitPrice=19.9, discount=0), placedAt=1777629600000, total=39.8, attributes={}
    )

    results = [send(order(), source=shop), send(spelled, source=shop), send(order(), order(), source=shop)]

    assert [statuses(result) for result in results] == [["stored"], ["already_stored"], ["already_stored"] * 2]
    assert (Order.objects.count(), OrderLine.objects.count(), Event.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"customer": "cy"},
        {"customer": None, "visitor": "ada"},
        {"placedAt": "2026-05-01T10:00:01Z"},
        {"currency": "USD"},
        {"lines": [line(quantity=3)]},
        {"lines": [line(item="pot")]},
        {"lines": [line(), line()]},
        {"shipping": 1},
        {"tax": 1},
        {"discount": 1},
        {"attributes": {"a": 1}},
    ],
)
def test_the_same_id_with_other_content_is_a_conflict_and_the_first_stays(shop, changes):
    ItemFactory(sku="pot")
    send(order(), source=shop)

    in_another_batch = send(order(**changes), source=shop)
    in_one_batch = send(order(id="o2"), order(id="o2", **changes), source=shop)

    assert statuses(in_another_batch) == ["conflict"]
    assert statuses(in_one_batch) == ["stored", "conflict"]
    assert (in_another_batch[0].id, in_another_batch[0].field) == ("o1", "id")
    assert set(Order.objects.values_list("total", "currency", "identity__value")) == {(Decimal("39.8"), "EUR", "ada")}
    assert Event.objects.count() == 2


def test_an_orders_number_is_of_its_source(shop):
    results = send(order(), source=shop), send(order(customer="cy"), source=SourceFactory(code="outlet"))

    assert [statuses(result) for result in results] == [["stored"], ["stored"]]
    assert Event.objects.count() == 2


def test_one_bad_order_among_500_is_refused_alone(shop):
    rows = [order(id=f"o{n}", customer=f"c{n % 40}") for n in range(500)]
    rows[77] = order(line(quantity=-1), id="o77")

    results = send(*rows, source=shop)

    assert statuses(results) == ["stored"] * 77 + ["refused"] + ["stored"] * 422
    assert (results[77].index, results[77].id, results[77].field) == (77, "o77", "lines[0].quantity")
    assert Order.objects.count() == OrderLine.objects.count() == Event.objects.count() == 499


def test_a_batch_of_500_makes_as_few_queries_as_one_of_5(shop):
    for count in (5, 500):
        rows = [order(id=f"{count}-{n}", customer=f"c{count}-{n}") for n in range(count)]

        with pinned_queries("orders batch"):
            results = send(*rows, source=shop)

        assert set(statuses(results)) == {"stored"}


def test_an_order_of_an_unknown_item_is_refused_naming_the_line(shop):
    results = send(order(line(), line(item="pot")), order(id="o2"), source=shop)

    assert statuses(results) == ["refused", "stored"]
    assert (results[0].field, results[0].message) == ("lines[1].item", "no item has the SKU “pot”")


def test_a_source_that_wants_stubs_gets_items_that_nobody_is_shown(shop):
    shop.unknown_items = Source.Unknown.STUB

    results = send(order(line(item="pot")), order(line(item="pot"), line(item="pan"), id="o2"), source=shop)

    assert statuses(results) == ["stored", "stored"]
    assert set(Item.objects.exclude(sku="kettle").values_list("sku", "title", "available")) == {
        ("pot", "pot", False),
        ("pan", "pan", False),
    }


def test_a_source_that_wants_quarantine_is_told_that_orders_are_not_kept_in_it(shop):
    shop.unknown_items = shop.unknown_customers = Source.Unknown.QUARANTINE
    Customer.objects.create(external_id="ada", source=shop)

    results = send(order(line(item="pot")), order(id="o2", customer="nobody"), order(id="o3"), source=shop)

    assert statuses(results) == ["refused", "refused", "stored"]
    assert [result.field for result in results[:2]] == ["lines[0].item", "customer"]
    assert all("quarantine" in result.message for result in results[:2])


def test_a_customer_who_must_be_known_is_refused_and_leaves_no_stub(shop):
    shop.unknown_items, shop.unknown_customers = Source.Unknown.STUB, Source.Unknown.REFUSE

    results = send(order(line(item="pot")), source=shop)

    assert statuses(results) == ["refused"]
    assert (results[0].field, results[0].message) == ("customer", "no customer has the id “ada”")
    assert not Item.objects.filter(sku="pot").exists()
    assert not Customer.objects.exists()


def test_a_visitors_order_is_of_the_visitor(shop):
    send(order(customer=None, visitor="vi"), source=shop)

    assert Order.objects.get().identity == Identity.objects.get(kind="visitor", value="vi", source=shop)
    assert not Customer.objects.exists()


def test_who_did_not_agree_to_be_known_buys_as_nobody_under_an_id_that_leads_to_no_order(shop, kettle):
    send(order(id="o0"), source=shop)
    ConsentFactory(identity=Identity.objects.get(value="ada"), purpose="analytics", granted=False)

    send(order(id="secret"), order(id="open", customer="cy"), source=shop)

    of_cy, of_nobody = (
        Event.objects.order_by("identity__kind").filter(payload__has_any_keys=["price"]).exclude(identity__value="ada")
    )
    assert Order.objects.get(external_id="secret").identity.value == "ada"  # the order itself is hers
    assert (of_cy.identity.value, of_cy.payload["order"]) == ("cy", "open")
    assert (of_nobody.identity.kind, of_nobody.item, of_nobody.value) == ("nobody", kettle, 2.0)
    assert of_nobody.payload == {"price": 19.9}
    assert not of_nobody.event_id.startswith("order:")
    assert EventKey.objects.count() == 3


def test_a_free_order_is_stored(shop):
    results = send(order(line(unitPrice=0), total=0), source=shop)

    assert statuses(results) == ["stored"]
    assert Order.objects.get().total == 0
    assert Event.objects.get().value == 2.0


def test_those_who_want_to_hear_of_orders_hear_of_each_new_one_once(shop):
    WebhookEndpointFactory(topics=["order.placed"])

    send(order(), order(id="o2"), source=shop)
    send(order(), source=shop)

    told = [delivery.payload for delivery in Outbox.objects.all()]
    assert sorted(payload["order"] for payload in told) == ["o1", "o2"]
    assert {payload["total"] for payload in told} == {"39.80"}
    assert told[0]["lines"] == [{"item": "kettle", "quantity": "2.000", "unitPrice": "19.9000", "discount": "0.0000"}]


def test_a_history_is_stored_without_anybody_hearing_of_it(shop):
    WebhookEndpointFactory(topics=["order.placed"])

    parsed = parse_orders(json.dumps([order(), order(id="o2")]).encode(), now=NOW)
    results = record_orders(parsed, source=shop, announce=False)

    assert statuses(results) == ["stored", "stored"]
    assert Event.objects.filter(kind="purchase").count() == 2
    assert not Outbox.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_batches_that_arrive_at_once_are_stored_exactly_once(shop):
    rows = [order(id=f"o{n}", customer=f"c{n % 20}") for n in range(100)]
    start = threading.Barrier(4)

    def sender(number):
        start.wait()
        try:
            return statuses(send(*(rows if number % 2 else rows[::-1]), source=shop))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        outcomes = [status for result in pool.map(sender, range(4)) for status in result]

    assert (outcomes.count("stored"), outcomes.count("already_stored")) == (100, 300)
    assert Order.objects.count() == OrderLine.objects.count() == Event.objects.count() == 100
