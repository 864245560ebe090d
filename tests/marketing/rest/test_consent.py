"""POST /api/consent: what it records, how it answers, what it refuses."""

from datetime import UTC, datetime, timedelta

import pytest

from marketing.models import AuditEntry, Consent, Customer, Identity
from tests.callers import caller

URL = "/api/consent"


def answer(**change):
    return {
        "customer": "ada",
        "purpose": "marketing",
        "granted": True,
        "givenAt": "2026-05-01T12:00:00Z",
        **change,
    }


def without(name):
    return {key: value for key, value in answer().items() if key != name}


def test_answers_of_customers_and_visitors_are_recorded_and_known_again(sam, ada, shop):
    rows = [answer(), {**without("customer"), "visitor": "v-1", "granted": False}]

    first, again = (caller(sam).post(URL, {"consents": rows}) for _ in range(2))

    assert (first.status_code, first.json()["counts"]) == (207, {"created": 2})
    assert again.json()["counts"] == {"unchanged": 2}
    assert [(result["index"], result["id"]) for result in again.json()["results"]] == [(0, "ada"), (1, "v-1")]
    stored = Consent.objects.order_by("id").values_list("identity__kind", "identity__value", "granted")
    assert list(stored) == [("customer", "ada", True), ("visitor", "v-1", False)]


def test_one_instant_in_two_spellings_is_one_answer(sam, ada):
    # 12:00 UTC on 1 May 2026 is 14:00 at +02:00, and 1,777,636,800 seconds after 1970.
    caller(sam).post(URL, [answer()])

    results = caller(sam).post(URL, [answer(givenAt="2026-05-01T14:00:00+02:00"), answer(givenAt=1_777_636_800)])

    assert results.json()["counts"] == {"unchanged": 2}


def test_the_same_answer_twice_in_one_batch_is_recorded_once(sam, ada):
    results = caller(sam).post(URL, [answer(), answer()]).json()["results"]

    assert [result["status"] for result in results] == ["created", "unchanged"]
    assert Consent.objects.count() == 1


def test_who_is_not_known_yet_is_made_so_that_the_answer_is_not_lost(sam, shop):
    response = caller(sam).post(URL, [answer(customer=4711)])

    assert response.json()["counts"] == {"created": 1}
    assert Identity.objects.get(value="4711").customer == Customer.objects.get(external_id="4711")


def test_what_a_key_recorded_is_audited_under_the_key(sam, ada):
    caller(sam).post(URL, [answer()])

    assert AuditEntry.objects.get().api_key.name == "Sam"


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (without("customer"), "customer"),
        (answer(visitor="v-1"), "customer"),
        (answer(customer=""), "customer"),
        (answer(customer="x" * 129), "customer"),
        (answer(customer="a\nb"), "customer"),
        (answer(customer=["ada"]), "customer"),
        (answer(purpose="everything"), "purpose"),
        (without("purpose"), "purpose"),
        (answer(granted="yes"), "granted"),
        (answer(granted=1), "granted"),
        (answer(granted=None), "granted"),
        (without("granted"), "granted"),
        (without("givenAt"), "givenAt"),
        (answer(givenAt="yesterday"), "givenAt"),
        (answer(givenAt="2026-05-01T12:00:00"), "givenAt"),
        (answer(givenAt="1969-12-31T00:00:00Z"), "givenAt"),
        (answer(givenAt="2100-01-01T00:00:00Z"), "givenAt"),
        (answer(given_at="2026-05-01T12:00:00Z"), "given_at"),
        ("granted", ""),
        (None, ""),
    ],
    ids=str,
)
def test_a_row_that_can_not_be_recorded_is_refused_by_field_and_the_others_stay(sam, ada, row, field):
    response = caller(sam).post(URL, [row, answer()])

    refused, stored = response.json()["results"]
    assert (refused["status"], refused["field"]) == ("refused", field)
    assert refused["message"]
    assert stored["status"] == "created"
    assert Consent.objects.count() == 1


def test_an_answer_that_would_outweigh_what_is_said_today_is_refused(sam, ada):
    soon = (datetime.now(UTC) + timedelta(hours=2)).isoformat()

    (refused,) = caller(sam).post(URL, [answer(givenAt=soon)]).json()["results"]

    assert (refused["status"], refused["field"]) == ("refused", "givenAt")


@pytest.mark.parametrize("body", [b"", b"{", b'{"rows": []}', b"7", b"\xff", b"[" * 100_000])
def test_what_is_no_batch_is_refused_as_a_whole(sam, body):
    response = caller(sam).post(URL, body)

    assert response.status_code == 422
    assert response.json()["code"] == "INVALID_INPUT"
