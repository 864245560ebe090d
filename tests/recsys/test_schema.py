import base64
import re
from typing import get_args

import pytest

from marketing.models import ApiKey, Item
from marketing.services.keys import create_api_key
from marketing.services.merges import merge_customers, undo_merge
from recsys.models import RecommendationLog
from recsys.schema.types import ReasonCode, RecommendationNote
from recsys.serving import lists
from recsys.serving.lists import NoteCode
from recsys.serving.log import list_log
from tests.callers import caller
from tests.factories.marketing import ConsentFactory, EventFactory, ItemFactory
from tests.query_counts import pinned_queries

pytestmark = pytest.mark.usefixtures("fresh_process")

RECOMMENDATIONS = """
query ($customer: CustomerRef, $first: Int! = 10, $placement: String, $excludeSeen: Boolean! = true) {
  recommendations(customer: $customer, first: $first, placement: $placement, excludeSeen: $excludeSeen) {
    id basis notes note
    items { rank score item { id sku title } reason { code kind text because { id title } } }
  }
}
"""
SIMILAR = """
query ($item: ItemRef!, $first: Int! = 10) {
  similarItems(item: $item, first: $first) { basis note items { item { sku } reason { code text } } }
}
"""
TRENDING = "query ($first: Int! = 10) { trending(first: $first) { basis note items { item { sku } reason { text } } } }"

TOGETHER = """
query ($item: ItemRef!, $first: Int! = 10) {
  boughtTogether(item: $item, first: $first) {
    basis notes items { item { sku } reason { code text because { title } } }
  }
}
"""
VIEWED = """
query ($customer: CustomerRef, $first: Int! = 10) {
  recentlyViewed(customer: $customer, first: $first) {
    basis notes note items { rank item { sku } reason { code text } }
  }
}
"""


def global_id(type_name, row):
    return base64.b64encode(f"{type_name}:{row.pk}".encode()).decode()


def skus(answer):
    return [item["item"]["sku"] for item in answer["items"]]


@pytest.fixture
def items(db):
    return [ItemFactory(sku=sku, title=sku.upper()) for sku in "abc"]


@pytest.fixture
def served(deploy, items):
    """An artefact in which a speaks for b with .5 and for c with .25."""
    return deploy(items, [[0, 0.5, 0.25], [0, 0, 0], [0, 0, 0]])


def test_a_customer_gets_her_own_list_with_reasons(served, items, ada):
    EventFactory(identity=ada, item=items[0], kind="purchase")

    answer = caller(ada).ask(RECOMMENDATIONS, first=2)["recommendations"]

    assert (answer["basis"], answer["notes"], answer["note"]) == ("PERSONAL", [], "")
    assert answer["items"] == [
        {
            "rank": 1,
            "score": 2.5,
            "item": {"id": global_id("Item", items[1]), "sku": "b", "title": "B"},
            "reason": {
                "code": "BECAUSE_YOU",
                "kind": "purchase",
                "text": "because you bought A",
                "because": {"id": global_id("Item", items[0]), "title": "A"},
            },
        },
        {
            "rank": 2,
            "score": 1.25,
            "item": {"id": global_id("Item", items[2]), "sku": "c", "title": "C"},
            "reason": {
                "code": "BECAUSE_YOU",
                "kind": "purchase",
                "text": "because you bought A",
                "because": {"id": global_id("Item", items[0]), "title": "A"},
            },
        },
    ]


def test_a_visitor_gets_a_list_from_her_own_events(served, items, vi):
    EventFactory(identity=vi, item=items[0])

    answer = caller(vi).ask(RECOMMENDATIONS)["recommendations"]

    assert (answer["basis"], skus(answer)) == ("PERSONAL", ["b", "c"])


