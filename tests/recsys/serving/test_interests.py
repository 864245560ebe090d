"""New items near to what somebody is interested in. Vectors lie in one plane, at an angle: two items are as alike as the
cosine of the angle between them, 1 at 0°, .87 at 30°, .71 at 45°, .5 at 60°, 0 at 90°.
"""

import math
from datetime import UTC, datetime, timedelta

import pytest

from marketing.models import Item, ItemEmbedding
from marketing.selectors import Subject
from marketing.tasks import index_items
from recsys import serving
from recsys.models import BoostRule, RecommendationLog
from recsys.serving import Filters, Variety
from recsys.serving.interests import latest, new_places
from recsys.serving.log import list_log
from tests.callers import caller
from tests.factories.marketing import CategoryFactory, EventFactory, ItemFactory
from tests.factories.recsys import BoostRuleFactory, RecommendationLogFactory

pytestmark = pytest.mark.usefixtures("fresh_process")

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
OLD = NOW - 90 * DAY


def subject(*identities):
    return Subject(tuple(identity.pk for identity in identities), None, True)


def placed(angle, *, sku, published_at=None, **values):
    """An item whose text points this way, in degrees."""
    item = ItemFactory(sku=sku, published_at=published_at, **values)
    radians = math.radians(angle)
    vector = [math.cos(radians), math.sin(radians), *[0.0] * 510]
    ItemEmbedding.objects.create(item=item, space="multilingual", vector=vector, text_hash=b"-")
    return item


def skus(ranked):
    return [item.item.sku for item in ranked.items]


def codes(ranked):
    return [item.reason.code for item in ranked.items]


@pytest.fixture
def shelf(db):
    """Thirty old items, the first at 0° and all others at 90°."""
    return [placed(90 if number else 0, sku=f"old-{number}", published_at=OLD) for number in range(30)]


@pytest.fixture
def model(deploy, shelf):
    """Who has the first item is recommended old-1, old-2 … in this order."""
    weights = [[(30 - column) / 30 if row == 0 and column else 0.0 for column in range(30)] for row in range(30)]
    return deploy(shelf, weights)


@pytest.fixture
def interested(model, shelf, vi):
    EventFactory(identity=vi, item=shelf[0])
    return subject(vi)


@pytest.mark.parametrize(
    ("first", "share", "places"),
    [
        (10, 0.1, (9,)),
        (9, 0.1, ()),
        (25, 0.1, (9, 19)),
        (100, 0.1, (9, 19, 29, 39, 49, 59, 69, 79, 89, 99)),
        (10, 0.3, (3, 6, 9)),
        (4, 0.5, (1, 3)),
        (100, 0.0, ()),
    ],
)
def test_new_items_have_the_last_place_of_each_ten_or_as_many_as_the_share_says(first, share, places):
    assert new_places(first, share=share) == places


def test_the_new_item_nearest_to_the_interests_stands_at_the_last_place_of_ten(interested, shelf):
    placed(45, sku="farther")
    near = placed(30, sku="near")

    ranked = serving.recommend(interested, first=10)

    assert skus(ranked) == [*(f"old-{number}" for number in range(1, 10)), "near"]
    new = ranked.items[9]
    assert (new.reason.code, new.reason.because, new.item_id) == ("like_your_interests", shelf[0].pk, near.pk)
    assert new.score == pytest.approx(math.cos(math.radians(30)), abs=1e-4)
    assert new.item.because_title == shelf[0].title
    assert ranked.basis == "personal"
    assert ranked.artefact_id is not None


def test_in_a_list_of_twenty_each_ten_has_its_own(interested):
    placed(45, sku="farther")
    placed(30, sku="near")

    listed = skus(serving.recommend(interested, first=20))

    assert (listed[9], listed[19]) == ("near", "farther")


def test_a_list_of_fewer_than_ten_has_no_place_for_new_ones(interested):
    placed(0, sku="near")

    assert "near" not in skus(serving.recommend(interested, first=9))


def test_without_a_share_nothing_new_is_placed(interested, settings, django_assert_num_queries):
    placed(0, sku="near")
    settings.RECOMMENDATION_NEW_SHARE = 0.0
    settings.DEPLOYMENT_CHECK_SECONDS = 60
    serving.recommend(interested, first=10)

    with django_assert_num_queries(2):
        ranked = serving.recommend(interested, first=10)

    assert "near" not in skus(ranked)


def test_only_something_new_costs_a_query_and_only_where_it_has_a_place(
    interested, settings, django_assert_num_queries
):
    settings.DEPLOYMENT_CHECK_SECONDS = 60

    def takes(queries, *, first):
        latest.forget()
        serving.recommend(interested, first=20)  # what is deployed, new and trending is looked up
        with django_assert_num_queries(queries):
            serving.recommend(interested, first=first)

    takes(2, first=10)
    placed(0, sku="near")
    takes(2, first=9)
    takes(3, first=10)
    takes(3, first=20)


