"""The REST doors: what they store, how they answer, what they refuse."""

from datetime import UTC, datetime, timedelta

import pytest
import yaml
from django.test import override_settings

from marketing.event_kinds import KINDS
from marketing.models import Customer, Event, Identity, Item
from marketing.services.keys import create_api_key
from tests.callers import caller
from tests.factories.marketing import ItemFactory

ME = "{ me { kind customer { externalId } visitor } }"


def seen(number=1, **change):
    return {"id": f"e{number}", "kind": "view", "occurredAt": "2026-11-01T10:00:00Z", "item": "kettle", **change}


@pytest.fixture
def kettle(shop):
    return ItemFactory(sku="kettle", source=shop)


@pytest.fixture
def rates(settings):
    """Sets the rates of callers and of nobody."""

    def to(**changed):
        known = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]
        settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": {**known, **changed}}

    return to


# -- Single events -----------------------------------------------------------------------------------------------------


def test_a_single_event_is_created_and_then_known(ada, kettle):
    first = caller(ada).post("/api/events", seen())
    second = caller(ada).post("/api/events", seen())

    assert (first.status_code, first.json()["status"]) == (201, "stored")
    assert (second.status_code, second.json()["status"]) == (200, "already_stored")
    assert Event.objects.count() == 1


def test_a_single_event_with_the_same_id_and_other_content_is_a_conflict(ada, kettle):
    caller(ada).post("/api/events", seen())

    response = caller(ada).post("/api/events", seen(kind="click"))

    assert response.status_code == 409
    assert (response.json()["code"], response.json()["field"]) == ("CONFLICT", "id")
    assert Event.objects.get().kind == "view"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": None}, "id"),
        ({"kind": "sneeze"}, "kind"),
        ({"occurredAt": "yesterday"}, "occurredAt"),
        ({"occurredAt": (datetime.now(UTC) + timedelta(days=3)).isoformat()}, "occurredAt"),
        ({"occurredAt": "1969-12-31T00:00:00Z"}, "occurredAt"),
        ({"item": "none"}, "item"),
        ({"kind": "rating", "value": 11}, "value"),
        ({"customer": "cy"}, "customer"),
        ({"context": {"events": "a batch?"}, "kind": "sneeze"}, "kind"),
        ({"unheard": "of"}, "unheard"),
    ],
)
def test_a_single_event_that_cannot_be_accepted_is_refused_naming_the_field(ada, cy, kettle, change, field):
    response = caller(ada).post("/api/events", seen(**change))

    assert response.status_code == 422
    assert (response.json()["code"], response.json()["field"]) == ("INVALID_INPUT", field)
    assert response.json()["message"].startswith(f"{field}: ")
    assert not Event.objects.exists()


@pytest.mark.parametrize("value", [b"NaN", b"Infinity", b"-Infinity", b"1e999"])
def test_a_value_that_is_no_finite_number_is_refused_naming_it(ada, kettle, value):
    raw = b'{"id": "e1", "kind": "rating", "occurredAt": "2026-11-01T10:00:00Z", "item": "kettle", "value": %s}' % value

    response = caller(ada).post("/api/events", raw)

    assert (response.status_code, response.json()["field"]) == (422, "value")


def test_a_single_event_about_an_unknown_item_is_accepted_to_wait_where_the_source_says_so(sam, shop):
    shop.unknown_items = "quarantine"
    shop.save()

    response = caller(sam).post("/api/events", seen(item="sofa", customer="ada"))

    assert (response.status_code, response.json()["status"], response.json()["field"]) == (202, "quarantined", "item")
    assert not Event.objects.exists()


def test_a_robot_with_a_token_is_known_by_its_header_and_a_shops_server_is_not(ada, sam, kettle):
    robot = {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}
    by_token, by_key = caller(ada), caller(sam)
    by_token.headers |= robot
    by_key.headers |= robot

    by_token.post("/api/events", seen(1))
    by_key.post("/api/events", seen(2, customer="cy"))

    assert dict(Event.objects.values_list("event_id", "quality")) == {"e1": "bot", "e2": "ok"}