def test_nobody_gets_what_is_trending_and_is_told_so(served, items, cy):
    EventFactory(identity=cy, item=items[2])

    answer = caller().ask(RECOMMENDATIONS, first=1)["recommendations"]

    assert (answer["basis"], skus(answer), answer["notes"]) == ("TRENDING", ["c"], ["NOBODY"])
    assert "trending" in answer["note"]
    assert answer["items"][0]["reason"] == {"code": "TRENDING", "kind": None, "text": "trending now", "because": None}


def test_who_refuses_personalisation_is_told_why_the_list_is_not_personal(served, items, ada):
    EventFactory(identity=ada, item=items[0])
    ConsentFactory(identity=ada, granted=False)

    answer = caller(ada).ask(RECOMMENDATIONS)["recommendations"]

    assert answer["basis"] == "TRENDING"
    assert "switched off" in answer["note"]


@pytest.mark.parametrize("reference", ["id", "externalId"])
def test_a_shops_server_asks_for_any_customer(reference, served, items, ada, sam):
    EventFactory(identity=ada, item=items[0])
    value = global_id("Customer", ada.customer) if reference == "id" else "ada"

    answer = caller(sam).ask(RECOMMENDATIONS, customer={reference: value})["recommendations"]

    assert (answer["basis"], skus(answer)) == ("PERSONAL", ["b", "c"])


def test_staff_who_may_see_customers_ask_for_any_of_them(served, items, ada, mia):
    EventFactory(identity=ada, item=items[0])

    answer = caller(mia).ask(RECOMMENDATIONS, customer={"externalId": "ada"})["recommendations"]

    assert skus(answer) == ["b", "c"]


@pytest.mark.parametrize("who", ["cy", "vi", "kim"])
def test_others_may_not_name_a_customer(who, served, ada, request):
    error = caller(request.getfixturevalue(who)).refused(RECOMMENDATIONS, customer={"externalId": "ada"})

    assert error["extensions"]["code"] == "FORBIDDEN"


def test_a_key_without_the_scope_may_not_name_a_customer(served, ada, shop):
    _row, secret = create_api_key(source=shop, name="events only", scopes=[ApiKey.Scope.EVENTS_WRITE])

    error = caller(secret).refused(RECOMMENDATIONS, customer={"externalId": "ada"})

    assert error["extensions"]["code"] == "FORBIDDEN"


def test_nobody_in_particular_may_not_name_a_customer(served, ada):
    error = caller().refused(RECOMMENDATIONS, customer={"externalId": "ada"})

    assert error["extensions"]["code"] == "UNAUTHENTICATED"


def test_seen_items_come_back_when_they_are_asked_for(served, items, ada):
    EventFactory(identity=ada, item=items[0])
    EventFactory(identity=ada, item=items[1])

    unseen = caller(ada).ask(RECOMMENDATIONS)["recommendations"]
    everything = caller(ada).ask(RECOMMENDATIONS, excludeSeen=False)["recommendations"]

    assert skus(unseen) == ["c"]
    assert set(skus(everything)) == {"a", "b", "c"}


def test_whoever_has_seen_everything_is_told_so(served, items, ada):
    for item in items:
        EventFactory(identity=ada, item=item)

    answer = caller(ada).ask(RECOMMENDATIONS)["recommendations"]

    assert answer["items"] == []
    assert "seen already" in answer["note"]


@pytest.mark.parametrize("operation", [RECOMMENDATIONS, TRENDING, VIEWED])
@pytest.mark.parametrize("first", [0, -5, 101])
def test_a_length_out_of_bounds_is_refused_by_name(operation, first, db):
    error = caller().refused(operation, first=first)

    assert error["extensions"]["field"] == "first"
    assert re.search("1 to 100", error["message"])


def test_a_placement_that_is_too_long_is_refused_by_name(db):
    error = caller().refused(RECOMMENDATIONS, placement="x" * 65)

    assert error["extensions"]["field"] == "placement"


