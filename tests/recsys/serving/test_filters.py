"""Vi has viewed a; the artefact ranks b, c, d, e, f for her, in this order (see `chain`)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from marketing.errors import InvalidInput
from marketing.models import Item
from marketing.selectors import Subject
from recsys import serving
from recsys.serving import Filters, PriceRange
from tests.factories.marketing import CategoryFactory, EventFactory, ItemFactory

pytestmark = pytest.mark.usefixtures("fresh_process")

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


def subject(*identities):
    return Subject(tuple(identity.pk for identity in identities), None, True)


def skus(ranked):
    return [item.item.sku for item in ranked.items]


def change(sku, **values):
    Item.objects.filter(sku=sku).update(**values)


@pytest.fixture
def viewed(chain, items, vi):
    EventFactory(identity=vi, item=items[0])
    return items


@pytest.fixture
def ask(vi, viewed):
    def recommend(first=10, **filters):
        return serving.recommend(subject(vi), first=first, filters=Filters(**filters))

    return recommend


def test_of_several_categories_come_items_of_any_and_of_those_below(ask):
    tea, coffee, pots = CategoryFactory(slug="tea"), CategoryFactory(slug="coffee"), CategoryFactory(slug="pots")
    green = CategoryFactory(slug="green", parent=CategoryFactory(slug="fine", parent=tea))
    for sku, shelf in {"b": pots, "c": green, "d": coffee, "e": tea}.items():
        change(sku, category=shelf)

    assert skus(ask(categories=["tea", "coffee"])) == ["c", "d", "e"]
    assert skus(ask(categories=["green"])) == ["c"]


def test_of_several_brands_come_items_of_any(ask):
    change("c", brand="Acme")
    change("e", brand="Zeta")
    change("f", brand="acme")

    assert skus(ask(brands=["Acme", "Zeta", "nobody's"])) == ["c", "e"]


def test_tags_are_asked_for_by_any_or_by_all(ask):
    change("b", tags=["red", "small"])
    change("c", tags=["red"])
    change("d", tags=["small", "blue"])

    assert skus(ask(tags_any=["red", "blue"])) == ["b", "c", "d"]
    assert skus(ask(tags_all=["red", "small"])) == ["b"]
    assert skus(ask(tags_any=["blue"], tags_all=["small"])) == ["d"]


def test_a_price_range_holds_both_bounds_in_its_currency_and_nothing_without_a_price(ask):
    for sku, price, currency in [("b", "5", "EUR"), ("c", "10", "EUR"), ("d", "7", "USD"), ("e", "10.01", "EUR")]:
        change(sku, price=Decimal(price), currency=currency)
    change("f", price=None, currency="")

    between = ask(price=PriceRange("EUR", lowest=Decimal(5), highest=Decimal(10)))
    from_below = ask(price=PriceRange("EUR", highest=Decimal("9.99")))
    from_above = ask(price=PriceRange("EUR", lowest=Decimal("10.005")))

    assert (skus(between), skus(from_below), skus(from_above)) == (["b", "c"], ["b"], ["e"])


def test_what_is_sold_out_comes_only_when_it_is_asked_for_and_what_is_retired_never(ask):
    change("b", available=False)
    change("c", deleted_at=NOW)
    change("d", published_at=NOW + DAY)
    change("e", available=False, expires_at=NOW - DAY)

    assert skus(ask()) == ["f"]
    assert skus(ask(sold_out_too=True)) == ["b", "f"]


def test_ids_and_skus_are_left_out(ask, items):
    assert skus(ask(leave_out=[items[1].pk], leave_out_skus=["d", "no such"])) == ["c", "e", "f"]


def test_published_since_counts_from_when_an_item_was_made_where_nothing_else_is_known(ask):
    change("b", published_at=NOW - 3 * DAY)
    change("c", published_at=NOW - DAY)
    change("d", published_at=None, created_at=NOW - 3 * DAY)
    change("e", published_at=None, created_at=NOW - DAY)
    change("f", published_at=NOW - 2 * DAY)

    assert skus(ask(published_since=NOW - 2 * DAY)) == ["c", "e", "f"]


def test_parts_of_a_filter_narrow_each_other(ask):
    change("b", brand="Acme", tags=["red"])
    change("c", brand="Acme")
    change("d", tags=["red"])

    assert skus(ask(brands=["Acme"], tags_any=["red"])) == ["b"]


def test_a_narrow_filter_is_ranked_by_the_model_however_deep_its_items_stand(deploy, vi):
    many = ItemFactory.create_batch(400)
    shelf = CategoryFactory(slug="deep")
    deep = [ItemFactory(sku=sku, category=shelf) for sku in ("third", "first", "second")]
    first = ItemFactory(category=shelf)
    # `first` speaks for the 400 with 400, 399, … and for the deep ones with .1, .3 and .2.
    weights = np.zeros((404, 404), np.float32)
    weights[403, :400] = np.arange(400, 0, -1)
    weights[403, 400:403] = [0.1, 0.3, 0.2]
    deploy([*many, *deep, first], weights)
    EventFactory(identity=vi, item=first)

    ranked = serving.recommend(subject(vi), first=3, filters=Filters(categories=["deep"]))

    assert skus(ranked) == ["first", "second", "third"]
    assert {item.reason.code for item in ranked.items} == {"because_you"}


def test_behind_a_narrow_filter_trends_are_found_however_deep_they_stand(cy, settings, django_assert_num_queries):
    settings.DEPLOYMENT_CHECK_SECONDS = 60
    items = ItemFactory.create_batch(40)
    for hours, item in enumerate(items):
        EventFactory(identity=cy, item=item, occurred_at=NOW - timedelta(hours=hours))
    Item.objects.filter(pk__in=[items[37].pk, items[39].pk]).update(brand="Deep")
    serving.trending(first=2)

    with django_assert_num_queries(3):  # the first ones, what has the brand, and of it what trends
        ranked = serving.trending(first=2, filters=Filters(brands=["Deep"]))

    assert skus(ranked) == [items[37].sku, items[39].sku]
    assert [item.reason.code for item in ranked.items] == ["trending", "trending"]


def test_what_fills_a_list_up_obeys_the_filter_too(ask, cy):
    trending, other = ItemFactory(sku="trending", brand="Acme"), ItemFactory(sku="other")
    ItemFactory(sku="new", brand="Acme"), ItemFactory(sku="new too")
    for item in (trending, other):
        EventFactory(identity=cy, item=item)
    change("d", brand="Acme")

    ranked = ask(brands=["Acme"])

    assert [(item.item.sku, item.reason.code) for item in ranked.items] == [
        *[("d", "because_you"), ("trending", "trending"), ("new", "new")],
    ]
    assert ranked.notes == ("all_matching",)


@pytest.mark.parametrize(
    "filters", [{"brands": ["nobody's"]}, {"tags_all": ["no", "such"]}, {"leave_out_skus": "bcdef"}]
)
def test_a_filter_that_leaves_nothing_gives_an_empty_list_that_says_so(filters, ask):
    ranked = ask(**filters)

    assert (ranked.items, "nothing_matches" in ranked.notes) == ((), True)


def test_similar_and_trending_lists_are_filtered_too(viewed, cy):
    for item in viewed:
        EventFactory(identity=cy, item=item)
    change("c", brand="Acme")
    change("e", brand="Acme")
    filters = Filters(brands=["Acme"])

    similar = serving.similar_items(viewed[0].pk, first=10, filters=filters)
    trending = serving.trending(first=10, filters=filters)

    assert skus(similar) == ["c", "e"]
    assert set(skus(trending)) == {"c", "e"}


REFUSED = {
    "filter.categories": {"categories": ["no such shelf"]},
    "filter.brands": {"brands": [str(number) for number in range(51)]},
    "filter.tagsAny": {"tags_any": [""]},
    "filter.tagsAll": {"tags_all": ["x" * 65]},
    "filter.price": {"price": PriceRange("EUR", lowest=Decimal(10), highest=Decimal(5))},
    "filter.price.currency": {"price": PriceRange("euros", lowest=Decimal(1))},
    "filter.price.min": {"price": PriceRange("EUR", lowest=Decimal(-1))},
    "filter.price.max": {"price": PriceRange("EUR", highest=Decimal("NaN"))},
    "filter.publishedSince": {"published_since": datetime(2026, 5, 1)},  # noqa: DTZ001 - without an offset
    "filter.leaveOutIds": {"leave_out": [Item().pk] * 201},
    "filter.leaveOutSkus": {"leave_out_skus": [" "]},
}


@pytest.mark.parametrize("field", REFUSED)
def test_what_can_not_be_a_filter_is_refused_by_name(field, ask):
    with pytest.raises(InvalidInput) as refused:
        ask(**REFUSED[field])

    assert refused.value.field == field


def test_the_category_that_nobody_knows_is_named(ask):
    CategoryFactory(slug="tea")

    with pytest.raises(InvalidInput, match="no category has the slug “coffe”"):
        ask(categories=["tea", "coffe"])


def test_a_filtered_list_takes_two_queries_and_one_more_for_categories(viewed, vi, settings, django_assert_num_queries):
    shelf = CategoryFactory(slug="all")
    Item.objects.update(category=shelf, brand="Acme")
    settings.DEPLOYMENT_CHECK_SECONDS = 60
    serving.recommend(subject(vi), first=3)

    with django_assert_num_queries(2):
        serving.recommend(subject(vi), first=3, filters=Filters(brands=["Acme"]))
    with django_assert_num_queries(3):
        ranked = serving.recommend(subject(vi), first=3, filters=Filters(categories=["all"]))

    assert skus(ranked) == ["b", "c", "d"]
