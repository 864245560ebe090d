"""What a person's events on an item tell, in training and in the fresh history alike."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from recsys import selectors
from recsys.interactions import read_preferences
from recsys.selectors.trending import trending_scores
from recsys.signals import DEFAULT_WEIGHTS, checked_weights, weight_sql
from tests.factories.marketing import CustomEventKindFactory, EventFactory, ItemFactory
from tests.factories.text import TextReadingFactory

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def happen(identity, item, *events):
    """The events one after another, a minute apart: a kind, or a kind with its value."""
    for minute, told in enumerate(events):
        kind, value = told if isinstance(told, tuple) else (told, None)
        EventFactory(
            identity=identity, item=item, kind=kind, value=value, occurred_at=START + timedelta(minutes=minute)
        )


def trained():
    """The one strength that training reads, None when there is none."""
    values = read_preferences().interactions.values.tolist()
    assert len(values) <= 1
    return values[0] if values else None


# What happened; what training learns; what the fresh history says.
TOLD = {
    "one event six times is one event": (["view"] * 6, 1, 1),
    "six purchases are no more than one": ([("purchase", 1)] * 6, 5, 5),
    "of several the strongest": (["view", ("add_to_cart", 1), ("purchase", 1), "click"], 5, 5),
    "what came back is no preference": ([("purchase", 1), ("refund", 1)], None, -3),
    "bought again after it came back": ([("purchase", 1), ("refund", 1), ("purchase", 1)], 5, 5),
    "only looked at again after it came back": ([("purchase", 1), ("refund", 1), "view"], None, -3),
    "not interested takes a like back": (["like", "not_interested"], None, -5),
    "a like after it brings it back": (["not_interested", "like"], 2, 2),
    "and not what was before": ([("purchase", 1), "not_interested", "like"], 2, 2),
    "few stars after a purchase": ([("purchase", 1), ("rating", 2)], None, -3),
    "many stars after few": ([("rating", 1), ("rating", 5)], 5, 5),
    "out of the cart is as if never in it": (["view", ("add_to_cart", 1), ("remove_from_cart", 1)], 1, 1),
    "nothing but in and out of the cart": ([("add_to_cart", 1), ("remove_from_cart", 1)], None, 0),
    "in the cart again": ([("add_to_cart", 1), ("remove_from_cart", 1), ("add_to_cart", 1)], 3, 3),
    "out of the cart does not undo a purchase": ([("purchase", 1), ("remove_from_cart", 1)], 5, 5),
}


@pytest.mark.parametrize("case", TOLD)
def test_what_happened_tells_the_same_in_training_and_in_the_fresh_history(case, ada):
    events, learned, fresh = TOLD[case]
    happen(ada, ItemFactory(), *events)

    assert trained() == learned
    assert selectors.history([ada.pk]).strengths.tolist() == [fresh]


@pytest.mark.parametrize(("stars", "strength"), [(5, 5), (4, 5), (3.5, 1), (3, 1), (2.9, -3), (1, -3)])
def test_the_stars_of_a_review_weigh_as_those_of_a_rating(stars, strength, ada, cy):
    item = ItemFactory()
    EventFactory(identity=ada, item=item, kind="review", payload={"text": "…", "stars": stars})
    EventFactory(identity=cy, item=item, kind="rating", value=stars)

    assert selectors.history([ada.pk]).strengths.tolist() == [strength]
    assert selectors.history([cy.pk]).strengths.tolist() == [strength]


def test_a_review_without_stars_tells_nothing(ada):
    EventFactory(identity=ada, item=ItemFactory(), kind="review", payload={"text": "…"})

    assert trained() is None
    assert selectors.history([ada.pk]).strengths.tolist() == [0]


def write(identity, item, *, kind, mood, stars=None, at=START):
    """Something written, and the mood that was read in it; None: read, but it can't be told."""
    payload = {"text": "…"} if stars is None else {"text": "…", "stars": stars}
    event = EventFactory(identity=identity, item=item, kind=kind, payload=payload, occurred_at=at)
    TextReadingFactory(event=event, sentiment=mood)
    return event


# The mood that was read; what a review without stars and what a comment weigh then.
MOODS = {
    0.9: (5, 5),
    0.3: (5, 5),
    0.29: (1, 0),
    0.0: (1, 0),
    -0.29: (1, 0),
    -0.3: (-3, -3),
    -1.0: (-3, -3),
    None: (0, 0),
}