# -- Batches -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrapped", [lambda rows: rows, lambda rows: {"events": rows}])
def test_a_batch_says_of_each_event_what_became_of_it(sam, ada, kettle, wrapped):
    batch = [
        seen(1, customer="ada"),
        seen(1, customer="ada"),
        seen(1, customer="ada", kind="click"),
        seen(2, customer="ada", item="none"),
        "no event",
        seen(3, visitor="somebody"),
    ]

    response = caller(sam).post("/api/events", wrapped(batch))

    answer = response.json()
    assert response.status_code == 207
    assert answer["counts"] == {"stored": 2, "already_stored": 1, "conflict": 1, "refused": 2}
    assert [(result["index"], result["status"], result["field"]) for result in answer["results"]] == [
        (0, "stored", None),
        (1, "already_stored", None),
        (2, "conflict", "id"),
        (3, "refused", "item"),
        (4, "refused", answer["results"][4]["field"]),
        (5, "stored", None),
    ]
    assert Event.objects.count() == 2


def test_an_empty_batch_is_nothing_to_do(sam):
    response = caller(sam).post("/api/events", [])

    assert (response.status_code, response.json()) == (207, {"counts": {}, "results": []})


def test_a_batch_that_is_too_long_is_refused_whole(sam, kettle, settings):
    settings.EVENT_BATCH_MAX = 2

    response = caller(sam).post("/api/events", [seen(number, visitor="v") for number in range(3)])

    assert (response.status_code, response.json()["field"]) == (422, "events")
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b'{"events": 1}',
        b'{"events": null}',
        b"1",
        b"null",
        b'"text"',
        b'[{"id": "e1"',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"events": [' + b'{"context":' * 50_000,
    ],
)
@pytest.mark.parametrize("path", ["events", "items", "customers", "tokens"])
def test_a_body_that_is_no_batch_is_refused_naming_what_is_wrong(sam, path, body):
    response = caller(sam).post(f"/api/{path}", body)

    assert response.status_code == 422, response.text
    assert response.json()["field"] is not None


def test_a_body_whose_length_is_not_said_is_refused_saying_so(sam, db):
    headers = {"Authorization": f"Bearer {sam}", "Transfer-Encoding": "chunked"}

    response = caller().client.generic("POST", "/api/events", headers=headers)

    assert (response.status_code, response.json()["field"]) == (422, "Content-Length")


def test_deep_nesting_in_one_event_is_that_events_fault(sam, kettle):
    deep = b'{"a":' * 500 + b"1" + b"}" * 500
    good = b'{"id": "e2", "kind": "view", "occurredAt": 1793527200, "item": "kettle", "visitor": "v"}'
    bad = (
        b'{"id": "e1", "kind": "view", "occurredAt": 1793527200, "item": "kettle", "visitor": "v", "context": %s}'
        % deep
    )

    response = caller(sam).post("/api/events", b"[%s, %s]" % (bad, good))

    assert [result["status"] for result in response.json()["results"]] == ["refused", "stored"]


