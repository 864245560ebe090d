import threading

import pytest

from recsys.serving import trends as module
from recsys.serving.trends import fresh_trends
from tests.factories.marketing import EventFactory, ItemFactory

pytestmark = pytest.mark.django_db


def test_trends_are_counted_once_and_kept(django_assert_num_queries):
    item = EventFactory().item
    trends = fresh_trends()

    with django_assert_num_queries(1):
        first = trends.current()
        second = trends.current()

    assert (first.item_ids, first.raw.tobytes(), first.scores.tolist()) == ((item.pk,), item.pk.bytes, [1.0])
    assert second is first


def test_trends_are_counted_again_when_their_time_is_over(monkeypatch):
    monkeypatch.setattr(module, "REFRESH_SECONDS", 0)
    first = EventFactory().item
    trends = fresh_trends()
    trends.current()

    second = ItemFactory()
    EventFactory(item=second, kind="purchase")

    assert trends.current().item_ids == (second.pk, first.pk)


def test_while_one_request_counts_the_others_get_the_last_answer(monkeypatch):
    monkeypatch.setattr(module, "REFRESH_SECONDS", 0)
    EventFactory()
    trends = fresh_trends()
    last = trends.current()

    with trends._lock:  # another request is counting
        answers = []
        asking = threading.Thread(target=lambda: answers.append(trends.current()))
        asking.start()
        asking.join(timeout=10)

    assert answers == [last]


def test_a_shop_without_events_is_counted_again_soon(monkeypatch):
    monkeypatch.setattr(module, "REFRESH_SECONDS_WHEN_EMPTY", 0)
    trends = fresh_trends()
    empty = trends.current()

    EventFactory()

    assert len(empty) == 0
    assert len(trends.current()) == 1
