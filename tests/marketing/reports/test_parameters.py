from datetime import UTC, date, datetime

import pytest

from marketing.errors import InvalidInput
from marketing.reports.parameters import Days

TODAY = date(2026, 5, 31)


def test_the_last_thirty_days_are_meant_when_none_are_said():
    assert Days.parse({}, today=TODAY) == Days(date(2026, 5, 2), TODAY)


def test_a_last_day_alone_stands_at_the_end_of_thirty():
    assert Days.parse({"last": "2026-01-30"}, today=TODAY) == Days(date(2026, 1, 1), date(2026, 1, 30))


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"first": "yesterday"}, r"^first: a day like 2026-05-31 expected, got “yesterday”"),
        ({"last": "2026-02-30"}, r"^last: a day like"),
        ({"last": "\0"}, r"^last: a day like"),
        ({"first": "2026-06-01", "last": "2026-05-01"}, r"^first: a day up to 2026-05-01 expected, got 2026-06-01"),
        ({"first": "2020-01-01", "last": "2026-01-01"}, r"^first: at most 731 days expected, got 2193"),
        ({"first": "0001-01-01"}, r"^first: a day since 1970 expected"),
        ({"last": "9999-12-31"}, r"^last: a day since 1970 expected"),
    ],
)
def test_days_that_make_no_range_are_refused_by_name(said, message):
    with pytest.raises(InvalidInput, match=message):
        Days.parse(said, today=TODAY)


def test_a_range_ends_where_its_last_day_does_also_when_the_clocks_change(settings):
    settings.TIME_ZONE = "Europe/Berlin"

    days = Days(date(2026, 3, 29), date(2026, 3, 29))  # 23 hours long

    assert days.begin.astimezone(UTC) == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert days.end.astimezone(UTC) == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert days.each() == [date(2026, 3, 29)]