def test_a_body_that_is_too_large_is_refused_saying_so(sam, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

    response = caller(sam).post("/api/events", b"[" + b" " * 1024 * 1024 + b"]")

    assert response.status_code == 413
    assert response.json()["message"] == "The body is larger than 1 MB; send less at once."


def test_a_body_of_10_mb_is_too_large(sam, kettle):
    many = [seen(n, visitor="v", context={"text": "x" * 4000}) for n in range(2600)]

    response = caller(sam).post("/api/events", many)

    assert (response.status_code, response.json()["code"]) == (413, "TOO_LARGE")
    assert not Event.objects.exists()


def test_a_batch_of_a_wrong_clock_is_mended_by_when_it_was_sent(sam, kettle):
    body = {"events": [seen(occurredAt="2031-01-01T00:00:00Z", visitor="v")], "sentAt": "2031-01-01T00:10:00Z"}

    response = caller(sam).post("/api/events", body)

    stored = Event.objects.get()
    assert response.json()["counts"] == {"stored": 1}
    assert stored.claimed_at == datetime(2031, 1, 1, tzinfo=UTC)
    assert abs(datetime.now(UTC) - timedelta(minutes=10) - stored.occurred_at) < timedelta(minutes=1)


@pytest.mark.parametrize("sent_at", ["yesterday", {}, True, "2031-01-01T00:00:00"])
def test_a_batch_that_says_no_time_of_sending_is_refused_whole(sam, kettle, sent_at):
    response = caller(sam).post("/api/events", {"events": [seen(visitor="v")], "sentAt": sent_at})

    assert (response.status_code, response.json()["field"]) == (422, "sentAt")
    assert not Event.objects.exists()


def test_both_doors_know_an_event_as_the_same(ada, kettle):
    caller(ada).post("/api/events", seen(occurredAt=1793527200))

    answer = caller(ada).ask(
        "mutation($e: EventInput!) { trackEvents(events: [$e]) { results { status } } }", e=seen(value=None)
    )

    assert answer["trackEvents"]["results"] == [{"status": "ALREADY_STORED"}]


def test_two_shops_may_use_the_same_event_ids(sam, kettle, db):
    from tests.factories.marketing import SourceFactory

    _row, other = create_api_key(source=SourceFactory(code="other"), name="other", scopes=["events:write"])

    for secret in (sam, other):
        assert caller(secret).post("/api/events", seen(visitor="v")).status_code == 201


# -- Items and customers -----------------------------------------------------------------------------------------------


def test_items_are_made_changed_and_refused_one_by_one(sam):
    caller(sam).post("/api/items", [{"sku": "pot", "title": "Pot"}])

    response = caller(sam).post(
        "/api/items",
        {"items": [{"sku": "pot", "title": "Big pot", "price": 5, "currency": "EUR"}, {"sku": "", "title": "x"}]},
    )

    assert response.status_code == 207
    assert response.json()["counts"] == {"updated": 1, "refused": 1}
    assert Item.objects.get().title == "Big pot"


def test_customers_are_made_and_refused_one_by_one(sam):
    response = caller(sam).post(
        "/api/customers", [{"externalId": "dan", "name": "Dan"}, {"externalId": "eve", "email": "no mail"}]
    )

    assert response.json()["counts"] == {"created": 1, "refused": 1}
    assert Customer.objects.get().name == "Dan"


# -- Tokens ------------------------------------------------------------------------------------------------------------


def test_a_shops_server_gets_a_token_for_its_customer(sam, ada):
    response = caller(sam).post("/api/tokens", {"externalId": "ada"})

    answer = response.json()
    assert response.status_code == 201
    assert response["Cache-Control"] == "no-store"
    assert caller(answer["token"]).ask(ME)["me"]["customer"] == {"externalId": "ada"}
    lifetime = datetime.fromisoformat(answer["expiresAt"]) - datetime.now(UTC)
    assert timedelta(minutes=59) < lifetime <= timedelta(minutes=60)


@pytest.mark.parametrize("body", [{}, {"externalId": 5}, {"externalId": ""}, {"externalId": "a" * 129}, {"id": "ada"}])
def test_a_token_for_nobody_in_particular_is_refused(sam, body):
    assert caller(sam).post("/api/tokens", body).status_code == 422
    assert not Customer.objects.exists()


def test_anybody_gets_a_visit_and_no_row_is_made_for_it(db):
    response = caller().post("/api/visitors", {})

    answer = response.json()
    assert response.status_code == 201
    assert caller(answer["token"]).ask(ME)["me"] == {"kind": "VISITOR", "customer": None, "visitor": answer["visitor"]}
    assert not Identity.objects.exists()


def test_the_visits_that_a_shops_server_starts_are_its_own(sam):
    token = caller(sam).post("/api/visitors", {}).json()["token"]

    assert caller(token).ask("{ me { source } }")["me"]["source"] == "shop"


# -- Rates -------------------------------------------------------------------------------------------------------------


def test_every_answer_says_what_is_left_and_the_last_one_when_to_come_again(sam, rates):
    rates(caller="2/minute")

    answers = [caller(sam).post("/api/events", []) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [207, 207, 429]
    assert [answer["X-RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert all(answer["X-RateLimit-Limit"] == "2" for answer in answers)
    assert 1 <= int(answers[2]["Retry-After"]) <= 61
    assert (answers[2].json()["code"], answers[2].json()["retryable"]) == ("RATE_LIMITED", True)


def test_one_callers_calls_are_not_counted_for_another(sam, ada, kettle, rates):
    rates(caller="1/minute")
    caller(sam).post("/api/events", [])

    assert caller(ada).post("/api/events", []).status_code == 207
    assert caller(sam).post("/api/events", []).status_code == 429


def test_strangers_are_counted_by_address(db, rates):
    rates(nobody="1/minute")

    def visit(address, **headers):
        return caller().client.post("/api/visitors", REMOTE_ADDR=address, headers=headers).status_code

    assert [visit("10.0.0.1"), visit("10.0.0.1"), visit("10.0.0.2")] == [201, 429, 201]
    # Of IPv6 a household has a whole network, and the first 64 bits are what it has.
    assert [visit("2001:db8::1"), visit("2001:db8::2"), visit("2001:db8:0:1::1")] == [201, 429, 201]


def test_who_a_proxy_passes_on_is_believed_of_our_own_proxies_only(db, rates, settings):
    rates(nobody="1/minute")

    def visit(passed_on):
        headers = {"X-Forwarded-For": passed_on}
        return caller().client.post("/api/visitors", REMOTE_ADDR="10.0.0.9", headers=headers).status_code

    assert [visit("1.1.1.1"), visit("2.2.2.2")] == [201, 429]
    settings.TRUSTED_PROXIES = 1
    # What stands before the last entry was written by the caller.
    assert [visit("9.9.9.9, 1.1.1.1"), visit("8.8.8.8, 1.1.1.1"), visit("2.2.2.2")] == [201, 429, 201]


# -- The description ---------------------------------------------------------------------------------------------------


def test_openapi_describes_every_route_with_bodies_and_answers(client, db):
    document = yaml.safe_load(client.get("/api/schema").text)

    calls = {path: described["post"] for path, described in document["paths"].items() if "post" in described}
    assert set(calls) == {
        f"/api/{name}"
        for name in (
            "events",
            "beacon",
            "items",
            "customers",
            "consent",
            "tokens",
            "visitors",
            "orders",
            "refunds",
            "cancellations",
            "catalogue/sync",
            "social",
        )
    }
    for path, call in calls.items():
        assert call["summary"], path
        assert {"401", "403", "413", "422", "429", "503"} < set(call["responses"]), path
        good = next(answer for status, answer in call["responses"].items() if status < "300")
        assert good["content"]["application/json"]["schema"]["properties"], path
        assert ("requestBody" in call) == (path != "/api/visitors"), path
    item = calls["/api/items"]["requestBody"]["content"]["application/json"]["schema"]["oneOf"][0]["items"]
    assert {"sku", "title", "imageUrl", "publishedAt"} < set(item["properties"])
    assert item["required"] == ["sku", "title"]


def test_openapi_describes_every_kind_of_event_with_its_payload(client, db):
    document = yaml.safe_load(client.get("/api/schema").text)

    body = document["paths"]["/api/events"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    event = body["oneOf"][0]["properties"]
    payloads = {shape["title"]: shape for shape in event["payload"]["anyOf"]}
    assert all(f"`{kind.name}`" in event["kind"]["description"] for kind in KINDS.values())
    assert set(payloads) == {kind.name for kind in KINDS.values() if kind.payload}
    assert payloads["search"]["required"] == ["query"]
    assert payloads["search"]["properties"]["results"] == {
        "type": "integer",
        "minimum": 0,
        "maximum": 1e9,
        "description": "How many they got.",
    }
    assert "sentAt" in body["oneOf"][2]["properties"]


def test_openapi_says_how_to_authenticate(client, db):
    document = yaml.safe_load(client.get("/api/schema").text)

    assert {scheme["scheme"] for scheme in document["components"]["securitySchemes"].values()} == {"bearer"}
    assert all(call["security"] for path in document["paths"].values() for call in path.values())


def test_openapi_is_whole(db):
    from drf_spectacular.generators import SchemaGenerator
    from drf_spectacular.validation import validate_schema

    validate_schema(SchemaGenerator().get_schema(public=True))


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_a_method_that_a_route_does_not_have_is_refused_in_the_same_form(client, db, sam, method):
    response = getattr(client, method)("/api/events", headers={"Authorization": f"Bearer {sam}"})

    assert response.status_code == 405
    assert response.json()["code"] == "METHOD_NOT_ALLOWED"


# -- When something below doesn't answer -------------------------------------------------------------------------------


def test_without_the_cache_events_are_stored_all_the_same(ada, kettle, settings):
    nowhere = {"default": {**settings.CACHES["default"], "LOCATION": "unix:///nowhere/valkey.sock"}}

    with override_settings(CACHES=nowhere):
        response = caller(ada).post("/api/events", seen())

    assert response.status_code == 201
    assert Event.objects.exists()
