"""Search by words and by meaning. Encoders are the real ones."""

import pytest
from django.db import connection
from django.test import Client

from marketing.errors import InvalidInput
from marketing.models import Item
from marketing.search import search_items
from marketing.services.item_texts import index_stale
from tests.callers import caller
from tests.factories.marketing import CategoryFactory, ItemFactory
from tests.query_counts import pinned_queries

pytestmark = pytest.mark.django_db

SEARCH = """query($query: String!, $first: Int! = 20, $after: String, $filter: ItemSearchFilter) {
  searchItems(query: $query, first: $first, after: $after, filter: $filter) {
    edges { cursor node { sku title } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""


def in_chinese(title):
    return {"zh": {"title": title}}


@pytest.fixture
def shop_of_five(db):
    """Five items with Chinese names; the kettle is red and a Redwood's, the tent is not on offer."""
    kitchen, outdoor = CategoryFactory(slug="kitchen"), CategoryFactory(slug="outdoor")
    ItemFactory(
        sku="kettle", title="Red kettle", translations=in_chinese("红色水壶"), category=kitchen, brand="Redwood"
    )
    ItemFactory(sku="mug", title="Coffee mug", translations=in_chinese("咖啡杯"), category=kitchen, tags=["gift"])
    ItemFactory(sku="lamp", title="Desk lamp", translations=in_chinese("台灯"))
    ItemFactory(sku="boots", title="Hiking boots", translations=in_chinese("登山靴"), category=outdoor)
    ItemFactory(
        sku="tent", title="Tent for two", translations=in_chinese("双人帐篷"), category=outdoor, available=False
    )
    index_stale()


def found(query, *, who=None, **variables):
    answer = (who or caller()).ask(SEARCH, query=query, **variables)["searchItems"]
    return [edge["node"]["sku"] for edge in answer["edges"]]


@pytest.mark.parametrize(
    ("query", "sku"),
    [
        ("desk lamp", "lamp"),
        ("LAMP", "lamp"),
        ("台灯", "lamp"),
        ("登山靴", "boots"),
        ("redwood", "kettle"),
        ("mug", "mug"),
        ("lamp", "lamp"),
        ("ket", "kettle"),  # the last word may go on
        ("coffee mu", "mug"),
    ],
)
def test_words_find_what_holds_them_in_english_and_chinese(shop_of_five, query, sku):
    assert found(query)[0] == sku


@pytest.mark.parametrize(
    ("query", "sku"),
    [
        ("something to drink espresso from", "mug"),
        ("喝咖啡用的杯子", "mug"),
        ("shoes for the mountains", "boots"),
        ("爬山穿的鞋", "boots"),
        ("light to read by at night", "lamp"),
        ("أحذية للمشي في الجبال", "boots"),  # right to left: hiking shoes
        ("shoes für die 山", "boots"),  # three languages in one
    ],
)
def test_meaning_finds_what_holds_none_of_the_words(shop_of_five, query, sku):
    assert found(query)[0] == sku


def test_what_words_and_meaning_both_find_stands_before_what_one_of_them_finds(shop_of_five):
    # The kettle holds both words and means them; the mug only means something near.
    assert found("red kettle")[0] == "kettle"


def test_the_shops_own_number_finds_its_item_first(shop_of_five):
    ItemFactory(sku="Coffee", title="Grinder")
    index_stale()

    assert found("Coffee")[0] == "Coffee"


@pytest.mark.parametrize("query", ["quantum chromodynamics lattice", "asdfgh qwerty zxcvb"])
def test_what_the_shop_has_nothing_for_finds_nothing(shop_of_five, query):
    assert found(query) == []


@pytest.mark.parametrize("query", ["🎉🎉", "👟", "…", "?!"])
def test_emoji_and_marks_alone_are_no_error(shop_of_five, query):
    assert isinstance(found(query), list)


@pytest.mark.parametrize("query", ["", "   ", "\n\t", "\u3000"])
def test_a_blank_query_is_refused_by_name(shop_of_five, query):
    with pytest.raises(InvalidInput, match=r"^query: words to look for expected, got a blank text"):
        search_items(Item.objects.all(), query=query, first=5)


