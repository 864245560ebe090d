"""Lists for all at once have to be those that each one would be shown."""

from datetime import timedelta

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from marketing.errors import InvalidInput, NotFound
from marketing.models import Item
from marketing.runs import deployments
from marketing.selectors import subject_of_customer
from marketing.services.merges import merge_customers
from recsys import mailing, serving
from recsys.models import BoostRule, RecommendationLog
from tests.factories.marketing import (
    ConsentFactory,
    CustomerFactory,
    CustomerIdentityFactory,
    EventFactory,
    ItemFactory,
    SourceFactory,
    VisitorFactory,
)
from tests.factories.recsys import BoostRuleFactory, RecommendationLogFactory

pytestmark = pytest.mark.usefixtures("fresh_process")

N_ITEMS, N_PEOPLE = 40, 30
KINDS = ["view", "click", "add_to_cart", "purchase", "like", "not_interested", "remove_from_cart"]


@pytest.fixture
def shop(db):
    return SourceFactory(consent={"personalisation": True})


@pytest.fixture
def items(shop):
    return [ItemFactory(source=shop, sku=f"i{number:02}") for number in range(N_ITEMS)]


@pytest.fixture
def people(shop, items):
    """Thirty customers with 0 to 29 events of all kinds on random items, one of them under two names."""
    generator, now = np.random.default_rng(3), timezone.now()
    people = [CustomerIdentityFactory(customer__source=shop) for _ in range(N_PEOPLE)]
    for number, person in enumerate(people):
        for _ in range(number):
            EventFactory(
                identity=person,
                item=items[generator.integers(N_ITEMS)],
                kind=KINDS[generator.integers(len(KINDS))],
                occurred_at=now - timedelta(minutes=int(generator.integers(50_000))),
            )
    visit = VisitorFactory(customer=people[5].customer, source=shop)
    EventFactory(identity=visit, item=items[0], kind="purchase")
    return people


@pytest.fixture
def model(deploy, items):
    """An artefact over three quarters of the items with random weights, some of them none."""
    generator = np.random.default_rng(4)
    weights = generator.random((30, 30)) * (generator.random((30, 30)) < 0.3)
    np.fill_diagonal(weights, 0)
    return deploy(items[:30], weights)


def mailed(*, first=5, placement="email"):
    return [row for block in mailing.lists_for_all(first=first, placement=placement) for row in block]


def as_shown(mailed_list):
    return [
        (item.item.sku, item.reason, pytest.approx(item.score, rel=1e-4), item.item.because_title)
        for item in mailed_list.items
    ]


def told(ranked):
    return [(item.item.sku, item.reason, item.score, item.item.because_title) for item in ranked.items]


def assert_as_served(people, *, first=5, placement="email"):
    """Everybody's list is the one that `serving.recommend` gives; gives the lists by customer."""
    lists = {row.customer: row.ranked for row in mailed(first=first, placement=placement)}
    for person in people:
        served = serving.recommend(
            subject_of_customer(person.customer), first=first, placement=placement, explores=False
        )
        own = lists[person.customer.external_id]
        assert told(own) == as_shown(served)
        assert (own.basis, own.artefact_id) == (served.basis, served.artefact_id)
        assert [item.rank for item in own.items] == list(range(1, len(own.items) + 1))
    return lists


@pytest.mark.parametrize("first", [1, 5, 40])
def test_everybody_gets_the_list_that_they_would_be_shown(first, model, people):
    lists = assert_as_served(people, first=first)

    assert {ranked.basis for ranked in lists.values()} == {"personal", "trending"}


def test_what_staff_said_of_the_placement_holds(model, items, people):
    BoostRuleFactory(action=BoostRule.Action.EXCLUDE, item=items[3])
    BoostRuleFactory(action=BoostRule.Action.BOOST, item=items[7], factor=4)
    BoostRuleFactory(action=BoostRule.Action.BURY, item=items[8], factor=4)
    BoostRuleFactory(action=BoostRule.Action.PIN, item=items[20], position=2, placement="email")
    BoostRuleFactory(action=BoostRule.Action.PIN, item=items[21], position=2, placement="email")
    BoostRuleFactory(action=BoostRule.Action.PIN, item=items[22], position=1, placement="home")

    lists = assert_as_served(people)

    assert all("i03" not in [item.item.sku for item in ranked.items] for ranked in lists.values())
    assert any(ranked.items[1].reason.code == "staff_pick" for ranked in lists.values())


def test_rules_move_what_is_trending_for_those_whom_the_model_does_not_know(model, items, people):
    for place, action in enumerate(("boost", "bury", "exclude", "boost")):
        BoostRuleFactory(action=action, item=items[30 + place], factor=3)

    lists = assert_as_served(people, first=40)

    assert any(item.reason.code == "trending" for item in lists[people[0].customer.external_id].items)


