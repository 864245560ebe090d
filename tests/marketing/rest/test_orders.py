"""The REST doors of orders: batches answer row by row, each fault by itself."""

from datetime import UTC, datetime

import pytest

from marketing.models import Event, Order, Refund
from marketing.services.keys import create_api_key
from tests.callers import caller
from tests.factories.marketing import ItemFactory


def order(number=1, **changes):
    lines = [{"item": "kettle", "quantity": 1, "unitPrice": "10.00"}]
    said = {"id": f"o{number}", "customer": "ada", "placedAt": "2026-11-01T10:00:00Z", "currency": "EUR"}
    return {**said, "lines": lines, **changes}


def refund(number=1, **changes):
    return {"id": f"r{number}", "order": "o1", "amount": 4, "refundedAt": "2026-11-02T10:00:00Z", **changes}


@pytest.fixture
def kettle(shop):
    return ItemFactory(sku="kettle", source=shop)


def test_a_batch_of_500_orders_with_a_bad_one_stores_the_others(sam, kettle):
    rows = [order(number) for number in range(500)]
    rows[3] = order(3, shipping="-0.01")

    response = caller(sam).post("/api/orders", {"orders": rows})

    answer = response.json()
    assert (response.status_code, answer["counts"]) == (207, {"stored": 499, "refused": 1})
    assert answer["results"][3] == {
        "index": 3,
        "id": "o3",
        "status": "refused",
        "field": "shipping",
        "message": "an amount from 0 to below 10000000000 expected, got -0.01",
    }
    assert Order.objects.count() == Event.objects.count() == 499


def test_orders_come_as_a_bare_list_too_and_twice(sam, kettle):
    answers = [caller(sam).post("/api/orders", [order(), order(2)]).json()["counts"] for _ in range(2)]

    assert answers == [{"stored": 2}, {"already_stored": 2}]


def test_not_a_number_is_refused_for_its_own_row_only(sam, kettle):
    raw = b"""{"orders": [
        {"id": "o1", "customer": "ada", "placedAt": 1777629600, "currency": "EUR", "tax": NaN,
         "lines": [{"item": "kettle", "quantity": 1, "unitPrice": 10}]},
        {"id": "o2", "customer": "ada", "placedAt": 1777629600, "currency": "EUR",
         "lines": [{"item": "kettle", "quantity": 1, "unitPrice": 10}]}]}"""

    answer = caller(sam).post("/api/orders", raw).json()

    assert [result["status"] for result in answer["results"]] == ["refused", "stored"]
    assert answer["results"][0]["field"] == "tax"


def test_refunds_and_cancellations_are_answered_row_by_row(sam, kettle):
    sams = caller(sam)
    sams.post("/api/orders", [order()])

    refunds = sams.post("/api/refunds", {"refunds": [refund(), refund(2, amount=7), refund(), refund(amount=3)]})
    cancelled = sams.post("/api/cancellations", [{"order": "o1", "cancelledAt": datetime.now(UTC).isoformat()}])

    assert (refunds.status_code, cancelled.status_code) == (207, 207)
    assert refunds.json()["counts"] == {"stored": 1, "refused": 1, "already_stored": 1, "conflict": 1}
    assert refunds.json()["results"][1]["message"] == "at most what is left, 6.00 EUR, expected, got 7.00"
    assert cancelled.json()["counts"] == {"stored": 1}
    assert sum(Refund.objects.values_list("amount", flat=True)) == 10


@pytest.mark.parametrize("door", ["orders", "refunds", "cancellations"])
def test_a_body_that_is_no_batch_is_refused_as_a_whole(sam, door):
    for raw in (b"", b"nonsense", b"{}", b'"orders"', b"[" * 100_000):
        response = caller(sam).post(f"/api/{door}", raw)

        assert (response.status_code, response.json()["code"]) == (422, "INVALID_INPUT")


@pytest.mark.parametrize("door", ["orders", "refunds", "cancellations"])
def test_a_key_for_other_things_is_not_enough(shop, door):
    _row, secret = create_api_key(source=shop, name="Bea", scopes=["events:write"])

    response = caller(secret).post(f"/api/{door}", [])

    assert response.status_code == 403
    assert "orders:write" in response.json()["message"]
