"""Orders through GraphQL: whose, which, and in how many queries."""

from datetime import UTC, datetime, timedelta

import pytest
from strawberry import relay

from marketing.identities import link_visitor
from tests.callers import caller
from tests.factories.marketing import ItemFactory, OrderFactory, OrderLineFactory, RefundFactory
from tests.query_counts import pinned_queries

PLACED = datetime(2026, 5, 1, 10, tzinfo=UTC)
ORDERS = """query($customer: CustomerRef, $first: Int! = 20, $after: String) {
  orders(customer: $customer, first: $first, after: $after) {
    edges { node {
      id externalId status placedAt currency itemsTotal discount shipping tax total refunded
      lines { number sku title quantity unitPrice discount total }
      refunds { externalId line quantity amount reason refundedAt }
    } }
    pageInfo { hasNextPage endCursor }
  }
}"""
ORDER = "query($id: ID!) { order(id: $id) { externalId total } }"


def numbers(answer):
    return [edge["node"]["externalId"] for edge in answer["orders"]["edges"]]


def bought(identity, number, *, lines=1, **values):
    order = OrderFactory(identity=identity, external_id=number, **{"placed_at": PLACED, **values})
    for place in range(1, lines + 1):
        OrderLineFactory(order=order, number=place)
    return order


def id_of(order):
    return str(relay.GlobalID("Order", str(order.pk)))


@pytest.fixture
def order(ada):
    """Two kettles at 10.00, less 1.00: 19.00; one came back for 9.50."""
    order = bought(ada, "o1", lines=0, items_total=19, shipping="4.90", tax="1.10", total=25, refunded="9.50")
    kettle = ItemFactory(sku="kettle", title="Kettle")
    line = OrderLineFactory(order=order, item=kettle, quantity=2, unit_price=10, discount=1)
    RefundFactory(
        order=order, line=line, external_id="r1", quantity=1, amount="9.50", reason="broken", refunded_at=PLACED
    )
    RefundFactory(order=order, external_id="r2", amount="0.10", refunded_at=PLACED + timedelta(days=1))
    return order


def test_a_customer_sees_an_order_with_its_lines_refunds_and_sums(ada, order):
    (edge,) = caller(ada).ask(ORDERS)["orders"]["edges"]

    assert edge["node"] == {
        "id": id_of(order),
        "externalId": "o1",
        "status": "PLACED",
        "placedAt": "2026-05-01T10:00:00+00:00",
        "currency": "EUR",
        "itemsTotal": "19.00",
        "discount": "0.00",
        "shipping": "4.90",
        "tax": "1.10",
        "total": "25.00",
        "refunded": "9.50",
        "lines": [
            {
                "number": 1,
                "sku": "kettle",
                "title": "Kettle",
                "quantity": "2",
                "unitPrice": "10.00",
                "discount": "1.00",
                "total": "19.00",
            }
        ],
        "refunds": [
            {
                "externalId": "r2",
                "line": None,
                "quantity": None,
                "amount": "0.10",
                "reason": None,
                "refundedAt": "2026-05-02T10:00:00+00:00",
            },
            {
                "externalId": "r1",
                "line": 1,
                "quantity": "1",
                "amount": "9.50",
                "reason": "broken",
                "refundedAt": "2026-05-01T10:00:00+00:00",
            },
        ],
    }


def test_orders_come_newest_first_and_in_pages(ada):
    for number in range(5):
        bought(ada, f"o{number}", placed_at=PLACED + timedelta(days=number))

    first = caller(ada).ask(ORDERS, first=2)
    rest = caller(ada).ask(ORDERS, after=first["orders"]["pageInfo"]["endCursor"])

    assert (numbers(first), first["orders"]["pageInfo"]["hasNextPage"]) == (["o4", "o3"], True)
    assert (numbers(rest), rest["orders"]["pageInfo"]["hasNextPage"]) == (["o2", "o1", "o0"], False)


