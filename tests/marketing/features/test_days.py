from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from marketing.features.days import until, whole

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 28), 24), (date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_a_day_is_as_long_as_the_clock_makes_it(day, hours):
    window = whole(day)

    assert window.ends_at - window.starts_at == timedelta(hours=hours)


def test_days_follow_each_other_without_gap():
    days = [whole(date(2026, 10, 20) + timedelta(days=number)) for number in range(10)]

    assert all(one.ends_at == next_one.starts_at for one, next_one in pairwise(days))


def test_a_moment_belongs_to_the_businesss_day_up_to_itself():
    # 23:30 in London is half past midnight in Berlin.
    at = datetime(2026, 1, 9, 23, 30, tzinfo=UTC)

    window = until(at)

    assert (window.day, window.starts_at, window.ends_at) == (
        date(2026, 1, 10),
        datetime(2026, 1, 9, 23, tzinfo=UTC),
        at,
    )


@pytest.mark.parametrize(
    ("zone", "at"),
    [
        # In Brazil the clock went from midnight to 01:00 on 4 November 2018: the day began at 01:00, 03:00 UTC.
        ("America/Sao_Paulo", datetime(2018, 11, 4, 3, 0, tzinfo=UTC)),
        # In Newfoundland it went from 00:01 back to 23:01 on 29 October 2006: 00:00 came twice.
        ("America/St_Johns", datetime(2006, 10, 29, 2, 30, tzinfo=UTC)),
        ("America/St_Johns", datetime(2006, 10, 29, 3, 30, tzinfo=UTC)),
    ],
)
def test_every_moment_lies_in_the_day_that_it_is_counted_to_where_the_clock_changes_at_midnight(settings, zone, at):
    settings.TIME_ZONE = zone

    for minutes in range(-90, 91, 10):
        moment = at + timedelta(minutes=minutes)
        day = whole(until(moment).day)
        assert day.starts_at <= moment < day.ends_at
