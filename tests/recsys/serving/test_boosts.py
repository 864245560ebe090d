"""Vi has viewed a; the artefact gives b .5, c .4, d .3, e .2 and f .1 for her (see `chain`)."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from marketing.models import Item
from marketing.selectors import Subject
from recsys import serving
from recsys.models import BoostRule
from recsys.serving import Filters
from recsys.serving.boosts import multiplied, rule_book
from tests.factories.marketing import CategoryFactory, EventFactory, ItemFactory
from tests.factories.recsys import BoostRuleFactory

pytestmark = pytest.mark.usefixtures("fresh_process")

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


def subject(*identities):
    return Subject(tuple(identity.pk for identity in identities), None, True)


def skus(ranked):
    return [item.item.sku for item in ranked.items]


@pytest.fixture
def ask(chain, items, vi):
    EventFactory(identity=vi, item=items[0])
    return lambda first=5, **wishes: serving.recommend(subject(vi), first=first, **wishes)


def rule(action, target=None, **said):
    """A rule for an item, unless another target is said."""
    return BoostRuleFactory(action=action, item=target, **said)


def test_a_factor_multiplies_the_score(ask, items):
    rule("boost", items[3], factor=3)

    ranked = ask()

    # d: .3 · 3 = .9
    assert skus(ranked) == ["d", "b", "c", "e", "f"]
    assert ranked.items[0].score == pytest.approx(0.9)


def test_moving_down_divides(ask, items):
    rule("bury", items[1], factor=4)

    ranked = ask()

    # b has .5 / 4 = .125 now.
    assert skus(ranked) == ["c", "d", "e", "b", "f"]


def test_several_rules_for_one_item_multiply(ask, items):
    rule("boost", items[3], factor=6)
    rule("bury", items[3], factor=4)

    # d: .3 · 6 / 4 = .45
    assert skus(ask()) == ["b", "d", "c", "e", "f"]


def test_a_rule_for_a_brand_a_tag_or_a_category_holds_for_all_its_items_and_those_below(ask):
    tea = CategoryFactory()
    Item.objects.filter(sku="f").update(category=CategoryFactory(parent=CategoryFactory(parent=tea)))
    Item.objects.filter(sku="e").update(brand="Acme")
    Item.objects.filter(sku="d").update(tags=["red"])
    rule("exclude", category=tea)
    rule("exclude", brand="Acme")
    rule("exclude", tag="red")

    assert skus(ask()) == ["b", "c"]


@pytest.mark.parametrize("action", ["boost", "bury", "exclude", "pin"])
def test_a_rule_holds_in_its_placement_alone_or_everywhere(action, ask, items):
    rule(action, items[2], placement="home", factor=100)

    plain, elsewhere, home = ask(), ask(placement="basket"), ask(placement="home")

    assert skus(plain) == skus(elsewhere) == ["b", "c", "d", "e", "f"]
    assert skus(home) != skus(plain)


@pytest.mark.parametrize(
    ("said", "holds"),
    [
        ({"starts_at": NOW - DAY, "ends_at": NOW + DAY}, True),
        ({"starts_at": NOW + DAY}, False),
        ({"ends_at": NOW - DAY}, False),
        ({"active": False}, False),
    ],
)
def test_a_rule_holds_between_its_times_and_while_it_is_on(said, holds, ask, items):
    rule("exclude", items[1], **said)

    assert ("b" not in skus(ask())) is holds


def test_a_change_shows_with_the_next_look_and_costs_nothing_until_then(
    ask, items, settings, django_assert_num_queries
):
    settings.DEPLOYMENT_CHECK_SECONDS = 3600
    before = ask()
    excluded = rule("exclude", items[1])

    with django_assert_num_queries(2):
        until_then = ask()
    rule_book.forget()
    after = ask()
    BoostRule.objects.filter(pk=excluded.pk).update(active=False)
    rule_book.forget()

    assert skus(before) == skus(until_then) == skus(ask()) == ["b", "c", "d", "e", "f"]
    assert skus(after) == ["c", "d", "e", "f"]


def test_what_is_left_out_does_not_come_back_as_trending_or_new_or_similar(ask, items, cy):
    for item in items:
        EventFactory(identity=cy, item=item)
    rule("exclude", brand="Acme")
    Item.objects.filter(sku__in="bf").update(brand="Acme")
    ItemFactory(sku="made now", brand="Acme")

    lists = [ask(first=100), serving.trending(first=100), serving.similar_items(items[0].pk, first=100)]

    assert [set(skus(ranked)) & {"b", "f", "made now"} for ranked in lists] == [set(), set(), set()]


def test_rules_move_items_of_similar_and_trending_lists(ask, items, cy, vi):
    for item, kind in [(items[1], "purchase"), (items[2], "add_to_cart"), (items[3], "view")]:
        EventFactory(identity=cy, item=item, kind=kind)
    rule("boost", items[3], factor=900)
    rule("bury", items[1], factor=900)

    similar, trending = serving.similar_items(items[0].pk, first=3), serving.trending(first=3)

    assert skus(similar) == ["d", "c", "e"]
    # d: 1 · 900, c: 3, a: 1, b: 5 / 900
    assert skus(trending) == ["d", "c", "a"]


def test_a_pin_stands_at_its_place_also_when_it_was_seen_and_says_that_staff_chose_it(ask, items):
    rule("pin", items[0], position=2)

    ranked = ask(first=3)

    assert skus(ranked) == ["b", "a", "c"]
    assert [item.reason.code for item in ranked.items] == ["because_you", "staff_pick", "because_you"]
    assert [item.rank for item in ranked.items] == [1, 2, 3]
    assert ranked.basis == "personal"


def test_a_pinned_item_stands_in_the_list_once(ask, items):
    rule("pin", items[1], position=3)
    rule("pin", items[1], position=1)

    assert skus(ask()) == ["c", "d", "b", "e", "f"]


def test_of_two_pins_for_one_place_the_older_rule_has_it(ask, items):
    rule("pin", items[4], position=1)
    rule("pin", items[5], position=1)

    assert skus(ask(first=3)) == ["e", "f", "b"]


def test_a_pin_beyond_the_end_is_not_shown_and_one_in_a_short_list_comes_last(ask, items):
    rule("pin", items[0], position=5)

    assert skus(ask(first=3)) == ["b", "c", "d"]
    assert skus(ask(first=5)) == ["b", "c", "d", "e", "a"]
    assert skus(ask(first=5, filters=Filters(leave_out_skus=["b", "c", "d"]))) == ["e", "f", "a"]


NOT_OFFERED = {
    "unavailable": {"available": False},
    "coming": {"published_at": NOW + DAY},
    "retired": {"deleted_at": NOW},
}


@pytest.mark.parametrize("state", NOT_OFFERED.values(), ids=NOT_OFFERED)
def test_a_pinned_item_that_is_not_offered_leaves_its_place_to_the_next(state, ask, items):
    rule("pin", items[5], position=1)
    Item.objects.filter(sku="f").update(**state)

    assert skus(ask(first=3)) == ["b", "c", "d"]


def test_a_pin_obeys_the_filter_and_the_rules_that_leave_out(ask, items):
    rule("pin", items[5], position=1)
    filtered = ask(filters=Filters(leave_out_skus=["f"]))
    rule("exclude", items[5])

    assert "f" not in skus(filtered)
    assert "f" not in skus(ask())


def test_what_a_person_is_against_is_not_pinned_for_her(ask, items, vi):
    rule("pin", items[5], position=1)
    EventFactory(identity=vi, item=items[5], kind="rating", value=1)

    assert "f" not in skus(ask())


def test_pins_stand_in_trending_lists_and_in_similar_ones_but_never_the_item_itself(items, chain):
    rule("pin", items[0], position=1)

    assert skus(serving.trending(first=2))[0] == "a"
    assert skus(serving.similar_items(items[1].pk, first=2))[0] == "a"
    assert "a" not in skus(serving.similar_items(items[0].pk, first=6))


def test_a_rule_that_concerns_nothing_changes_nothing(ask):
    rule("boost", brand="nobody's")
    rule("exclude", tag="no such tag")

    assert skus(ask()) == ["b", "c", "d", "e", "f"]


def test_rules_cost_no_more_queries_once_they_are_known(ask, items, settings, django_assert_num_queries):
    rule("pin", items[5], position=1)
    rule("boost", items[2])
    rule("exclude", items[3])
    settings.DEPLOYMENT_CHECK_SECONDS = 60
    ask()

    with django_assert_num_queries(2):
        ranked = ask(first=4)

    # c: .4 · 2 = .8
    assert skus(ranked) == ["f", "c", "b", "e"]


def test_scores_of_zero_or_less_are_not_moved(db):
    scores = np.array([-1.0, 0.0, 2.0, 3.0], np.float32)

    moved = multiplied(scores, np.array([10, 10, 10, 0.5], np.float32))

    # The floor is 2 - (3 - 2) = 1: 1 + 1 · 10 and 1 + 2 / 2.
    assert moved.tolist() == [-1.0, 0.0, 11.0, 2.0]


def test_of_equal_scores_that_are_far_from_zero_the_boosted_one_is_first(db):
    assert multiplied(np.array([4, 4], np.float32), np.array([1, 2], np.float32)).tolist() == [4.0, 8.0]


def test_a_rule_outlives_the_item_that_it_named_by_no_request(ask, items):
    rule("pin", items[5], position=1)
    known = ask()
    Item.objects.filter(pk=items[5].pk).delete()

    assert skus(known)[0] == "f"
    assert skus(ask(first=4)) == ["b", "c", "d", "e"]