@pytest.mark.parametrize("query", ["a" * 20_000, "word " * 4_000, "灯" * 20_000])
def test_a_query_of_20_000_characters_is_refused_by_name(shop_of_five, query):
    with pytest.raises(InvalidInput, match=r"^query: at most 500 characters expected, got (20000|19999)"):
        search_items(Item.objects.all(), query=query, first=5)


@pytest.mark.parametrize(
    "query", ["lamp' | 'tent", "lamp & !tent", "lamp:*", "\\", "'", "lamp <-> desk", "%s", "{}", "a\ud800b", "'''"]
)
def test_operators_and_quotes_are_words_or_nothing(shop_of_five, query):
    page = search_items(Item.objects.all(), query=query, first=5)

    assert len(page.rows) <= 5


def test_everybody_finds_only_what_is_offered_and_staff_all(shop_of_five, mia):
    assert "tent" not in found("tent for two")
    assert found("tent for two", who=caller(mia))[0] == "tent"


@pytest.mark.parametrize(
    ("wish", "skus"),
    [
        ({"category": "kitchen"}, {"kettle", "mug"}),
        ({"brand": "Redwood"}, {"kettle"}),
        ({"tag": "gift"}, {"mug"}),
        ({"category": "kitchen", "tag": "gift"}, {"mug"}),
        ({"category": "nowhere"}, set()),
    ],
)
def test_a_filter_narrows_what_is_found(shop_of_five, wish, skus):
    assert set(found("coffee mug or red kettle", filter=wish)) <= skus
    assert set(found("coffee", filter=wish) + found("kettle", filter=wish)) == skus


def test_pages_follow_each_other_without_gaps_or_repeats(db):
    ItemFactory.create_batch(25, title="Desk lamp")
    index_stale()
    whole = found("desk lamp", first=100)

    pages, after = [], None
    while after is None or pages[-1]["pageInfo"]["hasNextPage"]:
        pages.append(caller().ask(SEARCH, query="desk lamp", first=10, after=after)["searchItems"])
        after = pages[-1]["pageInfo"]["endCursor"]

    assert [edge["node"]["sku"] for page in pages for edge in page["edges"]] == whole
    assert [len(page["edges"]) for page in pages] == [10, 10, 5]
    assert [page["pageInfo"]["hasPreviousPage"] for page in pages] == [False, True, True]
    assert len(set(whole)) == 25


@pytest.mark.parametrize("after", ["nonsense", "W10=", "WyJhIiwiYiJd", "é"])
def test_what_is_no_cursor_is_refused_by_name(shop_of_five, after):
    with pytest.raises(InvalidInput, match=r"^after: is no cursor of this list"):
        search_items(Item.objects.all(), query="lamp", first=5, after=after)


@pytest.mark.parametrize("first", [0, 101])
def test_a_page_has_one_to_a_hundred_items(shop_of_five, first):
    assert caller().refused(SEARCH, query="lamp", first=first)["message"].startswith(f"first: is {first}")


def test_a_narrow_filter_still_finds_what_lies_far_away(db):
    """Without going on through the index, its nearest 40 would all be filtered away."""
    for number in range(100):
        ItemFactory(title=f"Desk lamp of series {number}", available=False)
    ItemFactory(sku="light", title="A light")
    index_stale()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")

    assert found("desk lamp") == ["light"]


def test_staff_find_items_by_meaning_and_by_parts_of_words_in_the_admin(shop_of_five, mia):
    browser = Client()
    browser.force_login(mia, backend="django.contrib.auth.backends.ModelBackend")

    def listed(term):
        page = browser.get("/admin/marketing/item/", {"q": term})
        return {item.sku for item in page.context["cl"].result_list}

    assert "boots" in listed("爬山穿的鞋")
    assert "kettle" in listed("ettl")
    assert listed("tent") >= {"tent"}
    assert listed("x" * 600) == set()


def test_the_number_of_queries_is_pinned(shop_of_five):
    asking = caller()

    with pinned_queries("graphql searchItems"):
        asking.ask(SEARCH, query="lamp")
