import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys import ranking
from recsys.ranking import top_items


def test_the_best_come_first_and_equal_scores_in_the_order_of_places():
    scores = np.array([[0.0, 5.0, 1.0, 5.0, 5.0], [2.0, 2.0, 2.0, 2.0, 2.0]])

    assert top_items(scores, k=2).tolist() == [[1, 3], [0, 1]]


def test_it_agrees_with_sorting_everything():
    scores = np.random.default_rng(42).integers(0, 20, size=(50, 200)).astype(np.float32)

    expected = np.argsort(-scores, axis=1, kind="stable")[:, :17]

    assert np.array_equal(top_items(scores, k=17), expected)


def test_what_is_left_out_comes_last_when_the_list_needs_it():
    scores = np.array([[-np.inf, 1.0, -np.inf]])

    assert top_items(scores, k=3).tolist() == [[1, 0, 2]]


def test_a_list_longer_than_the_catalogue_holds_the_catalogue():
    assert top_items(np.array([[1.0, 2.0]]), k=5).tolist() == [[1, 0]]


def test_no_rows_no_items_or_no_wish_give_empty_lists():
    assert top_items(np.empty((0, 3)), k=2).shape == (0, 2)
    assert top_items(np.empty((2, 0)), k=2).shape == (2, 0)
    assert top_items(np.ones((2, 3)), k=0).shape == (2, 0)


@given(
    seed=st.integers(0, 2**32 - 1),
    k=st.sampled_from([1, 7, 20, 150]),
    distinct=st.sampled_from([1, 2, 30, 10**6]),
    left_out=st.sampled_from([0.0, 0.3, 0.99, 1.0]),
    kind=st.sampled_from([np.float32, np.float64]),
)
def test_over_a_large_catalogue_it_agrees_with_sorting_everything(seed, k, distinct, left_out, kind):
    draw = np.random.default_rng(seed)
    scores = draw.integers(0, distinct, size=(5, 2_100)).astype(kind)
    scores[draw.random(scores.shape) < left_out] = -np.inf

    expected = np.argsort(-scores, axis=1, kind="stable")[:, :k]

    assert np.array_equal(top_items(scores, k=k), expected)


def test_many_rows_are_ranked_in_slabs_and_stay_in_order(monkeypatch):
    monkeypatch.setattr(ranking, "SLAB_ENTRIES", 900)  # three rows
    scores = np.random.default_rng(4).integers(0, 50, size=(10, 300)).astype(np.float32)

    assert np.array_equal(top_items(scores, k=10), np.argsort(-scores, axis=1, kind="stable")[:, :10])


@pytest.mark.parametrize("order", ["C", "F"])
def test_the_layout_in_memory_does_not_matter(order):
    scores = np.asarray(np.random.default_rng(3).random((4, 900)), order=order)

    assert np.array_equal(top_items(scores, k=10), np.argsort(-scores, axis=1, kind="stable")[:, :10])
