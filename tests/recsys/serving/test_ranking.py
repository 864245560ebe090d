"""EASE weights in these tests: row = item of the history, column = candidate; a view weighs 1, a purchase 5."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.db import connection

from marketing.errors import InvalidInput
from marketing.models import Item
from marketing.selectors import Subject
from recsys import serving
from recsys.serving.lists import Reason
from tests.factories.marketing import EventFactory, ItemFactory

pytestmark = pytest.mark.usefixtures("fresh_process")

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
NOBODY = Subject()
# What an item weighs when one other was met later: the weight halves over ten.
AS_THE_OLDER_OF_TWO = 0.5 ** (1 / 10)


def subject(*identities, personal=True):
    return Subject(tuple(identity.pk for identity in identities), None, personal)


def skus(ranked):
    return [item.item.sku for item in ranked.items]


def scores_of(ranked):
    return {item.item.sku: item.score for item in ranked.items}


def codes(ranked):
    return [item.reason.code for item in ranked.items]


def test_a_list_ranks_by_the_deployed_artefact(chain, items, vi):
    EventFactory(identity=vi, item=items[0])

    ranked = serving.recommend(subject(vi), first=3)

    assert ranked.basis == "personal"
    assert ranked.artefact_id == chain.pk
    assert ranked.notes == ()
    assert skus(ranked) == ["b", "c", "d"]
    assert [item.rank for item in ranked.items] == [1, 2, 3]
    assert [item.score for item in ranked.items] == [pytest.approx(0.5), pytest.approx(0.4), pytest.approx(0.3)]


def test_a_fresh_event_counts_at_once_without_training(deploy, items, vi):
    # a speaks for c, b for d.
    deploy(items[:4], [[0, 0, 0.5, 0], [0, 0, 0, 0.5], [0, 0, 0, 0], [0, 0, 0, 0]])
    EventFactory(identity=vi, item=items[0])
    before = serving.recommend(subject(vi), first=1)

    EventFactory(identity=vi, item=items[1], kind="purchase")
    after = serving.recommend(subject(vi), first=2)

    assert skus(before) == ["c"]
    # d: 5 · .5 = 2.5 beats c: 1 · .5
    assert skus(after) == ["d", "c"]


def test_what_was_seen_is_left_out_unless_it_is_asked_for(deploy, items, vi):
    deploy(items[:3], [[0, 0.25, 0.1], [0.3, 0, 0.1], [0, 0, 0]])
    EventFactory(identity=vi, item=items[0])
    EventFactory(identity=vi, item=items[1])

    unseen = serving.recommend(subject(vi), first=1)
    everything = serving.recommend(subject(vi), first=3, exclude_seen=False)

    assert skus(unseen) == ["c"]
    # a: .3 from b; b: .25 · .93 from a, which is older; c: .1 · .93 + .1
    assert skus(everything) == ["a", "b", "c"]


def test_an_item_that_she_is_against_takes_from_what_is_like_it_and_is_never_listed(chain, items, vi):
    EventFactory(identity=vi, item=items[0])
    EventFactory(identity=vi, item=items[1], kind="rating", value=1)

    ranked = serving.recommend(subject(vi), first=3)
    seen_too = serving.recommend(subject(vi), first=100, exclude_seen=False)

    # To b, c is most alike (.5 of .5), then d (.4 of .5) and e (.3 of .5): a tenth of that share is lost of .4, .3, .2.
    assert skus(ranked) == ["c", "d", "e"]
    assert [item.score for item in ranked.items] == [pytest.approx(score) for score in (0.36, 0.276, 0.188)]
    assert set(skus(seen_too)) == {"a", "c", "d", "e", "f"}


def test_the_reason_is_the_item_of_the_history_that_added_most(deploy, items, vi):
    # For c: a adds 1 · .4, b adds 5 · .1 = .5. For d: a adds .3, b nothing.
    deploy(items[:4], [[0, 0, 0.4, 0.3], [0, 0, 0.1, 0], [0, 0, 0, 0], [0, 0, 0, 0]])
    EventFactory(identity=vi, item=items[0], kind="view")
    EventFactory(identity=vi, item=items[1], kind="purchase")

    ranked = serving.recommend(subject(vi), first=2)

    assert ranked.items[0].reason == Reason("because_you", kind="purchase", because=items[1].pk)
    assert ranked.items[0].item.because_title == items[1].title
    assert ranked.items[1].reason == Reason("because_you", kind="view", because=items[0].pk)


def test_popular_items_say_that_they_are_popular(deploy, items, vi):
    deploy(items[:3], algorithm="popularity", users=np.array([1, 3, 2], np.float32))
    EventFactory(identity=vi, item=items[0])

    ranked = serving.recommend(subject(vi), first=2)

    assert skus(ranked) == ["b", "c"]
    assert codes(ranked) == ["popular", "popular"]


NOT_OFFERED = {
    "unavailable": {"available": False},
    "published tomorrow": {"published_at": NOW + DAY},
    "expired yesterday": {"expires_at": NOW - DAY},
    "retired": {"deleted_at": NOW - DAY},
}


@pytest.mark.parametrize("state", NOT_OFFERED.values(), ids=NOT_OFFERED)
def test_what_is_not_offered_any_more_is_left_out_and_the_list_still_full(state, chain, items, vi):
    EventFactory(identity=vi, item=items[0])
    Item.objects.filter(sku="b").update(**state)

    ranked = serving.recommend(subject(vi), first=3)

    assert skus(ranked) == ["c", "d", "e"]
    assert [item.rank for item in ranked.items] == [1, 2, 3]


def test_a_deleted_item_is_left_out_and_the_list_still_full(chain, items, vi):
    EventFactory(identity=vi, item=items[0])
    Item.objects.filter(sku="b").delete()

    ranked = serving.recommend(subject(vi), first=3)

    assert skus(ranked) == ["c", "d", "e"]


def test_a_long_stretch_of_the_ranking_that_is_not_offered_is_passed_over(deploy, vi):
    gone = ItemFactory.create_batch(60, available=False)
    first, last = ItemFactory(sku="first"), ItemFactory(sku="last")
    # first speaks for the 60 gone ones with 61, 60, … 2 and for last with 1.
    weights = np.zeros((62, 62), np.float32)
    weights[0, 1:] = np.arange(61, 0, -1)
    deploy([first, *gone, last], weights)
    EventFactory(identity=vi, item=first)

    ranked = serving.recommend(subject(vi), first=1)

    assert skus(ranked) == ["last"]


def test_a_list_that_runs_short_is_filled_with_trending_items_that_say_so(deploy, items, vi, cy):
    deploy(items[:2], [[0, 0.5], [0, 0]])
    EventFactory(identity=vi, item=items[0])
    EventFactory(identity=cy, item=items[2], kind="purchase")
    EventFactory(identity=cy, item=items[3], kind="view")

    ranked = serving.recommend(subject(vi), first=3)

    assert ranked.basis == "personal"
    assert skus(ranked) == ["b", "c", "d"]
    assert codes(ranked) == ["because_you", "trending", "trending"]


def test_no_item_stands_in_a_list_twice(chain, items, vi, cy):
    EventFactory(identity=vi, item=items[0])
    for item in items:
        EventFactory(identity=cy, item=item)

    ranked = serving.recommend(subject(vi), first=100)

    assert skus(ranked) == ["b", "c", "d", "e", "f"]


def test_items_that_are_newer_than_the_artefact_come_last(chain, items, vi):
    EventFactory(identity=vi, item=items[0])
    ItemFactory(sku="new")

    ranked = serving.recommend(subject(vi), first=100)

    assert skus(ranked) == ["b", "c", "d", "e", "f", "new"]
    assert ranked.items[-1].reason == Reason("new")


def test_a_history_of_items_that_the_artefact_does_not_know_gives_what_is_trending(chain, vi, cy, items):
    EventFactory(identity=vi, item=ItemFactory(sku="new"))
    EventFactory(identity=cy, item=items[2])

    ranked = serving.recommend(subject(vi), first=1)

    assert (ranked.basis, ranked.notes, skus(ranked)) == ("trending", ("no_history",), ["c"])


def test_whoever_has_seen_everything_gets_an_empty_list_that_says_so(chain, items, vi):
    for item in items:
        EventFactory(identity=vi, item=item)

    ranked = serving.recommend(subject(vi), first=10)

    assert ranked.items == ()
    assert "all_seen" in ranked.notes


def test_a_list_longer_than_the_catalogue_is_all_there_is_and_says_so(chain, items, vi):
    EventFactory(identity=vi, item=items[0])

    mine = serving.recommend(subject(vi), first=100)
    everything = serving.recommend(subject(vi), first=100, exclude_seen=False)

    assert (len(mine.items), mine.notes) == (5, ("all_unseen",))
    assert (len(everything.items), everything.notes) == (6, ("all_there_is",))


def test_an_empty_shop_gives_an_empty_list_that_says_so(db):
    ranked = serving.trending(first=10)

    assert (ranked.items, ranked.notes) == ((), ("nothing_offered",))


@pytest.mark.parametrize("first", [0, -1, 101, 2**31])
def test_a_length_out_of_bounds_is_refused_by_name(first, items):
    for ask in (
        lambda: serving.recommend(NOBODY, first=first),
        lambda: serving.similar_items(items[0].pk, first=first),
        lambda: serving.trending(first=first),
    ):
        with pytest.raises(InvalidInput, match=r"^first: .*from 1 to 100") as refused:
            ask()
        assert refused.value.field == "first"


@pytest.mark.parametrize("placement", ["x" * 65, "a\0b", "two\nlines"])
def test_a_placement_that_is_no_name_is_refused_by_name(placement, db):
    with pytest.raises(InvalidInput, match=r"^placement: "):
        serving.recommend(NOBODY, first=1, placement=placement)


def test_nobody_gets_what_is_trending_and_is_told_so(chain, items, cy):
    EventFactory(identity=cy, item=items[3], kind="purchase")
    EventFactory(identity=cy, item=items[1], kind="view")

    ranked = serving.recommend(NOBODY, first=2)

    assert (ranked.basis, ranked.notes, ranked.artefact_id) == ("trending", ("nobody",), None)
    assert skus(ranked) == ["d", "b"]
    assert codes(ranked) == ["trending", "trending"]


def test_a_visitor_without_history_gets_what_is_trending_and_is_told_so(chain, items, vi, cy):
    EventFactory(identity=cy, item=items[3])

    ranked = serving.recommend(subject(vi), first=1)

    assert (ranked.basis, ranked.notes, skus(ranked)) == ("trending", ("no_history",), ["d"])


def test_who_refused_personalisation_gets_what_is_trending_and_her_history_is_not_read(chain, items, vi, cy):
    EventFactory(identity=vi, item=items[0])
    EventFactory(identity=cy, item=items[0], kind="purchase")

    ranked = serving.recommend(subject(vi, personal=False), first=1)

    assert (ranked.basis, ranked.notes) == ("trending", ("not_personal",))
    assert skus(ranked) == ["a"]


def test_without_a_deployment_everybody_gets_what_is_trending_and_is_told_so(items, vi, cy):
    EventFactory(identity=vi, item=items[0])
    EventFactory(identity=cy, item=items[2])

    ranked = serving.recommend(subject(vi), first=1)

    assert (ranked.basis, ranked.notes, skus(ranked)) == ("trending", ("no_model",), ["c"])


def test_a_shop_without_events_shows_its_newest_items(db):
    for sku in "abc":
        ItemFactory(sku=sku)

    ranked = serving.trending(first=2)

    assert skus(ranked) == ["c", "b"]
    assert codes(ranked) == ["new", "new"]


@pytest.mark.parametrize("first", [1, 5, 100])
def test_a_list_takes_two_queries_however_long_it_is(first, deploy, vi, settings, django_assert_num_queries):
    items = ItemFactory.create_batch(120)
    weights = np.zeros((120, 120), np.float32)
    weights[0, 1:] = np.arange(120, 1, -1)
    deploy(items, weights)
    EventFactory(identity=vi, item=items[0])
    settings.DEPLOYMENT_CHECK_SECONDS = 60
    serving.recommend(subject(vi), first=first)

    with django_assert_num_queries(2):  # history, items; the bundle and the trends are at hand
        ranked = serving.recommend(subject(vi), first=first)

    assert len(ranked.items) == first


def test_what_was_done_last_weighs_more(deploy, items, vi):
    # a speaks for c as much as b for d.
    deploy(items[:4], [[0, 0, 0.5, 0], [0, 0, 0, 0.5], [0, 0, 0, 0], [0, 0, 0, 0]])
    EventFactory(identity=vi, item=items[0], occurred_at=NOW - DAY)
    EventFactory(identity=vi, item=items[1], occurred_at=NOW)

    ranked = serving.recommend(subject(vi), first=2)

    assert skus(ranked) == ["d", "c"]
    assert [item.score for item in ranked.items] == [pytest.approx(0.5), pytest.approx(0.5 * AS_THE_OLDER_OF_TWO)]


def test_what_was_done_long_ago_weighs_half_and_no_less(deploy, vi):
    items = ItemFactory.create_batch(32)
    weights = np.zeros((32, 32), np.float32)
    weights[29, 30] = 1  # the oldest of thirty speaks for the next
    deploy(items, weights)
    for hours, item in enumerate(items[:30]):
        EventFactory(identity=vi, item=item, occurred_at=NOW - timedelta(hours=hours))

    ranked = serving.recommend(subject(vi), first=1)

    assert [(item.item.sku, item.score) for item in ranked.items] == [(items[30].sku, pytest.approx(0.5))]


HISTORY_OF_10_000 = """
INSERT INTO marketing_event (event_id, source_id, identity_id, kind, item_id, occurred_at)
SELECT gen_random_uuid(), %s, %s, 'view', item.id, now()
FROM marketing_item item CROSS JOIN generate_series(1, 25) WHERE item.sku <> 'unseen'
"""


def test_a_history_of_ten_thousand_events_leaves_out_all_of_them(deploy, vi):
    Item.objects.bulk_create(ItemFactory.build_batch(400, source=vi.source))
    ItemFactory(sku="unseen")
    deploy(list(Item.objects.order_by("pk")), algorithm="popularity", users=np.arange(401, 0, -1).astype(np.float32))
    with connection.cursor() as cursor:
        cursor.execute(HISTORY_OF_10_000, [vi.source_id, vi.pk])

    ranked = serving.recommend(subject(vi), first=10)

    assert skus(ranked) == ["unseen"]
    assert ranked.notes == ("all_unseen",)
