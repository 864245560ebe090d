import numpy as np
import pytest
from scipy import sparse

from recsys.algorithms.weighting import Bm25, inverse_frequencies, tfidf

# Documents x terms. The first term stands in both documents, the second and third in one each.
MATRIX = sparse.csr_array(np.array([[1, 4, 0], [3, 0, 2]], np.float32))
COMMON, RARE = (
    np.log1p(0.5 / 2.5),
    np.log1p(1.5 / 1.5),
)  # log(1 + (2 - 2 + .5) / (2 + .5)), log(1 + (2 - 1 + .5) / (1 + .5))


def test_a_column_weighs_the_more_the_fewer_rows_have_it():
    assert inverse_frequencies(MATRIX) == pytest.approx([COMMON, RARE, RARE])
    assert COMMON > 0


def test_tfidf_is_the_root_of_the_value_times_the_weight_of_its_column():
    weighted = tfidf(MATRIX, frequencies=inverse_frequencies(MATRIX)).toarray()

    assert weighted == pytest.approx(np.array([[COMMON, 2 * RARE, 0], [np.sqrt(3) * COMMON, 0, np.sqrt(2) * RARE]]))


def test_bm25_saturates_values_and_holds_long_rows_down():
    bm25 = Bm25.of(MATRIX, k1=2.0, b=0.5)

    weighted = bm25.weigh(MATRIX).toarray()

    # Both rows have length 5, the mean: the damping is 2 · (1 - .5 + .5 · 1) = 2; a value x counts x · 3 / (x + 2).
    assert bm25.mean_length == 5
    assert weighted == pytest.approx(np.array([[COMMON, RARE * 2, 0], [COMMON * 9 / 5, 0, RARE * 6 / 4]]))


def test_a_row_of_twice_the_mean_length_is_damped_as_b_says():
    bm25 = Bm25.of(MATRIX, k1=2.0, b=0.5)
    long = sparse.csr_array(np.array([[10, 0, 0]], np.float32))

    # 2 · (1 - .5 + .5 · 2) = 3; 10 · 3 / (10 + 3).
    assert bm25.weigh(long).toarray()[0, 0] == pytest.approx(COMMON * 30 / 13)


def test_rows_without_entries_stay_empty():
    empty = sparse.csr_array((1, 3), dtype=np.float32)

    assert Bm25.of(MATRIX, k1=1.2, b=0.75).weigh(empty).nnz == 0
    assert tfidf(empty, frequencies=inverse_frequencies(MATRIX)).nnz == 0