def test_a_list_is_logged_under_the_id_that_was_given_out(served, items, ada):
    EventFactory(identity=ada, item=items[0])

    answer = caller(ada).ask(RECOMMENDATIONS, placement="home")["recommendations"]
    list_log.flush()

    row = RecommendationLog.objects.get(list_id=answer["id"])
    assert (row.identity_id, row.placement, row.artefact_id) == (ada.pk, "home", served.pk)
    assert [entry["item"] for entry in row.items] == [str(items[1].pk), str(items[2].pk)]


@pytest.mark.parametrize("reference", ["id", "sku"])
def test_similar_items_are_asked_for_by_id_or_sku(reference, served, items):
    value = global_id("Item", items[0]) if reference == "id" else "a"

    answer = caller().ask(SIMILAR, item={reference: value}, first=2)["similarItems"]

    assert (answer["basis"], skus(answer)) == ("SIMILAR", ["b", "c"])
    assert answer["items"][0]["reason"] == {"code": "SIMILAR_ITEM", "text": "similar to A"}


def test_similar_items_of_an_unknown_item_are_not_found(db):
    gone = ItemFactory()
    reference = global_id("Item", gone)
    Item.objects.filter(pk=gone.pk).delete()

    for item in ({"id": reference}, {"sku": "no such"}):
        error = caller().refused(SIMILAR, item=item)
        assert error["extensions"]["code"] == "NOT_FOUND"
        assert error["message"].startswith("item")


def test_an_id_that_is_none_of_an_item_is_refused_by_name(db, ada):
    error = caller().refused(SIMILAR, item={"id": global_id("Customer", ada.customer)})

    assert error["extensions"]["field"] == "item.id"


@pytest.fixture
def baskets(items, cy, ada):
    """Two orders of a and c."""
    for number, person in enumerate((cy, ada)):
        for item in (items[0], items[2]):
            EventFactory(identity=person, item=item, kind="purchase", payload={"order": f"A{number}"})


def test_what_is_bought_together_comes_before_what_is_similar_each_with_its_reason(served, items, baskets):
    answer = caller().ask(TOGETHER, item={"sku": "a"}, first=2)["boughtTogether"]

    assert (answer["basis"], answer["notes"], skus(answer)) == ("TOGETHER", [], ["c", "b"])
    assert [item["reason"] for item in answer["items"]] == [
        {"code": "BOUGHT_TOGETHER", "text": "often bought with A", "because": {"title": "A"}},
        {"code": "SIMILAR_ITEM", "text": "similar to A", "because": {"title": "A"}},
    ]


def test_the_queries_for_companions_are_pinned(served, items, baskets, vi, settings):
    settings.DEPLOYMENT_CHECK_SECONDS = 60
    asking = caller(vi)
    asking.ask(TOGETHER, item={"sku": "a"})

    with pinned_queries("graphql bought together"):
        asking.ask(TOGETHER, item={"sku": "a"})


def test_a_customer_finds_back_what_she_viewed(items, ada):
    for item in items[:2]:
        EventFactory(identity=ada, item=item)

    answer = caller(ada).ask(VIEWED)["recentlyViewed"]

    assert (answer["basis"], answer["notes"], skus(answer)) == ("VIEWED", [], ["b", "a"])
    assert answer["items"][0]["reason"] == {"code": "RECENTLY_VIEWED", "text": "viewed lately"}


def test_a_shops_server_asks_what_a_customer_viewed(items, ada, sam):
    EventFactory(identity=ada, item=items[0])

    answer = caller(sam).ask(VIEWED, customer={"externalId": "ada"})["recentlyViewed"]

    assert skus(answer) == ["a"]


@pytest.mark.parametrize("who", ["cy", "vi", "kim"])
def test_others_may_not_ask_what_a_customer_viewed(who, items, ada, request):
    error = caller(request.getfixturevalue(who)).refused(VIEWED, customer={"externalId": "ada"})

    assert error["extensions"]["code"] == "FORBIDDEN"


def test_who_refuses_personalisation_gets_an_empty_list_of_what_she_viewed(items, ada):
    EventFactory(identity=ada, item=items[0])
    ConsentFactory(identity=ada, granted=False)

    answer = caller(ada).ask(VIEWED)["recentlyViewed"]

    assert (answer["notes"], answer["items"]) == (["NOT_PERSONAL"], [])
    assert "switched off" in answer["note"]
    assert "trending" not in answer["note"]


