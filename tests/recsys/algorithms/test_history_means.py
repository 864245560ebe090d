import numpy as np
import pytest
from scipy import sparse

from recsys.algorithms.history_means import history_means, known_history

ROWS = np.array([[1, 0], [0, 1], [4, 4]], np.float32)


def history(*rows):
    return sparse.csr_array(np.array(rows, np.float32))


def test_means_are_weighted():
    # (1·(1, 0) + 3·(0, 1)) / 4.
    assert history_means(history([1, 3, 0]), ROWS) == pytest.approx(np.array([[0.25, 0.75]]))


def test_who_has_nothing_has_a_mean_of_zero():
    given = history_means(history([0, 0, 0], [0, 0, 2], [0, 0, 0]), ROWS)

    assert given == pytest.approx(np.array([[0, 0], [4, 4], [0, 0]]))


def test_what_has_no_weight_above_zero_is_unknown():
    with_zero = history([1, 2, 3])
    with_zero.data[:2] = 0, -1

    known = known_history(with_zero, n_items=3)

    assert (known.indices.tolist(), known.data.tolist()) == ([2], [3])
    assert with_zero.data.tolist() == [0, -1, 3]