@pytest.mark.parametrize("mood", MOODS)
def test_words_without_stars_weigh_by_the_mood_that_was_read_in_them(mood, ada, cy):
    item = ItemFactory()
    write(ada, item, kind="review", mood=mood)
    write(cy, item, kind="comment", mood=mood)

    assert selectors.history([ada.pk]).strengths.tolist() == [MOODS[mood][0]]
    assert selectors.history([cy.pk]).strengths.tolist() == [MOODS[mood][1]]


@pytest.mark.parametrize(("mood", "learned"), [(0.9, 5), (0.0, 1), (-0.9, None)])
def test_training_and_trends_learn_the_same_from_words_as_the_fresh_history(mood, learned, ada):
    item = ItemFactory()
    write(ada, item, kind="review", mood=mood)

    assert trained() == learned
    assert dict(trending_scores(first=5)) == ({item.pk: learned} if learned else {})


def test_stars_win_over_words(ada):
    write(ada, ItemFactory(), kind="review", stars=5, mood=-0.9)

    assert trained() == 5
    assert selectors.history([ada.pk]).strengths.tolist() == [5]


@pytest.mark.parametrize("kind", ["review", "comment"])
def test_words_against_an_item_take_back_what_was_bought_before(kind, ada):
    item = ItemFactory()
    happen(ada, item, ("purchase", 1))
    write(ada, item, kind=kind, mood=-0.8, at=START + timedelta(days=3))

    assert trained() is None
    assert selectors.history([ada.pk]).strengths.tolist() == [-3]


@pytest.mark.parametrize(("weight", "strength"), [(2.5, 2.5), (0, 0)])
def test_a_weight_of_their_own_for_comments_is_what_they_weigh_whatever_they_say(weight, strength, ada, settings):
    settings.RECOMMENDATION_WEIGHTS = {"comment": weight}
    write(ada, ItemFactory(), kind="comment", mood=-0.9)

    assert trained() == (strength or None)
    assert selectors.history([ada.pk]).strengths.tolist() == [strength]


def test_readings_cost_nothing_where_nobody_wrote_anything(ada):
    happen(ada, ItemFactory(), "view", ("purchase", 1), ("rating", 4))

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) SELECT {weight_sql()} FROM marketing_event")  # noqa: S608
        (plan,) = cursor.fetchone()[0]

    looked = [node for node in nodes(plan["Plan"]) if node.get("Relation Name") == "marketing_textreading"]
    assert {node["Actual Loops"] for node in looked} == {0}


def nodes(plan):
    """A plan's nodes, the root first."""
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def test_at_one_instant_the_sign_against_the_item_wins(ada):
    item = ItemFactory()
    for kind in ("not_interested", "like"):
        EventFactory(identity=ada, item=item, kind=kind, occurred_at=START)

    assert trained() is None
    assert selectors.history([ada.pk]).strengths.tolist() == [-5]


def test_one_persons_sign_takes_back_nothing_of_anothers(ada, cy):
    item = ItemFactory()
    happen(ada, item, ("purchase", 1))
    happen(cy, item, "not_interested")

    assert trained() == 5


def test_staff_give_a_kind_of_their_own_a_weight_and_change_that_of_others(ada, settings):
    CustomEventKindFactory(name="wishlist")
    settings.RECOMMENDATION_WEIGHTS = {"wishlist": 2.5, "view": 0}
    wished, seen = ItemFactory(), ItemFactory()
    happen(ada, wished, "wishlist")
    happen(ada, seen, "view")

    assert trained() == 2.5
    assert sorted(selectors.history([ada.pk]).strengths.tolist()) == [0, 2.5]


def test_a_purchase_weighs_more_than_the_cart_and_the_cart_more_than_a_view():
    weights = checked_weights({})

    assert weights["purchase"] > weights["add_to_cart"] > weights["view"] > 0 > weights["not_interested"]
    assert weights == DEFAULT_WEIGHTS


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([1], "RECOMMENDATION_WEIGHTS is list; expected an object"),
        ({"view": "much"}, "the weight of “view” is much; expected a number"),
        ({"view": float("nan")}, "the weight of “view” is nan"),
        ({"view": True}, "the weight of “view” is True"),
        ({"view": 1e9}, "the weight of “view” is"),
        ({"review": 2}, "a review weighs what its stars weigh"),
        ({"what ever": 2}, "“what ever” is no kind of event"),
    ],
)
def test_wrong_weights_are_refused_by_name(given, message):
    with pytest.raises(ImproperlyConfigured, match=message):
        checked_weights(given)