def test_a_customer_sees_their_own_orders_only(ada, cy, order):
    bought(cy, "of cy")

    error = caller(ada).refused(ORDERS, customer={"externalId": "cy"})

    assert error["extensions"]["code"] == "FORBIDDEN"
    assert numbers(caller(ada).ask(ORDERS, customer={"externalId": "ada"})) == ["o1"]
    assert numbers(caller(cy).ask(ORDERS)) == ["of cy"]
    assert caller(cy).refused(ORDER, id=id_of(order))["extensions"]["code"] == "FORBIDDEN"
    assert caller(ada).ask(ORDER, id=id_of(order)) == {"order": {"externalId": "o1", "total": "25.00"}}


@pytest.mark.parametrize("name", ["bo", "mia", "dee", "ola"])
def test_staff_who_may_see_orders_see_any_customers(name, request, ada, cy, order):
    bought(cy, "of cy")
    staff = caller(request.getfixturevalue(name))

    assert numbers(staff.ask(ORDERS, customer={"externalId": "ada"})) == ["o1"]
    assert staff.ask(ORDER, id=id_of(order))["order"]["externalId"] == "o1"


def test_whether_an_order_exists_is_told_to_staff_only(ada, bo):
    nowhere = str(relay.GlobalID("Order", "01930000-0000-7000-8000-000000000000"))

    assert caller(bo).ask(ORDER, id=nowhere) == {"order": None}
    assert caller(ada).refused(ORDER, id=nowhere)["extensions"]["code"] == "FORBIDDEN"


def test_staff_must_say_whose_orders(bo):
    assert caller(bo).refused(ORDERS)["extensions"]["field"] == "customer"


def test_a_customer_who_does_not_exist_is_not_found(bo):
    assert caller(bo).refused(ORDERS, customer={"externalId": "none"})["extensions"]["code"] == "NOT_FOUND"


def test_what_a_visitor_ordered_is_the_customers_after_the_login(ada, vi):
    bought(vi, "before")

    link_visitor(vi, ada.customer)

    assert numbers(caller(ada).ask(ORDERS)) == ["before"]


def test_a_visitor_sees_no_orders(vi, order):
    bought(vi, "of vi")

    assert caller(vi).refused(ORDERS)["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize("wrong", ["nonsense", str(relay.GlobalID("Item", "1"))])
def test_what_is_no_id_of_an_order_is_refused(ada, wrong):
    assert caller(ada).graphql(ORDER, id=wrong).json()["errors"]


def test_an_orders_refunds_are_the_newest_and_as_many_as_are_asked_for(ada):
    order = bought(ada, "o1", total=200, items_total=200, refunded=105)
    for number in range(105):
        RefundFactory(order=order, external_id=f"r{number:03}", amount=1, refunded_at=PLACED + timedelta(hours=number))
    other = bought(ada, "o2", placed_at=PLACED - timedelta(days=1), total=20, items_total=20, refunded=1)
    RefundFactory(order=other, external_id="other", amount=1, refunded_at=PLACED)
    query = "query($first: Int!) { orders { edges { node { refunds(first: $first) { externalId } } } } }"

    (default, _others) = caller(ada).ask("{ orders { edges { node { refunds { externalId } } } } }")["orders"]["edges"]
    (most, others) = caller(ada).ask(query, first=100)["orders"]["edges"]

    assert [refund["externalId"] for refund in default["node"]["refunds"]] == [f"r{n:03}" for n in range(104, 94, -1)]
    assert [refund["externalId"] for refund in most["node"]["refunds"]] == [f"r{n:03}" for n in range(104, 4, -1)]
    assert [refund["externalId"] for refund in others["node"]["refunds"]] == ["other"]


@pytest.mark.parametrize("first", [0, -1, 101])
def test_more_refunds_than_a_page_has_or_none_are_refused(ada, order, first):
    query = "query($first: Int!) { orders { edges { node { refunds(first: $first) { externalId } } } } }"

    assert caller(ada).refused(query, first=first)["extensions"]["field"] == "first"


def test_the_number_of_queries_does_not_grow_with_orders_lines_and_refunds(ada):
    client = caller(ada)
    for count in (2, 15):
        for number in range(count):
            order = bought(ada, f"{count}-{number}", lines=count, refunded=2)
            RefundFactory(order=order, line=order.lines.first())
            RefundFactory(order=order)

        with pinned_queries("graphql orders"):
            answer = client.ask(ORDERS)

    assert len(numbers(answer)) == 17