def test_what_is_less_like_the_interests_than_the_floor_is_not_placed(interested):
    placed(61, sku="unlike")  # cosine .48 < .5

    assert codes(serving.recommend(interested, first=10)) == ["because_you"] * 10


@pytest.mark.parametrize(
    "values",
    [
        {"published_at": NOW - 31 * DAY},
        {"published_at": NOW + DAY},
        {"available": False},
        {"expires_at": NOW - DAY},
        {"deleted_at": NOW},
    ],
    ids=["too old", "coming", "not available", "expired", "retired"],
)
def test_what_is_no_longer_new_or_not_on_offer_is_not_placed(interested, values):
    placed(0, sku="near", **values)

    assert "near" not in skus(serving.recommend(interested, first=10))


def test_what_the_artefact_knows_is_its_business(deploy, vi):
    items = [placed(90 if number else 0, sku=f"item-{number}") for number in range(12)]
    near = placed(10, sku="near")
    weights = [[1.0 if row == 0 and 0 < column < 12 else 0.0 for column in range(13)] for row in range(13)]
    deploy([*items, near], weights)
    EventFactory(identity=vi, item=items[0])

    # All are new and known; the model gives “near” nothing.
    assert "near" not in skus(serving.recommend(subject(vi), first=10))


def test_however_much_of_what_is_new_the_artefact_knows_the_rest_is_found(deploy, vi):
    items = [placed(number, sku=f"item-{number}") for number in range(25)]
    weights = [[1.0 if row == 0 and column else 0.0 for column in range(25)] for row in range(25)]
    deploy(items, weights)
    placed(30, sku="near")
    EventFactory(identity=vi, item=items[0])

    # 24 that are nearer are the model's business.
    assert skus(serving.recommend(subject(vi), first=10))[9] == "near"


def test_what_she_met_is_not_placed_again_unless_it_is_asked_for(interested, vi):
    near = placed(10, sku="near")
    EventFactory(identity=vi, item=near)

    assert "near" not in skus(serving.recommend(interested, first=10))
    assert skus(serving.recommend(interested, first=10, exclude_seen=False))[9] == "near"


def test_filters_hold_for_new_items_too(interested, shelf):
    tea = CategoryFactory(slug="tea")
    Item.objects.filter(pk__in=[item.pk for item in shelf]).update(category=tea)
    placed(0, sku="elsewhere")
    placed(30, sku="near", category=tea)

    listed = skus(serving.recommend(interested, first=10, filters=Filters(categories=("tea",))))

    assert listed[9] == "near"
    assert "elsewhere" not in listed


def test_staff_can_leave_a_new_item_out_bring_it_forward_and_pin_it(interested):
    near, farther = placed(30, sku="near"), placed(45, sku="farther")

    BoostRuleFactory(item=farther, action=BoostRule.Action.BOOST, factor=3.0)
    boosted = skus(serving.recommend(interested, first=10))
    BoostRuleFactory(item=farther, action=BoostRule.Action.EXCLUDE)
    excluded = skus(serving.recommend(interested, first=10))
    BoostRuleFactory(item=near, action=BoostRule.Action.PIN, position=1)
    pinned = serving.recommend(interested, first=10)

    assert boosted[9] == "farther"
    assert (excluded[9], "farther" in excluded) == ("near", False)
    assert (skus(pinned)[0], skus(pinned).count("near")) == ("near", 1)
    assert codes(pinned)[0] == "staff_pick"


def test_caps_hold_for_new_items_too(interested, shelf):
    Item.objects.filter(pk__in=[item.pk for item in shelf]).update(brand="Lumo")
    placed(0, sku="near", brand="Fern")

    ranked = serving.recommend(interested, first=10, variety=Variety(max_per_brand=1))

    assert sorted(skus(ranked)) == ["near", "old-1"]


def test_what_was_shown_in_vain_makes_way_for_the_next(interested, vi):
    near, next_one = placed(0, sku="near"), placed(15, sku="next")
    for _list in range(8):
        items = [{"item": str(near.pk), "score": 1.0, "reason": "like_your_interests"}]
        RecommendationLogFactory(identity=vi, items=items, served_at=NOW + timedelta(hours=1))

    # .8^(8 - 2) = .26 of a cosine of 1 is below the floor, and below the other's .97.
    assert skus(serving.recommend(interested, first=10))[9] == next_one.sku


def test_what_she_did_lately_says_more_of_her_interests(model, shelf, vi, settings):
    settings.RECOMMENDATION_INTEREST_DAYS = 10
    EventFactory(identity=vi, item=shelf[0], occurred_at=NOW - 50 * DAY)
    EventFactory(identity=vi, item=shelf[1], occurred_at=NOW)
    placed(0, sku="as before")
    placed(85, sku="as lately")

    # 50 days are five half-lives: the interests point to 1/32 of 0° and all of 90°, some 88°.
    assert skus(serving.recommend(subject(vi), first=10))[9] == "as lately"


