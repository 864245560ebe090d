from datetime import UTC, datetime, timedelta

import pytest

from marketing.cleaning.clocks import clock_shift

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("ahead", [timedelta(days=400), timedelta(minutes=6), timedelta(minutes=-6)])
def test_a_wrong_clock_is_shifted_by_what_it_is_wrong(ahead):
    assert clock_shift(NOW + ahead, received_at=NOW) == -ahead


@pytest.mark.parametrize("sent_at", [None, NOW, NOW - timedelta(minutes=5), NOW + timedelta(minutes=5)])
def test_what_sending_takes_is_no_wrong_clock(sent_at):
    assert clock_shift(sent_at, received_at=NOW) == timedelta(0)
