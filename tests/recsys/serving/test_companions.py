from datetime import UTC, datetime, timedelta

import pytest

from marketing.errors import InvalidInput, NotFound
from marketing.selectors import Subject
from recsys import selectors, serving
from recsys.models import BoostRule, RecommendationLog
from recsys.selectors import companions
from recsys.serving.log import list_log
from tests.factories.marketing import (
    CustomerIdentityFactory,
    EventFactory,
    ItemFactory,
    VisitorFactory,
)
from tests.factories.recsys import BoostRuleFactory

pytestmark = pytest.mark.usefixtures("fresh_process")
NOW = datetime.now(UTC) - timedelta(days=1)


def subject(*identities, personal=True):
    return Subject(tuple(identity.pk for identity in identities), None, personal)


def skus(ranked):
    return [item.item.sku for item in ranked.items]


def codes(ranked):
    return [item.reason.code for item in ranked.items]


def buy(*items, order="", identity=None, at=NOW):
    """One basket of somebody new."""
    identity = identity or CustomerIdentityFactory()
    for item in items:
        payload = {"order": order} if order else {}
        EventFactory(identity=identity, item=item, kind="purchase", value=1, occurred_at=at, payload=payload)
    return identity


@pytest.fixture
def stocked(db):
    """A printer, its ink (in 4 of its baskets), paper (in 2), and a hit that nearly everybody buys."""
    printer, ink, paper, hit = (ItemFactory(sku=sku) for sku in ("printer", "ink", "paper", "hit"))
    buy(printer, ink, paper)
    buy(printer, ink, paper)
    buy(printer, ink, hit)
    buy(printer, ink, hit)
    for _ in range(34):
        buy(hit)
    return printer, ink, paper, hit


def test_companions_come_by_baskets_held_against_how_often_they_are_bought_anyway(stocked):
    printer, ink, paper, hit = stocked

    scores = dict(selectors.bought_together(printer.pk, first=10))

    # ink: 4 / √4 · 4/6, paper: 2 / √2 · 2/4, hit: 2 of its 36 purchases, 2 / √36 · 2/4.
    assert scores == {
        ink.pk: pytest.approx(4 / 3),
        paper.pk: pytest.approx(2**0.5 / 2),
        hit.pk: pytest.approx(1 / 6),
    }


def test_a_list_of_companions_says_what_they_were_bought_with(stocked):
    ranked = serving.bought_together(stocked[0].pk, first=3)

    assert ranked.basis == "together"
    assert skus(ranked) == ["ink", "paper", "hit"]
    assert set(codes(ranked)) == {"bought_together"}
    assert ranked.items[0].item.because_title == stocked[0].title


def test_one_basket_alone_makes_no_companions(db):
    kettle, mug = ItemFactory(), ItemFactory()
    buy(kettle, mug)

    assert selectors.bought_together(kettle.pk, first=5) == []


def test_a_basket_is_an_order_where_purchases_name_theirs(db):
    kettle, mug, sponge = ItemFactory(), ItemFactory(), ItemFactory()
    for number in range(2):
        person = buy(kettle, mug, order=f"A{number}")
        buy(sponge, order=f"B{number}", identity=person, at=NOW + timedelta(hours=1))

    assert [found for found, _score in selectors.bought_together(kettle.pk, first=5)] == [mug.pk]


def test_without_orders_a_basket_is_what_one_person_bought_within_a_day(db):
    kettle, mug, sponge = ItemFactory(), ItemFactory(), ItemFactory()
    for _ in range(2):
        person = buy(kettle)
        buy(mug, identity=person, at=NOW + timedelta(hours=23))
        buy(sponge, identity=person, at=NOW + timedelta(hours=25))

    assert [found for found, _score in selectors.bought_together(kettle.pk, first=5)] == [mug.pk]


def test_what_was_bought_twice_in_one_order_or_on_one_day_lay_in_one_basket(db):
    kettle, mug = ItemFactory(), ItemFactory()
    buy(kettle, kettle, mug, order="A1")
    buy(kettle, kettle, mug)

    # Each alone would be one basket, which makes no companions: 2 baskets, mug bought twice, 2 / √2 · 2/4.
    assert selectors.bought_together(kettle.pk, first=5) == [(mug.pk, pytest.approx(2**0.5 / 2))]


