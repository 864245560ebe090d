import math

import numpy as np
import pytest

from recsys.confidence import ratio_difference


def arm(numerators, denominators):
    return np.array(numerators, float), np.array(denominators, float)


def test_the_bounds_are_those_worked_out_by_hand():
    first = arm([1, 0, 1, 0], [2, 2, 2, 2])  # 2 of 8 lists: 0.25
    second = arm([2, 0, 2, 0], [2, 2, 2, 2])  # 4 of 8: 0.5

    found = ratio_difference(first, second, alpha=0.05, tuned_for=2.0)

    # Influences: ±0.5/2 and ±1/2, so variances 1/16 and 1/4; the pooled one is 5/32. Each arm has 4 people:
    # (5/32 + 1/4) / 4 = 13/128. Information 4·4/8 = 2, as tuned for: ρ²·2 = 5.9915 + log 5.9915 + 1 = 8.7818.
    grown = 9.7818
    half = math.sqrt(13 / 128) * math.sqrt(2 * grown / 8.7818 * math.log(math.sqrt(grown) / 0.05))
    assert (found.first, found.second) == (0.25, 0.5)
    assert (found.low, found.high) == pytest.approx((0.25 - half, 0.25 + half), abs=1e-4)


def test_many_lists_of_one_person_tell_less_than_those_of_many():
    lists = np.tile([0.0, 1.0], 500)
    scattered = arm(lists, np.ones(1000))
    # The same lists in the same number, but each person's are all clicked or all not.
    bunched = arm(np.tile([0.0, 10.0], 50), np.full(100, 10.0))

    narrow = ratio_difference(scattered, scattered, alpha=0.05, tuned_for=500)
    wide = ratio_difference(bunched, bunched, alpha=0.05, tuned_for=500)

    assert wide.high > 2.5 * narrow.high


def test_an_arm_in_which_nothing_happened_yet_is_not_certain_of_it():
    some = arm([1.0] * 5 + [0.0] * 95, np.ones(100))
    nothing = arm(np.zeros(100), np.ones(100))

    found = ratio_difference(some, nothing, alpha=0.05, tuned_for=500)

    assert found.low < -0.05 < 0 < found.high


def test_the_interval_narrows_as_people_come():
    def width(people):
        one = arm(np.tile([0.0, 1.0], people // 2), np.ones(people))
        found = ratio_difference(one, one, alpha=0.05, tuned_for=500)
        return found.high - found.low

    assert width(200) > width(1_000) > width(10_000) > width(100_000)
