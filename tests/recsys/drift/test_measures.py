import math

import numpy as np
import pytest

from recsys.drift.measures import psi, shift, shift_of_values


def test_the_index_is_the_one_worked_out_by_hand():
    # With half a row more in each bin the shares are .25 each, and .5, .25, .125 and .125:
    # .25 · ln 2 + 0 + 2 · (−.125) · ln .5 = .5 · ln 2
    found = psi(np.array([99.5, 99.5, 99.5, 99.5]), np.array([199.5, 99.5, 49.5, 49.5]))

    assert found == pytest.approx(0.346574, abs=1e-6)


def test_an_empty_bin_is_far_and_not_infinite():
    found = psi(np.array([1000.0, 0]), np.array([500.0, 500]))

    assert 1 < found < 10


@pytest.mark.parametrize(
    ("after", "alert"),
    [([500, 500], False), ([600, 400], False), ([750, 250], True)],
    ids=["the same", "0.04", "0.27"],
)
def test_an_index_of_a_quarter_and_more_is_an_alert(after, alert):
    measure = shift("kinds", before=[5000, 5000], after=after, note="")

    assert measure.alert is alert
    assert measure.limit == 0.25


@pytest.mark.parametrize(("before", "after"), [([399], [4000]), ([4000], [399]), ([], [])])
def test_too_few_rows_tell_nothing_and_alert_nobody(before, after):
    measure = shift("kinds", before=before, after=after, note="")

    assert (measure.value, measure.alert) == (None, False)
    assert measure.note.startswith("Too little to tell: ")


def test_values_are_held_against_tenths_of_those_before():
    before = np.linspace(0, 1, 1000).tolist()

    same = shift_of_values("top_score", before=before, after=before[::2], note="")
    moved = shift_of_values("top_score", before=before, after=[value / 2 for value in before], note="")

    # All of the moved ones lie in the lower five tenths: 5 · .1 · ln 2, and 5 · .1 · ln of hardly anything above.
    assert same.value < 0.01
    assert moved.value > 0.5 * math.log(2)
    assert moved.alert


def test_equal_values_are_one_bin():
    measure = shift_of_values("top_score", before=[1.0] * 500, after=[1.0] * 500, note="")

    assert measure.value == 0


def test_chance_alone_is_seldom_an_alert():
    random = np.random.default_rng(7)
    shares = random.dirichlet(np.ones(20))

    alerts = [
        shift("kinds", before=random.multinomial(400, shares), after=random.multinomial(400, shares), note="").alert
        for _ in range(200)
    ]

    assert sum(alerts) <= 2
