import numpy as np
import pytest

from marketing.errors import InvalidInput
from recsys.algorithms import config_class, load_fit
from recsys.dataset import encode

DAY = 86_400.0
# Item 0 has two people of ten days ago, item 1 one of today, item 2 one person twice: ten days ago and today.
ROWS = encode(users=["a", "b", "c", "d", "d"], items=[0, 0, 1, 2, 2], times=[0, 0, 10 * DAY, 0, 10 * DAY]).interactions


def counted(name, rows=ROWS, **settings):
    return load_fit(name)(rows, config_class(name).from_dict(settings))["users"]


def test_a_preference_halves_with_every_half_life_and_the_newest_of_a_person_counts():
    # Ten days are two half-lives: 2 · 1/4; today counts 1, and d counts once.
    assert counted("decayed_popularity", half_life_days=5.0) == pytest.approx([0.5, 1, 1])


def test_a_long_half_life_is_plain_popularity():
    assert counted("decayed_popularity", half_life_days=1e6) == pytest.approx([2, 1, 1], abs=1e-4)


def test_ages_count_back_from_the_newest_row_and_not_from_today():
    later = encode(users=["a", "b"], items=[0, 1], times=[1e9, 1e9 + 10 * DAY]).interactions

    assert counted("decayed_popularity", later, half_life_days=10.0) == pytest.approx([0.5, 1])


def test_trending_holds_what_is_popular_now_against_what_usually_is():
    scores = counted("trending", half_life_days=5.0, usual_half_life_days=10.0, prior=1.0)

    # Now: ½, 1, 1 (sum 2½). Usually, ten days being one half-life: 1, 1, 1 (sum 3), scaled by 2½ / 3: 5/6 each.
    assert scores == pytest.approx([0.5 * 1.5 / (11 / 6), 2 / (11 / 6), 2 / (11 / 6)])


def test_without_times_trending_is_popularity():
    rows = encode(users=["a", "b", "c"], items=[0, 0, 1]).interactions

    assert counted("trending", rows) == pytest.approx([2, 1])


def test_a_usual_half_life_below_the_short_one_is_refused_by_name():
    with pytest.raises(InvalidInput, match=r"^usual_half_life_days: is 3; expected no less than the 7"):
        config_class("trending")(half_life_days=7.0, usual_half_life_days=3.0)


def test_rows_of_one_instant_long_ago_do_not_vanish():
    rows = encode(users=["a", "b"], items=[0, 1], times=[0.0, 50 * 365 * DAY]).interactions

    assert np.isfinite(counted("decayed_popularity", rows, half_life_days=1.0)).all()
