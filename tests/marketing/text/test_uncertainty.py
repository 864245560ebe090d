import numpy as np

from marketing.text.uncertainty import least_sure

# Margins .1, .8, 0 and .2.
PROBABILITIES = np.array([[0.55, 0.45], [0.9, 0.1], [0.5, 0.5], [0.4, 0.6]], np.float32)


def test_the_smallest_margin_comes_first():
    assert least_sure(PROBABILITIES, np.eye(4, dtype=np.float32), k=3) == [2, 0, 3]


def test_what_says_the_same_is_offered_once():
    vectors = np.eye(4, dtype=np.float32)
    vectors[0] = [0.1, 0, 0.995, 0]  # as good as the third

    assert least_sure(PROBABILITIES, vectors, k=2) == [2, 3]


def test_of_one_class_alone_nothing_is_unsure():
    assert least_sure(np.ones((3, 1), np.float32), np.eye(3, dtype=np.float32), k=2) == []


def test_fewer_texts_than_asked_for_are_all_there_are():
    assert least_sure(PROBABILITIES, np.eye(4, dtype=np.float32), k=9) == [2, 0, 3, 1]
