import numpy as np
import pytest

from marketing.features.ratings import RatingPrior, shrunken


def test_few_ratings_are_drawn_to_the_prior_and_many_speak_for_themselves():
    count = np.array([1, 10_000])

    centre, spread = shrunken(count, 5.0 * count, 25.0 * count, prior=RatingPrior(mean=3, deviation=1, weight=4))

    # One 5 beside four of mean 3 and variance 1: (5 + 12) / 5 = 3.4, (25 + 4 × 10) / 5 − 3.4² = 1.44.
    assert (centre[0], spread[0]) == (pytest.approx(3.4), pytest.approx(1.2))
    assert centre[1] == pytest.approx(5, abs=1e-3)
    assert 0 < spread[1] < 0.05


@pytest.mark.parametrize("wrong", [{"deviation": 0}, {"deviation": -1}, {"weight": 0}, {"weight": float("nan")}])
def test_a_prior_that_believes_nothing_is_refused(wrong):
    with pytest.raises(ValueError, match="above 0 expected"):
        RatingPrior(**wrong)
