import pytest

from marketing.cleaning.units import mended_value
from marketing.event_kinds import DWELL, PIECES


@pytest.mark.parametrize(("told", "mended"), [(90_000, 90), (86_400_000, 86_400)])
def test_seconds_that_can_only_be_milliseconds_are_mended(told, mended):
    assert mended_value(told, rule=DWELL) == mended


@pytest.mark.parametrize("told", [0, 86_400, -90_000, 86_400_001, float("nan"), float("inf")])
def test_seconds_that_may_be_meant_or_are_wrong_in_any_unit_stay(told):
    assert mended_value(told, rule=DWELL) is None


def test_other_units_are_left_alone():
    assert mended_value(2_000_000, rule=PIECES) is None
