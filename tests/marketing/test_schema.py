"""Items, customers, events and visits through GraphQL."""

import base64
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from strawberry import relay

from marketing.models import Event, Identity
from marketing.tokens import mint_token
from tests.callers import caller
from tests.factories.marketing import CategoryFactory, CustomerFactory, ItemFactory
from tests.query_counts import pinned_queries

ITEM = "query($id: ID, $sku: String) { item(id: $id, sku: $sku) { id sku title price currency category { name } } }"
ITEMS = """query($first: Int! = 20, $after: String, $search: String, $category: String) {
  items(first: $first, after: $after, search: $search, category: $category) {
    edges { cursor node { sku title category { slug name } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""
CUSTOMER = "query($ref: CustomerRef) { customer(ref: $ref) { id externalId name email } }"
CUSTOMERS = """query($first: Int! = 20, $after: String, $search: String) {
  customers(first: $first, after: $after, search: $search) {
    edges { node { externalId } } pageInfo { hasNextPage endCursor }
  }
}"""
TRACK = """mutation($events: [EventInput!]!) {
  trackEvents(events: $events) { results { index id status field message } }
}"""
LINK = "mutation($token: String!) { linkVisitor(visitorToken: $token) { customer { externalId } } }"


def skus(answer):
    return [edge["node"]["sku"] for edge in answer["items"]["edges"]]


# -- Items -------------------------------------------------------------------------------------------------------------


def test_an_item_is_found_by_id_and_by_sku(db):
    row = ItemFactory(sku="kettle", title="Kettle", price="12.5", currency="EUR", category=CategoryFactory(name="Tea"))

    by_sku = caller().ask(ITEM, sku="kettle")["item"]
    by_id = caller().ask(ITEM, id=by_sku["id"])["item"]

    assert by_id == by_sku
    assert relay.GlobalID.from_id(by_sku["id"]) == relay.GlobalID("Item", str(row.pk))
    assert (by_sku["title"], by_sku["price"], by_sku["currency"]) == ("Kettle", "12.50", "EUR")
    assert by_sku["category"] == {"name": "Tea"}


@pytest.mark.parametrize(
    ("stored", "shown"), [("12.5000", "12.50"), ("0.0125", "0.0125"), ("100.0000", "100.00"), ("0.1250", "0.125")]
)
def test_a_price_is_shown_with_its_cents_and_no_more_zeros(db, stored, shown):
    ItemFactory(sku="kettle", price=Decimal(stored), currency="EUR")

    assert caller().ask(ITEM, sku="kettle")["item"]["price"] == shown


@pytest.mark.parametrize(
    "hidden",
    [
        {"available": False},
        {"deleted_at": datetime(2026, 1, 1, tzinfo=UTC)},
        {"expires_at": datetime(2026, 1, 1, tzinfo=UTC)},
        {"published_at": datetime.now(UTC) + timedelta(days=1)},
    ],
)
def test_what_is_not_offered_is_seen_by_staff_only(bo, ada, hidden):
    ItemFactory(sku="kettle", **hidden)

    for person in (None, ada):
        assert caller(person).ask(ITEM, sku="kettle")["item"] is None
        assert skus(caller(person).ask(ITEMS)) == []
    assert caller(bo).ask(ITEM, sku="kettle")["item"]["sku"] == "kettle"
    assert skus(caller(bo).ask(ITEMS)) == ["kettle"]


def test_an_item_that_does_not_exist_is_null(db):
    assert caller().ask(ITEM, sku="none")["item"] is None


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"id": base64.b64encode(b"Item:1").decode(), "sku": "x"},
        {"id": base64.b64encode(b"Customer:1").decode()},
        {"id": base64.b64encode(b"Item:1").decode()},
    ],
)
def test_an_id_that_is_none_of_an_item_is_refused_naming_it(db, arguments):
    error = caller().refused(ITEM, **arguments)

    assert error["extensions"] == {"code": "INVALID_INPUT", "field": "id", "retryable": False}


def test_an_id_that_cannot_be_read_is_refused_as_a_value_of_the_variable(db):
    error = caller().refused(ITEM, id="nonsense")

    assert error["message"] == 'Value cannot represent a GlobalID: "nonsense".'


@pytest.mark.parametrize(
    ("language", "title"), [("de", "Kessel"), ("de-AT", "Kessel"), ("fr", "Kettle"), (None, "Kettle"), ("", "Kettle")]
)
def test_a_title_comes_in_the_language_asked_for_else_in_the_shops_own(db, language, title):
    ItemFactory(sku="kettle", title="Kettle", translations={"de": {"title": "Kessel"}, "fr": {"description": "…"}})

    answer = caller().ask('query($l: String) { item(sku: "kettle") { title(language: $l) } }', l=language)

    assert answer["item"]["title"] == title


def test_items_come_in_pages_by_title_without_gap_or_double(db):
    for sku, title in (("c", "Cup"), ("a1", "Ape"), ("a2", "Ape"), ("b", "Bed"), ("d", "Dog")):
        ItemFactory(sku=sku, title=title)

    first = caller().ask(ITEMS, first=2)
    second = caller().ask(ITEMS, first=2, after=first["items"]["pageInfo"]["endCursor"])
    third = caller().ask(ITEMS, first=2, after=second["items"]["pageInfo"]["endCursor"])

    # Two with the same title stand in the order of their ids, which is the order they were made in.
    assert [skus(page) for page in (first, second, third)] == [["a1", "a2"], ["b", "c"], ["d"]]
    assert [page["items"]["pageInfo"]["hasNextPage"] for page in (first, second, third)] == [True, True, False]
    assert [page["items"]["pageInfo"]["hasPreviousPage"] for page in (first, second, third)] == [False, True, True]


def test_items_are_found_by_part_of_the_title_by_sku_and_by_shelf(db):
    tea = CategoryFactory(slug="tea")
    ItemFactory(sku="k1", title="Copper Kettle", category=tea)
    ItemFactory(sku="k2", title="Cup", category=tea)
    ItemFactory(sku="k3", title="Lamp 100%")

    assert skus(caller().ask(ITEMS, search="kett")) == ["k1"]
    assert skus(caller().ask(ITEMS, search="k3")) == ["k3"]
    assert skus(caller().ask(ITEMS, search="%")) == ["k3"]
    assert skus(caller().ask(ITEMS, category="tea")) == ["k1", "k2"]


@pytest.mark.parametrize("first", [0, -1, 101, 1_000_000])
@pytest.mark.parametrize("who", ["nobody", "staff"])
def test_a_page_size_out_of_bounds_is_refused_naming_the_argument(bo, first, who):
    error = caller(bo if who == "staff" else None).refused(ITEMS, first=first)

    assert error["message"] == f"first: is {first}; expected 1 to 100"
    assert error["extensions"] == {"code": "INVALID_INPUT", "field": "first", "retryable": False}


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "nonsense",
        "ü",
        base64.urlsafe_b64encode(b'["a"]').decode(),
        base64.urlsafe_b64encode(b'["a", "b"]').decode(),
        base64.urlsafe_b64encode(b"[1, 2]").decode(),
        base64.urlsafe_b64encode(b'{"a": "b"}').decode(),
        base64.urlsafe_b64encode(json.dumps(["a\0", "00000000-0000-0000-0000-000000000000"]).encode()).decode(),
        base64.urlsafe_b64encode(b"[" * 5000).decode(),
    ],
)
def test_a_cursor_that_no_list_gave_is_refused(db, cursor):
    error = caller().refused(ITEMS, after=cursor)

    assert error["extensions"]["field"] == "after"


def test_text_that_postgres_cannot_hold_is_refused_naming_the_argument(db):
    error = caller().refused(ITEMS, search="a\0b")

    assert error["extensions"]["field"] == "search"


def test_the_number_of_queries_does_not_grow_with_the_items(db):
    for number in range(3):
        ItemFactory(title=f"Item {number}", category=CategoryFactory())
    client = caller()
    client.ask(ITEMS)

    with pinned_queries("graphql items"):
        client.ask(ITEMS, first=3)
    for number in range(20):
        ItemFactory(title=f"More {number}", category=CategoryFactory())
    with pinned_queries("graphql items"):
        client.ask(ITEMS, first=100)


# -- Customers ---------------------------------------------------------------------------------------------------------


def test_a_customer_sees_their_own_record_however_they_name_it(ada):
    own = caller(ada).ask(CUSTOMER)["customer"]

    assert own["externalId"] == "ada"
    assert caller(ada).ask(CUSTOMER, ref={"id": own["id"]})["customer"] == own
    assert caller(ada).ask(CUSTOMER, ref={"externalId": "ada"})["customer"] == own


def test_whether_another_customer_exists_is_told_to_nobody_who_may_not_see_them(ada, cy):
    of_cy = caller(ada).refused(CUSTOMER, ref={"externalId": "cy"})
    of_none = caller(ada).refused(CUSTOMER, ref={"externalId": "none"})

    assert of_cy == of_none
    assert of_cy["extensions"]["code"] == "FORBIDDEN"


def test_staff_who_ask_for_a_customer_that_does_not_exist_are_told_so(bo):
    assert caller(bo).refused(CUSTOMER, ref={"externalId": "none"})["extensions"]["code"] == "NOT_FOUND"


def test_staff_must_say_which_customer(bo):
    assert caller(bo).refused(CUSTOMER)["extensions"]["field"] == "ref"


@pytest.mark.parametrize("ref", [{}, {"externalId": "ada", "id": base64.b64encode(b"Customer:1").decode()}])
def test_a_reference_names_a_customer_in_exactly_one_way(bo, ref):
    assert "CustomerRef" in caller(bo).refused(CUSTOMER, ref=ref)["message"]


def test_customers_come_the_newest_first_in_pages(bo, shop):
    for number in range(3):
        CustomerFactory(external_id=f"c{number}", source=shop)

    first = caller(bo).ask(CUSTOMERS, first=2)["customers"]
    second = caller(bo).ask(CUSTOMERS, first=2, after=first["pageInfo"]["endCursor"])["customers"]

    found = [[edge["node"]["externalId"] for edge in page["edges"]] for page in (first, second)]
    assert found == [["c2", "c1"], ["c0"]]


def test_customers_are_found_by_name_mail_and_id(bo, shop):
    CustomerFactory(external_id="c1", name="Ada Lovelace", source=shop)
    CustomerFactory(external_id="c2", email="grace@example.org", source=shop)

    def found(search):
        edges = caller(bo).ask(CUSTOMERS, search=search)["customers"]["edges"]
        return [edge["node"]["externalId"] for edge in edges]

    assert (found("lovel"), found("grace@"), found("c1"), found("c9")) == (["c1"], ["c2"], ["c1"], [])


def test_the_number_of_queries_does_not_grow_with_the_customers(bo, shop):
    client = caller(bo)
    CustomerFactory.create_batch(2, source=shop)
    with pinned_queries("graphql customers"):
        client.ask(CUSTOMERS)
    CustomerFactory.create_batch(30, source=shop)
    with pinned_queries("graphql customers"):
        client.ask(CUSTOMERS, first=100)


# -- Events and visits -------------------------------------------------------------------------------------------------


def seen(number=1, **change):
    return {"id": f"e{number}", "kind": "view", "occurredAt": "2026-11-01T10:00:00Z", "item": "kettle", **change}


@pytest.fixture
def kettle(shop):
    return ItemFactory(sku="kettle", source=shop)


def test_events_are_stored_once_and_each_says_what_became_of_it(ada, kettle):
    caller(ada).ask(TRACK, events=[seen(1)])

    results = caller(ada).ask(TRACK, events=[seen(1), seen(1, kind="click"), seen(2), seen(3, item="none")])

    outcomes = results["trackEvents"]["results"]
    assert [outcome["index"] for outcome in outcomes] == [0, 1, 2, 3]
    assert [outcome["status"] for outcome in outcomes] == ["ALREADY_STORED", "CONFLICT", "STORED", "REFUSED"]
    assert outcomes[3]["field"] == "item"
    assert list(Event.objects.values_list("identity", "event_id").order_by("id")) == [(ada.pk, "e1"), (ada.pk, "e2")]


@pytest.mark.parametrize(
    "instant", ["2026-11-01T10:00:00Z", "2026-11-01T11:00:00+01:00", "1793527200", "1793527200000"]
)
def test_one_instant_in_any_writing_is_one_event(ada, kettle, instant):
    # 2026-11-01 10:00 UTC is 1,793,527,200 seconds after 1970.
    caller(ada).ask(TRACK, events=[seen(1)])

    (outcome,) = caller(ada).ask(TRACK, events=[seen(1, occurredAt=instant)])["trackEvents"]["results"]

    assert outcome["status"] == "ALREADY_STORED"


def test_a_customer_cannot_send_events_of_somebody_else(ada, cy, kettle):
    (outcome,) = caller(ada).ask(TRACK, events=[seen(1, customer="cy")])["trackEvents"]["results"]

    assert (outcome["status"], outcome["field"]) == ("REFUSED", "customer")
    assert not Event.objects.exists()


def test_the_ids_of_one_customer_are_not_taken_by_another(ada, cy, kettle):
    caller(ada).ask(TRACK, events=[seen(1)])

    (outcome,) = caller(cy).ask(TRACK, events=[seen(1, kind="click")])["trackEvents"]["results"]

    assert outcome["status"] == "STORED"


def test_a_shops_server_says_whose_event_it_is(sam, ada, kettle):
    caller(sam).ask(TRACK, events=[seen(1, customer="ada", value=3.5, session="s", context={"page": "/"})])

    event = Event.objects.get()
    assert (event.identity, event.value, event.session, event.context) == (ada, 3.5, "s", {"page": "/"})


def test_more_events_than_a_batch_holds_are_refused_together(ada, kettle, settings):
    settings.EVENT_BATCH_MAX = 2

    error = caller(ada).refused(TRACK, events=[seen(number) for number in range(3)])

    assert error["extensions"]["field"] == "events"
    assert not Event.objects.exists()


def test_a_new_visitor_gets_a_row_with_the_first_event_only(db, kettle):
    visit = caller().ask("mutation { startVisit { visitor token expiresAt } }")["startVisit"]
    assert not Identity.objects.filter(kind="visitor").exists()

    caller(visit["token"]).ask(TRACK, events=[seen(1)])

    assert Identity.objects.get(kind="visitor").value == visit["visitor"]
    assert Event.objects.get().identity.value == visit["visitor"]
    assert datetime.fromisoformat(visit["expiresAt"]) > datetime.now(UTC) + timedelta(days=300)


def test_after_a_login_the_visit_counts_as_the_customers(ada, kettle):
    visit = caller().ask("mutation { startVisit { visitor token } }")["startVisit"]
    caller(visit["token"]).ask(TRACK, events=[seen(1)])

    linked = caller(ada).ask(LINK, token=visit["token"])
    again = caller(ada).ask(LINK, token=visit["token"])

    assert linked == again == {"linkVisitor": {"customer": {"externalId": "ada"}}}
    assert Event.objects.get().identity.customer == ada.customer


def test_a_visit_of_one_customer_cannot_become_another_ones(ada, cy, vi):
    token = mint_token("visitor", source="browser", subject="vi").token
    caller(ada).ask(LINK, token=token)

    assert caller(cy).refused(LINK, token=token)["extensions"]["code"] == "CONFLICT"


def test_a_customers_token_is_no_visit(ada, cy):
    token = mint_token("customer", source="shop", subject="cy").token

    error = caller(ada).refused(LINK, token=token)

    assert error["message"] == "The token is not a visitor's."


def test_starting_visits_is_limited_by_address_whatever_the_caller_holds(db, settings, vi):
    rates = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": {**rates, "nobody": "2/day"}}
    start = "mutation { startVisit { token } }"
    caller().ask(start)
    token = caller().ask(start)["startVisit"]["token"]

    for person in (None, token, vi):
        error = caller(person).refused(start)
        assert error["extensions"] == {"code": "RATE_LIMITED", "field": None, "retryable": True}
