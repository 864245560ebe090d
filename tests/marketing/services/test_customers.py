import json

import pytest

from marketing.models import Customer, Identity
from marketing.services.customers import parse_customers, upsert_customers
from tests.factories.marketing import SourceFactory

pytestmark = pytest.mark.django_db

DORA = {
    "externalId": "dora",
    "email": "dora@example.com",
    "name": "Dora",
    "locale": "en-GB",
    "timeZone": "Europe/London",
    "attributes": {"age": 40},
}


def send(*rows, source):
    return upsert_customers(parse_customers(json.dumps(rows).encode()), source=source)


def statuses(results):
    return [result.status for result in results]


def test_a_customer_is_stored_with_all_that_the_row_says_and_can_be_named_by_events(shop):
    results = send(DORA, source=shop)

    dora = Customer.objects.get()
    assert statuses(results) == ["created"]
    assert (dora.external_id, dora.email, dora.name) == ("dora", "dora@example.com", "Dora")
    assert (dora.locale, dora.time_zone, dora.attributes) == ("en-GB", "Europe/London", {"age": 40})
    assert Identity.objects.get(source=shop, kind="customer", value="dora").customer == dora


def test_the_same_row_again_changes_nothing_and_another_one_replaces_it(shop):
    results = send(DORA, source=shop) + send(DORA, source=shop) + send({"externalId": "dora"}, source=shop)

    assert statuses(results) == ["created", "unchanged", "updated"]
    assert Customer.objects.get().email == ""


def test_a_customer_of_two_sources_is_one_person_with_two_identities(shop):
    send(DORA, source=shop)

    results = send({**DORA, "name": "Dora D."}, source=SourceFactory(code="app"))

    assert statuses(results) == ["updated"]
    assert Customer.objects.get().identities.count() == 2


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"externalId": ""}, "externalId", "blank"),
        ({"externalId": "x" * 129}, "externalId", "at most 128"),
        ({"email": "dora"}, "email", "an e-mail address"),
        ({"name": "x" * 201}, "name", "at most 200"),
        ({"locale": "english please"}, "locale", "BCP 47"),
        ({"timeZone": "Berlin"}, "timeZone", "IANA"),
        ({"attributes": []}, "attributes", "Expected `object`"),
        ({"birthday": "1980-01-01"}, "birthday", "unknown field"),
    ],
)
def test_a_bad_row_is_refused_by_its_field_while_the_others_are_stored(shop, changes, field, message):
    results = send({"externalId": "good"}, {**DORA, **changes}, source=shop)

    assert statuses(results) == ["created", "refused"]
    assert results[1].field == field
    assert message in results[1].message


def test_an_id_given_twice_in_one_batch_is_refused_the_second_time(shop):
    assert statuses(send(DORA, DORA, source=shop)) == ["created", "refused"]
