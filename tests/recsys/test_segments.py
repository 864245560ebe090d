import numpy as np

from recsys.segments import LOYAL_FROM, NEW_BELOW, SEGMENTS, segments


def test_the_length_of_the_history_makes_new_casual_and_loyal_customers():
    masks = segments(history_length=np.array([0, 4, 5, 19, 20, 500]), history_surprise=np.zeros(6))

    assert (NEW_BELOW, LOYAL_FROM) == (5, 20)
    assert masks["new"].tolist() == [True, True, False, False, False, False]
    assert masks["casual"].tolist() == [False, False, True, True, False, False]
    assert masks["loyal"].tolist() == [False, False, False, False, True, True]


def test_the_tenth_with_the_most_surprising_histories_is_unlike_the_others():
    surprise = np.arange(20.0)
    surprise[3] = 50.0

    masks = segments(history_length=np.full(20, 7), history_surprise=surprise)

    assert np.flatnonzero(masks["unlike"]).tolist() == [3, 19]


def test_of_equal_histories_the_earlier_count_as_unlike():
    masks = segments(history_length=np.full(10, 7), history_surprise=np.ones(10))

    assert np.flatnonzero(masks["unlike"]).tolist() == [0]


def test_segments_that_nobody_is_in_are_left_out():
    masks = segments(history_length=np.array([7] * 9), history_surprise=np.ones(9))

    assert list(masks) == ["casual"]
    assert set(masks) <= set(SEGMENTS)
