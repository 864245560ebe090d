import numpy as np
import pytest

from marketing.errors import InvalidInput
from marketing.models import Item
from marketing.selectors import Subject
from recsys import serving
from recsys.serving import Variety
from recsys.serving.diversity import relevance, varied
from tests.factories.marketing import CategoryFactory, EventFactory, ItemFactory

pytestmark = pytest.mark.usefixtures("fresh_process")


def subject(*identities):
    return Subject(tuple(identity.pk for identity in identities), None, True)


def skus(ranked):
    return [item.item.sku for item in ranked.items]


def row(values):
    return np.array(values, np.float32)


def take_all(_place):
    return True


def test_marginal_relevance_weighs_what_is_wanted_against_what_is_like_the_chosen():
    like = row([[1, 0.9, 0.1], [0.9, 1, 0.2], [0.1, 0.2, 1]])

    chosen = varied(row([1, 0.9, 0.5]), like=lambda place: like[place], diversity=0.5, first=3, take=take_all)

    # After 0: place 1 has .5 · .9 - .5 · .9 = 0, place 2 has .5 · .5 - .5 · .1 = .2
    assert chosen == [0, 2, 1]


def test_without_diversity_the_order_is_the_ranking():
    chosen = varied(row([1, 0.9, 0.5]), like=lambda _place: row([1, 1, 1]), diversity=0, first=2, take=take_all)

    assert chosen == [0, 1]


def test_what_is_not_taken_makes_nothing_else_look_alike():
    like = row([[1, 1, 0], [1, 1, 0], [0, 0, 1]])

    chosen = varied(
        row([1, 0.9, 0.5]), like=lambda place: like[place], diversity=0.9, first=2, take=lambda place: place != 0
    )

    assert chosen == [1, 2]


def test_every_source_spans_its_own_part_of_the_scale():
    wanted = relevance([8, 6, 4, 300, 100], [0, 0, 0, 1, 1])

    assert wanted.tolist() == pytest.approx([1, 0.75, 0.5, 0.5, 0])


def test_equal_scores_of_one_source_are_equally_wanted():
    assert relevance([3, 3], [0, 0]).tolist() == [1, 1]


@pytest.fixture
def by_popularity(deploy, vi):
    """Six items, the more popular the earlier: popularity knows no likeness. The first three stand on one shelf."""
    items = [ItemFactory(sku=sku) for sku in "abcdef"]
    seen = ItemFactory()
    deploy([*items, seen], algorithm="popularity", users=np.array([60, 59, 58, 40, 39, 38, 1], np.float32))
    EventFactory(identity=vi, item=seen)
    Item.objects.filter(sku__in="abc").update(category=CategoryFactory(slug="tea"), brand="Acme", tags=["black"])
    Item.objects.filter(sku__in="de").update(category=CategoryFactory(slug="pots"), brand="Zeta")
    return items


def test_a_varied_list_mixes_shelves_where_the_artefact_knows_no_likeness(by_popularity, vi):
    plain = serving.recommend(subject(vi), first=3)
    mixed = serving.recommend(subject(vi), first=3, variety=Variety(diversity=0.7))

    assert skus(plain) == ["a", "b", "c"]
    assert skus(mixed) == ["a", "d", "f"]


def test_the_artefacts_own_likeness_counts_where_it_has_one(deploy, items, vi):
    # a speaks for b, c and d nearly alike; b is like c and not like d.
    weights = np.zeros((6, 6), np.float32)
    weights[0, 1:4] = [0.5, 0.49, 0.45]
    weights[1, 2] = weights[2, 1] = 0.4
    deploy(items, weights)
    EventFactory(identity=vi, item=items[0])

    ranked = serving.recommend(subject(vi), first=3, variety=Variety(diversity=0.5))

    assert skus(ranked) == ["b", "d", "c"]


def test_a_setting_makes_lists_varied_whose_query_says_nothing(by_popularity, vi, settings):
    settings.RECOMMENDATION_DIVERSITY = 0.7

    assert skus(serving.recommend(subject(vi), first=3)) == ["a", "d", "f"]
    assert skus(serving.recommend(subject(vi), first=3, variety=Variety())) == ["a", "b", "c"]


@pytest.mark.parametrize(("diversity", "of_brands"), [(0.0, ["a", "b", "d", "e"]), (0.7, ["a", "d", "f", "e"])])
def test_caps_hold_for_categories_and_brands_and_the_next_best_move_up(diversity, of_brands, by_popularity, vi):
    of_shelf = serving.recommend(subject(vi), first=3, variety=Variety(diversity, max_per_category=1))
    of_brand = serving.recommend(subject(vi), first=4, variety=Variety(diversity, max_per_brand=2))

    assert skus(of_shelf) == ["a", "d", "f"]
    assert skus(of_brand) == of_brands


def test_caps_are_hard_and_a_list_that_gets_shorter_says_so(by_popularity, vi):
    Item.objects.update(brand="Acme")

    ranked = serving.recommend(subject(vi), first=5, variety=Variety(max_per_brand=2))

    assert skus(ranked) == ["a", "b"]
    assert ranked.notes == ("capped",)


def test_caps_leave_room_for_what_the_model_likes_far_less(deploy, vi):
    shelf = CategoryFactory()
    many = ItemFactory.create_batch(300, category=shelf)
    deep, seen = ItemFactory(sku="deep"), ItemFactory()
    deploy([*many, deep, seen], algorithm="popularity", users=np.arange(302, 0, -1).astype(np.float32))
    EventFactory(identity=vi, item=seen)

    ranked = serving.recommend(subject(vi), first=3, variety=Variety(max_per_category=1))

    assert skus(ranked) == [many[0].sku, "deep"]
    assert ranked.notes == ("capped",)


def test_caps_hold_for_what_fills_a_list_up(db):
    for slug in ("tea", "pots"):
        ItemFactory.create_batch(30, category=CategoryFactory(slug=slug))

    ranked = serving.trending(first=10, variety=Variety(max_per_category=3))

    assert len(ranked.items) == 6
    assert {item.item.category_slug for item in ranked.items} == {"tea", "pots"}


@pytest.mark.parametrize(
    ("variety", "field"),
    [
        (Variety(diversity=-0.1), "diversity"),
        (Variety(diversity=1.1), "diversity"),
        (Variety(diversity=float("nan")), "diversity"),
        (Variety(max_per_category=0), "maxPerCategory"),
        (Variety(max_per_brand=101), "maxPerBrand"),
    ],
)
def test_variety_out_of_bounds_is_refused_by_name(variety, field, db):
    with pytest.raises(InvalidInput) as refused:
        serving.trending(first=1, variety=variety)

    assert refused.value.field == field


def test_a_varied_list_takes_two_queries(by_popularity, vi, settings, django_assert_num_queries):
    settings.DEPLOYMENT_CHECK_SECONDS = 60
    serving.recommend(subject(vi), first=3)

    with django_assert_num_queries(2):
        serving.recommend(subject(vi), first=3, variety=Variety(0.5, max_per_category=2))