def test_only_what_is_on_offer_is_listed(model, items, people):
    Item.objects.filter(pk__in=[item.pk for item in items[::2]]).update(available=False)

    lists = assert_as_served(people)

    listed = {int(item.item.sku[1:]) for ranked in lists.values() for item in ranked.items}
    assert listed
    assert all(number % 2 for number in listed)


def test_what_was_shown_in_vain_loses_rank_here_too(model, items, people):
    for _ in range(6):
        RecommendationLogFactory(identity=people[20], items=[{"item": str(item.pk)} for item in items[:25]])

    assert_as_served(people)


def test_each_arm_of_a_trial_gets_its_own_lists(model, write_artefact, items, people):
    canary = write_artefact(items, np.ones((N_ITEMS, N_ITEMS)) - np.eye(N_ITEMS))
    deployments.start_canary(slot="recommender", artefact=canary, share=0.5)

    lists = assert_as_served(people)

    assert {ranked.artefact_id for ranked in lists.values() if ranked.artefact_id} == {model.pk, canary.pk}


def test_an_algorithm_that_has_scores_for_everybody_makes_no_personal_list_of_nothing(deploy, items, people):
    deploy(items, algorithm="popularity", users=np.arange(N_ITEMS, dtype=np.float32))

    lists = assert_as_served(people)

    assert lists[people[0].customer.external_id].basis == "trending"


def test_only_who_agreed_to_personalisation_gets_a_list(model, items, people):
    ConsentFactory(identity=people[1], granted=False)
    asking = SourceFactory(code="asks first", consent={})
    unasked, agreed = (CustomerIdentityFactory(customer__source=asking, source=asking) for _ in range(2))
    ConsentFactory(identity=agreed, granted=True)
    nameless = CustomerFactory()
    merge_customers(kept=people[2].customer, merged=people[3].customer, user=None)

    customers = [row.customer for row in mailed()]

    expected = {person.customer.external_id for person in [*people, agreed]}
    expected -= {people[1].customer.external_id, people[3].customer.external_id}
    assert len(customers) == len(set(customers))
    assert set(customers) == expected
    assert not {unasked.customer.external_id, nameless.external_id} & set(customers)


def test_people_are_read_in_blocks_that_hold_so_many_items_at_most(model, people, monkeypatch):
    monkeypatch.setattr(mailing, "BLOCK_ITEMS", 20)

    blocks = [len(block) for block in mailing.lists_for_all(first=4, placement="")]

    # 20 items in lists of 4: 5 people at a time.
    assert blocks == [5] * (N_PEOPLE // 5)
    assert_as_served(people, first=4)


def test_a_block_takes_two_queries_however_many_people_are_in_it(model, people, monkeypatch, settings):
    settings.DEPLOYMENT_CHECK_SECONDS = 60
    mailed()  # what a process keeps is there then

    def queries(block_items):
        monkeypatch.setattr(mailing, "BLOCK_ITEMS", block_items)
        with CaptureQueriesContext(connection) as captured:
            mailed()
        return len(captured)

    # 30 people in 6 blocks and in 3; what is on offer, and that nobody comes after the last, are one query each.
    assert queries(25) == 1 + 6 * 2 + 1
    assert queries(50) == 1 + 3 * 2 + 1


def test_lists_are_logged_under_their_placement_only_when_it_is_asked_for(model, people):
    lists = mailed(placement="newsletter")
    assert not RecommendationLog.objects.exists()

    written = mailing.log(lists, placement="newsletter")

    assert written == N_PEOPLE
    row = RecommendationLog.objects.get(identity=people[9])
    (ranked,) = (row.ranked for row in lists if row.customer == people[9].customer.external_id)
    assert (row.placement, row.list_id, row.artefact_id) == ("newsletter", ranked.list_id, ranked.artefact_id)
    assert [entry["item"] for entry in row.items] == [str(item.item_id) for item in ranked.items]
    assert mailing.log([], placement="newsletter") == 0


def test_without_an_artefact_nothing_is_made_and_it_is_said_why(people):
    with pytest.raises(NotFound, match=r"^artefact: none that can be loaded is deployed"):
        mailing.lists_for_all(first=5, placement="")


@pytest.mark.parametrize("first", [0, -1, 101])
@pytest.mark.usefixtures("model")
def test_a_length_out_of_bounds_is_refused_by_name(first):
    with pytest.raises(InvalidInput, match=f"^first: is {first}; expected"):
        mailing.lists_for_all(first=first, placement="")


@pytest.mark.usefixtures("model")
def test_a_placement_that_is_no_name_is_refused_by_name():
    with pytest.raises(InvalidInput, match=r"^placement: "):
        mailing.lists_for_all(first=5, placement="x" * 65)
