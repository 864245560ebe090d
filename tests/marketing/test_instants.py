import math
from datetime import UTC, datetime, timedelta

import pytest

from marketing.errors import InvalidInput
from marketing.instants import past_instant

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
INSTANT = datetime(2026, 5, 1, 10, 0, 0, 250_000, tzinfo=UTC)  # 1777629600.25 seconds since 1970


@pytest.mark.parametrize(
    "spelling",
    [
        "2026-05-01T10:00:00.25Z",
        "2026-05-01T12:00:00.250+02:00",
        "2026-05-01 10:00:00.250000+00:00",
        "2026-05-01t10:00:00.25z",
        1777629600.25,
        "1777629600.25",
        1777629600250,
        "1777629600250",
        INSTANT,
    ],
)
def test_all_spellings_of_one_instant_are_the_same_instant(spelling):
    assert past_instant(spelling, field="occurredAt", now=NOW) == INSTANT


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("2026-05-01T10:00:00", "offset"),
        ("2026-05-01", "offset"),
        (datetime(2026, 5, 1, 10), "offset"),  # noqa: DTZ001 - naive on purpose
        ("yesterday", "ISO 8601"),
        ("", "ISO 8601"),
        (True, "true or false"),
        ([], "a list"),
        (math.nan, "NaN"),
        (math.inf, "NaN"),
        (-1, "since 1970"),
        ("1969-12-31T23:59:59Z", "since 1970"),
        ("0001-01-01T00:00:00+14:00", "since 1970"),
        (-1e300, "since 1970"),
        (NOW + timedelta(days=1, seconds=1), "a day ahead"),
        ("9999-12-31T23:59:59-12:00", "a day ahead"),
        ("99999999999999999999", "a day ahead"),
        (10**400, "a day ahead"),
        (1e300, "a day ahead"),
    ],
)
def test_what_is_no_instant_of_the_past_is_refused_by_the_name_of_its_field(value, message):
    with pytest.raises(InvalidInput, match=message) as refusal:
        past_instant(value, field="occurredAt", now=NOW)

    assert refusal.value.field == "occurredAt"


def test_a_clock_that_is_less_than_a_day_ahead_is_believed():
    ahead = NOW + timedelta(hours=23)

    assert past_instant(ahead.isoformat(), field="occurredAt", now=NOW) == ahead