def test_the_queries_for_what_was_viewed_are_pinned(items, ada, settings):
    settings.DEPLOYMENT_CHECK_SECONDS = 60
    for item in items:
        EventFactory(identity=ada, item=item)
    asking = caller(ada)
    asking.ask(VIEWED)

    with pinned_queries("graphql recently viewed"):
        asking.ask(VIEWED)


def test_trending_items_are_the_same_for_everybody(served, items, ada, cy):
    EventFactory(identity=cy, item=items[2], kind="purchase")
    EventFactory(identity=cy, item=items[0])

    hers, nobodys = caller(ada).ask(TRENDING, first=2)["trending"], caller().ask(TRENDING, first=2)["trending"]

    assert hers == nobodys
    assert (hers["basis"], skus(hers)) == ("TRENDING", ["c", "a"])


@pytest.mark.parametrize("unknown", [0, 5])
@pytest.mark.parametrize("first", [10, 50])
def test_the_number_of_queries_is_pinned_whatever_the_length(first, unknown, deploy, ada, settings):
    items = ItemFactory.create_batch(60)
    weights = [[1.0 if row == 0 and column else 0.0 for column in range(60)] for row in range(60)]
    deploy(items, weights)
    ItemFactory.create_batch(unknown)
    EventFactory(identity=ada, item=items[0])
    settings.DEPLOYMENT_CHECK_SECONDS = 60
    asking = caller(ada)
    asking.ask(RECOMMENDATIONS, first=first)

    with pinned_queries("graphql recommendations" + (" with new items" if unknown else "")):
        answer = asking.ask(RECOMMENDATIONS, first=first)

    assert len(answer["recommendations"]["items"]) == first


@pytest.mark.parametrize(("shown", "inside"), [(RecommendationNote, NoteCode), (ReasonCode, lists.ReasonCode)])
def test_every_code_that_serving_gives_can_be_shown(shown, inside):
    assert {member.value for member in shown} == set(get_args(inside))


SET_CONSENT = """
mutation ($granted: Boolean!) { setConsent(purpose: PERSONALISATION, granted: $granted) { consents { granted } } }
"""


@pytest.mark.parametrize("who", ["ada", "vi"])
def test_the_next_list_follows_what_a_person_said_about_personalisation(who, served, items, request):
    person = request.getfixturevalue(who)
    EventFactory(identity=person, item=items[0])
    asking = caller(person)

    lists_given = []
    for granted in (False, True):
        asking.ask(SET_CONSENT, granted=granted)
        lists_given.append(asking.ask(RECOMMENDATIONS)["recommendations"])

    refused, agreed = lists_given
    assert refused["basis"] == "TRENDING"
    assert "NOT_PERSONAL" in refused["notes"]
    assert "switched off" in refused["note"]
    assert (agreed["basis"], skus(agreed)) == ("PERSONAL", ["b", "c"])
    assert "NOT_PERSONAL" not in agreed["notes"]


def test_two_customers_who_are_merged_get_lists_from_what_both_did_until_it_is_undone(served, items, ada, cy, sam):
    EventFactory(identity=ada, item=items[0])
    merge = merge_customers(kept=cy.customer, merged=ada.customer, user=None)

    def list_of(name):
        return caller(sam).ask(RECOMMENDATIONS, customer={"externalId": name})["recommendations"]

    merged = [list_of("ada"), list_of("cy"), caller(ada).ask(RECOMMENDATIONS)["recommendations"]]
    undo_merge(merge=merge, user=None)

    assert [(answer["basis"], skus(answer)) for answer in merged] == [("PERSONAL", ["b", "c"])] * 3
    assert skus(list_of("ada")) == ["b", "c"]
    assert list_of("cy")["basis"] == "TRENDING"
