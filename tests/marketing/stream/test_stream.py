"""The live counters: fed when events are stored, repaired from the event table, readable in one go."""

import random
from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from marketing import stream
from marketing.errors import InvalidInput, TemporarilyUnavailable
from marketing.models import Event
from marketing.stream import counters
from tests.counted_events import counts
from tests.factories.marketing import EventFactory, ItemFactory

NOW = datetime.now(UTC).replace(second=30, microsecond=0)
LAMP, POT = UUID(int=1), UUID(int=2)


@pytest.fixture
def no_server(settings, tmp_path):
    """The counters' address leads nowhere."""
    settings.CACHE_URL = f"unix://{tmp_path / 'nobody-listens'}"


@pytest.fixture
def own_counters(db):
    """`db` has what a test counted removed afterwards, as everything else under the test's names in the cache."""


def ago(**span):
    return NOW - timedelta(**span)


def keys():
    return sorted(counters.client().scan_iter(match=f"{counters.settings.NAMESPACE}:stream:*", count=1000))


def everything():
    """All counters as they are stored."""
    numbers = {int(key.split(":")[2]) for key in keys()}
    return {number: counters.stored_minute(counters.client(), number) for number in numbers}


def test_what_is_fed_adds_up_by_minute_and_kind_with_the_busiest_items_first(own_counters):
    stream.feed(counts((NOW, "view", LAMP, 2), (NOW, "view", POT, 1), (NOW, "search", None, 4)), now=NOW)
    stream.feed(counts((ago(seconds=20), "purchase", POT, 3), (ago(minutes=2), "view", LAMP, 1)), now=NOW)

    found = stream.live(minutes=3, now=NOW)

    # 20 seconds before half past a minute is the same minute: 2 + 1 + 4 + 3.
    assert [minute.total for minute in found.minutes] == [1, 0, 10]
    assert found.minutes[2].minute == NOW.replace(second=0)
    assert found.kinds == {"search": 4, "view": 4, "purchase": 3}
    assert found.items == [(POT, 4), (LAMP, 3)]
    assert found.total == 11


def test_minutes_before_the_window_are_not_shown(own_counters):
    stream.feed(counts((ago(minutes=30), "view", LAMP, 5)), now=NOW)

    assert stream.live(minutes=30, now=NOW).total == 0
    assert stream.live(minutes=31, now=NOW).total == 5


def test_counters_end_after_two_days_and_older_events_are_not_counted(own_counters):
    stream.feed(counts((ago(days=3), "view", LAMP, 1), (ago(hours=47), "view", LAMP, 1)), now=NOW)

    found = keys()
    assert len(found) == 2  # the minute and its views
    # Two days after the end of the minute; told as an instant, since minutes may pass before this test is run.
    ends = ago(hours=47).replace(second=0, microsecond=0) + timedelta(minutes=1, days=2)
    assert {counters.client().expiretime(key) for key in found} == {int(ends.timestamp())}


def test_only_the_items_asked_for_are_given(own_counters):
    stream.feed(counts(*((NOW, "view", UUID(int=n), n) for n in range(1, 9))), now=NOW)

    assert stream.live(top=2, now=NOW).items == [(UUID(int=8), 8), (UUID(int=7), 7)]


@pytest.mark.parametrize("minutes", [0, -1, 181, 10**9])
def test_a_window_beyond_the_limits_is_refused(minutes):
    with pytest.raises(InvalidInput, match=r"minutes: is .* expected 1 to 180"):
        stream.live(minutes=minutes)


def test_a_server_that_is_down_is_logged_and_stops_no_one_who_feeds(no_server, caplog):
    stream.feed(counts((NOW, "view", LAMP, 1)), now=NOW)

    assert "replay_stream" in caplog.text


def test_a_server_that_is_down_is_told_to_who_reads_as_something_to_try_again(no_server):
    with pytest.raises(TemporarilyUnavailable) as raised:
        stream.live()

    assert raised.value.retryable


def test_a_replay_gives_the_numbers_that_were_counted_live(own_counters, vi):
    chance = random.Random(4)
    items = [*ItemFactory.create_batch(5), None]
    for _batch in range(6):
        batch = [
            EventFactory(
                identity=vi,
                item=chance.choice(items),
                kind=chance.choice(["view", "click", "purchase"]),
                occurred_at=ago(seconds=chance.randrange(0, 7200)),
            )
            for _ in range(chance.randrange(1, 30))
        ]
        stream.feed(counts(*((row.occurred_at, row.kind, row.item_id, 1) for row in batch)), now=NOW)
    live = everything()
    counters.client().delete(*keys())

    replayed = stream.replay(180, now=NOW)

    assert everything() == live
    assert replayed == Event.objects.count() == sum(sum(minute.kinds.values()) for minute in live.values())


def test_a_replay_mends_what_is_too_much_too_little_and_of_no_event(own_counters, vi):
    lamp = ItemFactory()
    EventFactory(identity=vi, item=lamp, kind="view", occurred_at=NOW)
    EventFactory(identity=vi, item=lamp, kind="view", occurred_at=ago(minutes=1), quality=Event.Quality.BOT)
    stream.feed(counts((NOW, "view", lamp.pk, 7), (NOW, "click", lamp.pk, 1)), now=NOW)
    stream.feed(counts((ago(minutes=1), "view", lamp.pk, 1), (ago(minutes=9), "view", None, 1)), now=NOW)

    stream.replay(60, now=NOW)

    # One event counts; the bot's doesn't.
    assert everything() == {counters.minute_of(NOW): counters.Minute({"view": 1}, {"view": {lamp.pk.hex: 1}})}


def test_a_replay_leaves_the_minutes_before_it_alone(own_counters):
    stream.feed(counts((ago(minutes=10), "view", None, 1)), now=NOW)

    stream.replay(10, now=NOW)
    assert stream.live(now=NOW).total == 1

    stream.replay(11, now=NOW)
    assert stream.live(now=NOW).total == 0


def test_events_dated_ahead_are_replayed_too(own_counters, vi):
    EventFactory(identity=vi, item=ItemFactory(), occurred_at=NOW + timedelta(hours=20))

    assert stream.replay(5, now=NOW) == 1


def test_the_command_counts_again_and_says_how_much(own_counters, vi):
    EventFactory(identity=vi, item=ItemFactory(), occurred_at=datetime.now(UTC))
    told = StringIO()

    call_command("replay_stream", minutes=5, no_progress=True, stdout=told)

    assert told.getvalue() == "1 events of the last 5 minutes are counted.\n"
    assert stream.live().total == 1


@pytest.mark.parametrize("minutes", [0, -5, 2881])
def test_the_command_refuses_a_span_that_is_not_kept(minutes):
    with pytest.raises(CommandError, match=r"--minutes: is .* expected 1 to 2880"):
        call_command("replay_stream", minutes=minutes)


def test_the_command_says_when_the_counters_cannot_be_reached(db, no_server):
    with pytest.raises(CommandError, match="do not answer"):
        call_command("replay_stream", minutes=1, no_progress=True)