def test_what_she_is_against_turns_interests_away(model, shelf, vi):
    against = placed(40, sku="against", published_at=OLD)
    EventFactory(identity=vi, item=shelf[0], kind="purchase")
    EventFactory(identity=vi, item=against, kind="rating", value=1)
    placed(30, sku="towards it")
    placed(-30, sku="away from it")

    assert skus(serving.recommend(subject(vi), first=10))[9] == "away from it"


@pytest.mark.parametrize("exploration", [0.0, 0.5])
def test_a_list_is_as_long_as_it_was_asked_for_and_holds_no_item_twice(interested, settings, exploration):
    settings.RECOMMENDATION_EXPLORATION = exploration
    for angle in range(0, 60, 5):
        placed(angle, sku=f"new-{angle}")

    for first in (1, 9, 10, 11, 25):
        listed = skus(serving.recommend(interested, first=first))

        assert len(listed) == len(set(listed)) == first


def test_the_log_has_the_reason(interested):
    near = placed(0, sku="near")

    serving.recommend(interested, first=10)
    list_log.flush()

    logged = RecommendationLog.objects.get().items[9]
    assert (logged["item"], logged["reason"]) == (str(near.pk), "like_your_interests")


# -- Where no artefact helps -------------------------------------------------------------------------------------------


def test_without_an_artefact_a_list_begins_with_what_is_like_the_interests(shelf, vi):
    EventFactory(identity=vi, item=shelf[0])
    placed(45, sku="farther", published_at=OLD)
    placed(30, sku="near", published_at=OLD)

    ranked = serving.recommend(subject(vi), first=3)

    assert skus(ranked)[:2] == ["near", "farther"]
    assert codes(ranked)[:2] == ["like_your_interests"] * 2
    assert codes(ranked)[2] != "like_your_interests"
    assert (ranked.basis, ranked.artefact_id, ranked.notes) == ("personal", None, ())


def test_a_history_that_the_artefact_does_not_know_is_served_by_interests(model, vi):
    EventFactory(identity=vi, item=placed(200, sku="unknown"))
    placed(190, sku="near", published_at=OLD)

    ranked = serving.recommend(subject(vi), first=5)

    assert (skus(ranked)[0], ranked.items[0].reason.code) == ("near", "like_your_interests")
    assert (ranked.basis, ranked.artefact_id) == ("personal", None)


def test_a_history_without_texts_or_of_dislikes_alone_gets_trends(shelf, vi, ada):
    EventFactory(identity=vi, item=ItemFactory())
    EventFactory(identity=ada, item=shelf[0], kind="rating", value=1)

    for identity in (vi, ada):
        ranked = serving.recommend(subject(identity), first=3)

        assert "like_your_interests" not in codes(ranked)
        assert (ranked.basis, ranked.notes) == ("trending", ("no_model",))


def test_who_did_not_agree_gets_nothing_by_interests(shelf, vi):
    EventFactory(identity=vi, item=shelf[0])
    placed(0, sku="near")

    ranked = serving.recommend(Subject((vi.pk,), None, False), first=3)

    assert "like_your_interests" not in codes(ranked)


# -- From the shop's server to a list and a search ---------------------------------------------------------------------

RECOMMENDATIONS = """query { recommendations(first: 10) { items {
  item { sku } reason { code text because { title } } } } }"""
SEARCH = "query ($query: String!) { searchItems(query: $query) { edges { node { sku } } } }"


def test_an_item_posted_a_moment_ago_is_recommended_and_found_in_two_languages(deploy, ada, sam, shop):
    titles = ["Trekking tent", *(f"Kettle number {number}" for number in range(11))]
    items = [ItemFactory(sku=title, title=title, published_at=OLD) for title in titles]
    weights = [[1.0 if row == 0 and column else 0.0 for column in range(12)] for row in range(12)]
    deploy(items, weights)
    EventFactory(identity=ada, item=items[0], kind="purchase")

    posted = caller(sam).post(
        "/api/items",
        [{"sku": "dome", "title": "Dome tent for two", "translations": {"zh": {"title": "双人露营帐篷"}}}],
    )
    index_items()

    assert posted.json()["counts"] == {"created": 1}
    entry = caller(ada).ask(RECOMMENDATIONS)["recommendations"]["items"][9]
    assert entry["item"]["sku"] == "dome"
    assert entry["reason"] == {
        "code": "LIKE_YOUR_INTERESTS",
        "text": "like Trekking tent, which you were interested in",
        "because": {"title": "Trekking tent"},
    }
    for query in ("tent", "somewhere to sleep outdoors", "帐篷", "露营睡觉的地方"):
        found = [edge["node"]["sku"] for edge in caller().ask(SEARCH, query=query)["searchItems"]["edges"]]
        assert "dome" in found[:2], query
