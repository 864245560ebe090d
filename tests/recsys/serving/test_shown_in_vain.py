"""What was shown in vain loses rank. EASE weights: row = item of the history, column = candidate; a view weighs 1."""

from datetime import UTC, datetime, timedelta

import pytest

from marketing.selectors import Subject
from recsys import serving
from recsys.models.lists import PREVIEW
from tests.factories.marketing import EventFactory
from tests.factories.recsys import RecommendationLogFactory

pytestmark = pytest.mark.usefixtures("fresh_process")

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
# What an item weighs when one other was met later: the weight halves over ten.
AS_THE_OLDER_OF_TWO = 0.5 ** (1 / 10)


def subject(*identities, personal=True):
    return Subject(tuple(identity.pk for identity in identities), None, personal)


def skus(ranked):
    return [item.item.sku for item in ranked.items]


def scores_of(ranked):
    return {item.item.sku: item.score for item in ranked.items}


def show(identity, item, *, hours_ago, **values):
    """The item stood in a list, so many hours ago."""
    entry = {"item": str(item.pk), "score": 1.0, "reason": "trending"}
    RecommendationLogFactory(identity=identity, items=[entry], served_at=NOW - timedelta(hours=hours_ago), **values)


@pytest.fixture
def shown_in_vain(chain, items, vi):
    """Vi viewed a, then b was shown to her four times."""
    EventFactory(identity=vi, item=items[0], occurred_at=NOW - DAY)
    for hours_ago in (9, 8, 7, 6):
        show(vi, items[1], hours_ago=hours_ago)


def test_what_was_shown_in_vain_loses_rank(shown_in_vain, vi):
    ranked = serving.recommend(subject(vi), first=3)

    # b was shown four times: .5 · .8² = .32, between c and d.
    assert skus(ranked) == ["c", "b", "d"]
    assert ranked.items[1].score == pytest.approx(0.32)


@pytest.mark.parametrize("kind", ["click", "view"])
def test_what_was_shown_in_vain_has_its_rank_back_once_it_is_clicked(kind, shown_in_vain, items, vi):
    EventFactory(identity=vi, item=items[1], kind=kind, occurred_at=NOW - timedelta(hours=5))

    scores = scores_of(serving.recommend(subject(vi), first=6, exclude_seen=False))

    assert scores["b"] == pytest.approx(0.5 * AS_THE_OLDER_OF_TWO)


def test_only_showings_since_she_last_did_anything_are_in_vain(shown_in_vain, items, vi):
    EventFactory(identity=vi, item=items[1], kind="click", occurred_at=NOW - timedelta(hours=5))
    for hours_ago in (4, 3, 2):
        show(vi, items[1], hours_ago=hours_ago)

    scores = scores_of(serving.recommend(subject(vi), first=6, exclude_seen=False))

    # Three times since the click, one more than nothing is said of.
    assert scores["b"] == pytest.approx(0.5 * AS_THE_OLDER_OF_TWO * 0.8)


@pytest.mark.parametrize("times", [1, 2])
def test_what_was_shown_once_or_twice_keeps_its_rank(times, chain, items, vi):
    EventFactory(identity=vi, item=items[0], occurred_at=NOW - DAY)
    for _time in range(times):
        show(vi, items[1], hours_ago=1)

    assert skus(serving.recommend(subject(vi), first=3)) == ["b", "c", "d"]


def test_however_often_it_was_shown_a_fifth_of_the_score_stays(chain, items, vi):
    EventFactory(identity=vi, item=items[0], occurred_at=NOW - DAY)
    for _time in range(20):
        show(vi, items[1], hours_ago=1)

    # .8^18 = .018 would be less than the floor: .5 · .2
    assert scores_of(serving.recommend(subject(vi), first=5))["b"] == pytest.approx(0.1)


@pytest.mark.parametrize(
    "showing", [{"placement": PREVIEW}, {"hours_ago": 24 * 14 + 1}], ids=["to staff", "more than 14 days ago"]
)
def test_showings_to_staff_and_of_long_ago_do_not_count(showing, chain, items, vi):
    EventFactory(identity=vi, item=items[0], occurred_at=NOW - 20 * DAY)
    for _time in range(5):
        show(vi, items[1], **{"hours_ago": 1, **showing})

    assert skus(serving.recommend(subject(vi), first=1)) == ["b"]


def test_what_was_shown_to_another_loses_nothing(chain, items, vi, cy):
    EventFactory(identity=vi, item=items[0])
    for _time in range(5):
        show(cy, items[1], hours_ago=1)

    assert skus(serving.recommend(subject(vi), first=1)) == ["b"]
