from uuid import UUID

import pytest

from marketing.selectors import Subject
from recsys import serving
from recsys.models import RecommendationLog
from recsys.selectors import ON_OFFER
from recsys.serving import Filters
from recsys.serving.exploring import explore
from recsys.serving.log import list_log
from tests.factories.marketing import CustomerIdentityFactory, EventFactory, ItemFactory

pytestmark = pytest.mark.usefixtures("fresh_process")


def subject(*identities):
    return Subject(tuple(identity.pk for identity in identities), None, True)


def draw(number, share, places=range(1, 10), leave_out=frozenset()):
    return explore(UUID(int=number), places=places, share=share, condition=ON_OFFER, leave_out=lambda: leave_out)


@pytest.fixture
def newcomers(db):
    return ItemFactory.create_batch(20)


@pytest.fixture
def viewed(chain, items, vi):
    EventFactory(identity=vi, item=items[0])
    return items


def test_the_draw_follows_from_the_lists_id(newcomers):
    assert draw(7, 0.5) == draw(7, 0.5)
    assert len({draw(number, 0.5).candidates for number in range(20)}) > 1


def test_each_place_is_drawn_with_the_share_and_no_item_twice(newcomers):
    drawn = [draw(number, 0.2) for number in range(400)]

    # 400 lists of 9 places: 3,600 · .2 = 720 with a standard deviation of 24
    assert 600 < sum(len(exploration.places) for exploration in drawn) < 840
    assert all(len({one.item_id for one in exploration.candidates}) == len(exploration.places) for exploration in drawn)
    # one of 20 newcomers: .2 / 20
    assert {exploration.propensity for exploration in drawn if exploration.places} == {0.01}


def test_what_is_left_out_is_not_drawn(newcomers):
    left_out = frozenset(item.pk.bytes for item in newcomers[:19])

    exploration = draw(1, 0.5, leave_out=left_out)

    assert [one.item_id for one in exploration.candidates] == [newcomers[19].pk]


def test_without_a_share_nothing_is_drawn_and_nothing_asked(newcomers, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert draw(1, 0.0).candidates == ()


def test_explored_items_take_places_of_the_list_and_their_chance_stands_in_the_log(viewed, newcomers, vi, settings):
    settings.RECOMMENDATION_EXPLORATION = 0.5

    lists = [serving.recommend(subject(vi), first=5) for _list in range(12)]
    list_log.flush()

    reasons = [[item.reason.code for item in ranked.items] for ranked in lists]
    assert {codes[0] for codes in reasons} == {"because_you"}
    assert {code for codes in reasons for code in codes} == {"because_you", "exploring"}
    assert {len(codes) for codes in reasons} == {5}
    logged = {entry["reason"]: set() for row in RecommendationLog.objects.all() for entry in row.items}
    for row in RecommendationLog.objects.all():
        for rank, entry in enumerate(row.items):
            logged[entry["reason"]].add((entry["propensity"], rank == 0))
    # Of 26 items a is seen and b to f are the model's candidates: 20 are left, .5 / 20. The first place is never chance's.
    assert logged == {"because_you": {(1.0, True), (0.5, False)}, "exploring": {(0.025, False)}}


def test_what_chance_shows_obeys_the_filter_and_the_persons_history(viewed, newcomers, vi, settings):
    settings.RECOMMENDATION_EXPLORATION = 0.5
    type(newcomers[0]).objects.filter(pk__in=[item.pk for item in newcomers[:5]]).update(brand="Acme")
    EventFactory(identity=vi, item=newcomers[0])

    shown = [
        item.item_id
        for _list in range(12)
        for item in serving.recommend(subject(vi), first=10, filters=Filters(brands=["Acme"])).items
    ]

    assert set(shown) == {item.pk for item in newcomers[1:5]}


def test_staff_who_look_at_a_list_see_no_chance(viewed, newcomers, vi, settings):
    settings.RECOMMENDATION_EXPLORATION = 0.5

    lists = [serving.recommend(subject(vi), first=5, explores=False) for _list in range(8)]

    assert {item.propensity for ranked in lists for item in ranked.items} == {1.0}
    assert {tuple(item.item_id for item in ranked.items) for ranked in lists} == {tuple(item.pk for item in viewed[1:])}


def test_ten_customers_with_the_same_history_get_the_same_list(viewed, vi):
    people = CustomerIdentityFactory.create_batch(10)
    for person in people:
        EventFactory(identity=person, item=viewed[0])

    lists = [[item.item_id for item in serving.recommend(subject(person), first=5).items] for person in people]

    assert lists == [[item.pk for item in viewed[1:]]] * 10
