"""The artefact ranks b, c and d for Ada, who has bought a."""

import base64
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from marketing.models import Item
from recsys.models import RecommendationLog
from recsys.serving.log import list_log
from tests.callers import caller
from tests.factories.marketing import CategoryFactory, EventFactory, ItemFactory
from tests.factories.recsys import BoostRuleFactory
from tests.query_counts import pinned_queries

pytestmark = pytest.mark.usefixtures("fresh_process")

WISHES = """$first: Int! = 10, $placement: String, $filter: RecommendationFilter, $diversity: Float,
            $maxPerCategory: Int, $maxPerBrand: Int"""
ARGUMENTS = """first: $first, placement: $placement, filter: $filter, diversity: $diversity,
               maxPerCategory: $maxPerCategory, maxPerBrand: $maxPerBrand"""
LISTED = "{ notes items { item { sku } reason { code text } } }"
RECOMMENDATIONS = f"query ({WISHES}) {{ recommendations({ARGUMENTS}) {LISTED} }}"
SIMILAR = f'query ({WISHES}) {{ similarItems(item: {{sku: "a"}}, {ARGUMENTS}) {LISTED} }}'
TRENDING = f"query ({WISHES}) {{ trending({ARGUMENTS}) {LISTED} }}"
EVERY_LIST = {"recommendations": RECOMMENDATIONS, "similarItems": SIMILAR, "trending": TRENDING}


def skus(answer):
    return [item["item"]["sku"] for item in answer["items"]]


@pytest.fixture
def items(db):
    return [ItemFactory(sku=sku) for sku in "abcd"]


@pytest.fixture
def asking(deploy, items, ada):
    deploy(items, [[0, 0.5, 0.4, 0.3], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])
    EventFactory(identity=ada, item=items[0], kind="purchase")
    return caller(ada)


def test_every_part_of_a_filter_is_asked_for_by_its_name(asking, items):
    shelf = CategoryFactory(slug="tea")
    Item.objects.update(
        category=shelf, brand="Acme", tags=["red", "small"], price=Decimal(5), currency="EUR", available=False
    )
    wanted = {
        "categories": ["tea"],
        "brands": ["Acme", "Zeta"],
        "tagsAny": ["red", "blue"],
        "tagsAll": ["red", "small"],
        "price": {"currency": "EUR", "min": "4.99", "max": "5"},
        "soldOut": True,
        "leaveOutSkus": ["b"],
        "leaveOutIds": [base64.b64encode(f"Item:{items[2].pk}".encode()).decode()],
        "publishedSince": (timezone.now() - timedelta(days=1)).isoformat(),
    }

    answer = asking.ask(RECOMMENDATIONS, filter=wanted)["recommendations"]

    assert skus(answer) == ["d"]
    assert answer["notes"] == ["ALL_MATCHING"]


@pytest.mark.parametrize("name", EVERY_LIST)
def test_a_filter_that_leaves_nothing_gives_an_empty_list_that_says_so(name, asking):
    answer = asking.ask(EVERY_LIST[name], filter={"brands": ["nobody's"]})[name]

    assert answer["items"] == []
    assert "NOTHING_MATCHES" in answer["notes"]


def test_a_filter_without_parts_is_none(asking):
    empty = {"categories": [], "leaveOutIds": [], "tagsAny": None}

    answers = [asking.ask(RECOMMENDATIONS, first=3, filter=given)["recommendations"] for given in (None, {}, empty)]

    assert [(skus(answer), answer["notes"]) for answer in answers] == [(["b", "c", "d"], [])] * 3


REFUSED = {
    "filter.categories": {"filter": {"categories": ["no such shelf"]}},
    "filter.price": {"filter": {"price": {"currency": "EUR", "min": "10", "max": "5"}}},
    "filter.price.currency": {"filter": {"price": {"currency": "EURO"}}},
    "filter.brands": {"filter": {"brands": ["x"] * 51}},
    "filter.leaveOutIds": {"filter": {"leaveOutIds": [base64.b64encode(b"Customer:1").decode()]}},
    "filter.publishedSince": {"filter": {"publishedSince": "2026-05-01T12:00:00"}},
    "diversity": {"diversity": 1.5},
    "maxPerCategory": {"maxPerCategory": 0},
    "maxPerBrand": {"maxPerBrand": 1000},
    "placement": {"placement": "x" * 65},
}


@pytest.mark.parametrize("name", EVERY_LIST)
@pytest.mark.parametrize("field", REFUSED)
def test_what_a_list_can_not_be_made_by_is_refused_by_name(field, name, asking):
    error = asking.refused(EVERY_LIST[name], **REFUSED[field])

    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("INVALID_INPUT", field)


@pytest.mark.parametrize("name", EVERY_LIST)
def test_caps_shorten_a_list_and_the_notes_say_so(name, asking):
    Item.objects.update(brand="Acme")

    answer = asking.ask(EVERY_LIST[name], maxPerBrand=2)[name]

    assert (len(answer["items"]), answer["notes"]) == (2, ["CAPPED"])


@pytest.mark.parametrize("name", EVERY_LIST)
def test_what_staff_pinned_in_a_placement_is_shown_there_as_their_pick(name, asking, items):
    BoostRuleFactory(action="pin", item=items[3], placement="home")

    home = asking.ask(EVERY_LIST[name], placement="home")[name]
    elsewhere = asking.ask(EVERY_LIST[name])[name]
    list_log.flush()

    assert home["items"][0] == {"item": {"sku": "d"}, "reason": {"code": "STAFF_PICK", "text": "our pick"}}
    assert "STAFF_PICK" not in {item["reason"]["code"] for item in elsewhere["items"]}
    assert set(RecommendationLog.objects.values_list("placement", flat=True)) == {"home", ""}


@pytest.mark.parametrize("first", [10, 50])
def test_the_number_of_queries_of_a_list_with_all_wishes_is_pinned(first, asking, items, deploy, settings):
    many = ItemFactory.create_batch(60, brand="Acme", category=CategoryFactory(slug="tea"))
    weights = [[1.0 if row == 0 and column else 0.0 for column in range(61)] for row in range(61)]
    deploy([items[0], *many], weights)
    BoostRuleFactory(action="pin", item=many[9], position=1)
    BoostRuleFactory(action="exclude", item=None, tag="red")
    settings.DEPLOYMENT_CHECK_SECONDS = 60
    wishes = {
        "first": first,
        "placement": "home",
        "diversity": 0.5,
        "maxPerBrand": 100,
        "maxPerCategory": 100,
        "filter": {"brands": ["Acme"], "categories": ["tea"]},
    }
    asking.ask(RECOMMENDATIONS, **wishes)

    with pinned_queries("graphql recommendations with all wishes"):
        answer = asking.ask(RECOMMENDATIONS, **wishes)

    assert len(answer["recommendations"]["items"]) == first