def test_what_is_bought_all_the_time_is_told_from_a_sample_of_it(db, monkeypatch):
    monkeypatch.setattr(companions, "SAMPLE", 10)
    kettle, mug, hit = (ItemFactory() for _ in range(3))
    now = datetime.now(UTC)
    for day in (9, 8):
        buy(kettle, mug, hit, at=now - timedelta(days=day))
    for hour in range(1, 11):
        buy(hit, at=now - timedelta(hours=2.4 * hour))

    scores = dict(selectors.bought_together(kettle.pk, first=5))

    # Mug has both of its purchases. Of the hit the newest 10 are of one day, and the first basket's day began 10 days
    # ago: 100 purchases, 2 / √100 · 2/4.
    assert scores == {mug.pk: pytest.approx(2**0.5 / 2), hit.pk: pytest.approx(0.1, rel=1e-3)}


def test_those_of_whom_nothing_is_kept_and_what_robots_did_make_no_baskets(db):
    kettle, mug = ItemFactory(), ItemFactory()
    nobody = VisitorFactory(kind="nobody", value="nobody")
    for _ in range(3):
        buy(kettle, mug, identity=nobody)
        for item in (kettle, mug):
            EventFactory(identity=CustomerIdentityFactory(), item=item, kind="purchase", value=1, quality="bot")

    assert selectors.bought_together(kettle.pk, first=5) == []


def test_what_was_seen_is_a_companion_too_and_what_is_unwanted_is_none(stocked, ada):
    printer, ink, paper, _hit = stocked
    EventFactory(identity=ada, item=ink, kind="view")
    EventFactory(identity=ada, item=paper, kind="not_interested")

    assert skus(serving.bought_together(printer.pk, first=2, subject=subject(ada))) == ["ink", "hit"]


def test_what_is_not_on_offer_or_left_out_by_staff_is_no_companion(stocked):
    printer, ink, paper, _hit = stocked
    ink.available = False
    ink.save()
    BoostRuleFactory(action=BoostRule.Action.EXCLUDE, item=paper)

    ranked = serving.bought_together(printer.pk, first=1)

    assert skus(ranked) == ["hit"]


def test_a_list_runs_on_with_what_is_similar_and_says_so(chain, items):
    ranked = serving.bought_together(items[0].pk, first=2)

    assert skus(ranked) == ["b", "c"]
    assert codes(ranked) == ["similar_item", "similar_item"]


def test_companions_are_logged_under_their_own_name(stocked):
    ranked = serving.bought_together(stocked[0].pk, first=3, placement="cart")
    list_log.flush()

    log = RecommendationLog.objects.get()
    assert (log.list_id, log.basis, log.placement) == (ranked.list_id, "together", "cart")


def test_an_item_that_there_is_not_has_no_companions(db):
    with pytest.raises(NotFound, match=r"^item: no item has the id"):
        serving.bought_together(ItemFactory.build().pk, first=3)


def test_companions_take_one_query(stocked, django_assert_num_queries):
    with django_assert_num_queries(1):
        selectors.bought_together(stocked[0].pk, first=3)


def test_what_was_viewed_last_comes_first_and_each_item_once(ada, vi):
    old, new, other = (ItemFactory(sku=sku) for sku in ("old", "new", "other"))
    EventFactory(identity=ada, item=new, kind="view", occurred_at=NOW - timedelta(hours=9))
    EventFactory(identity=ada, item=old, kind="view", occurred_at=NOW - timedelta(hours=3))
    EventFactory(identity=vi, item=new, kind="click", occurred_at=NOW)
    EventFactory(identity=ada, item=other, kind="purchase", value=1, occurred_at=NOW)

    ranked = serving.recently_viewed(subject(ada, vi), first=5)

    assert ranked.basis == "viewed"
    assert skus(ranked) == ["new", "old"]
    assert set(codes(ranked)) == {"recently_viewed"}


def test_what_is_gone_from_the_shop_is_not_found_back(ada):
    gone = ItemFactory(available=False)
    EventFactory(identity=ada, item=gone, kind="view")

    ranked = serving.recently_viewed(subject(ada), first=5)

    assert (ranked.items, ranked.notes) == ((), ("nothing_viewed",))


def test_who_did_not_agree_to_personalisation_finds_nothing_back_and_is_told_so(ada):
    EventFactory(identity=ada, item=ItemFactory(), kind="view")

    assert serving.recently_viewed(subject(ada, personal=False), first=5).notes == ("not_personal",)
    assert serving.recently_viewed(Subject(), first=5).notes == ("nobody",)


def test_what_was_viewed_is_not_logged_as_a_recommendation(ada):
    EventFactory(identity=ada, item=ItemFactory(), kind="view")

    serving.recently_viewed(subject(ada), first=5)
    list_log.flush()

    assert not RecommendationLog.objects.exists()


@pytest.mark.parametrize("first", [0, 101])
def test_a_length_out_of_bounds_is_refused_by_name(first, db):
    with pytest.raises(InvalidInput, match=f"^first: is {first}; expected"):
        serving.recently_viewed(Subject(), first=first)
