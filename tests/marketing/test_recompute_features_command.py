"""manage.py recompute_features, its task and its schedule."""

from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command
from django_celery_beat.models import PeriodicTask

from marketing.models import DailyActivity, Event
from marketing.tasks import recompute_features
from tests.factories.marketing import EventFactory, OrderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def three_days(ada):
    for day in (1, 3, 5):
        EventFactory(identity=ada, occurred_at=datetime(2026, 11, day, 12, tzinfo=UTC))


def run(*arguments):
    call_command("recompute_features", *arguments, no_progress=True)


def days():
    return [row.day.day for row in DailyActivity.objects.order_by("day")]


def test_without_arguments_the_dirty_days_are_made(three_days, capsys):
    run()

    assert days() == [1, 3, 5]
    assert "3 days: 3 rows of activity, 0 of interest" in capsys.readouterr().out


def test_a_span_is_made_with_its_first_and_last_day(three_days):
    run("--from", "2026-11-01", "--to", "2026-11-03")

    assert days() == [1, 3]


def test_all_days_are_made_anew_also_those_that_nobody_marked(three_days):
    run()
    Event.objects.filter(occurred_at__date=date(2026, 11, 3)).delete()

    run("--all")

    assert days() == [1, 5]


def test_amounts_that_could_not_be_counted_are_told(ada, capsys):
    OrderFactory(identity=ada, currency="USD")

    run()

    assert "1 amounts in USD don't count" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--all", "--from", "2026-11-01"], "--all"),
        (["--to", "2026-11-01"], "--from"),
        (["--from", "2026-11-02", "--to", "2026-11-01"], "--to"),
        (["--from", "yesterday"], "--from"),
    ],
)
def test_a_span_that_is_none_is_refused_by_its_option(arguments, named):
    with pytest.raises(CommandError, match=named):
        run(*arguments)


def test_the_task_makes_the_dirty_days_and_says_how_many(three_days):
    OrderFactory(currency="USD", placed_at=datetime(2026, 11, 3, 12, tzinfo=UTC))

    assert recompute_features() == {"days": 3, "without_rate": 1}
    assert days() == [1, 3, 5]


def test_the_task_runs_every_five_minutes():
    scheduled = PeriodicTask.objects.get(task="marketing.recompute_features")

    assert (scheduled.interval.every, scheduled.interval.period) == (5, "minutes")
