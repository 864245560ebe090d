import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from recsys.algorithms import inner_products
from recsys.algorithms.inner_products import LongestFirst

USERS, ITEMS, WIDTH = 7, 300, 5


def all_of_them(vectors, factors, *, k, seen):
    """Every inner product, sorted; whole numbers, so that no way of adding them up rounds."""
    scores = vectors @ factors.T
    if seen is not None:
        scores[seen.toarray() > 0] = -np.inf
    places = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return places, np.take_along_axis(scores, places, axis=1)


@pytest.fixture
def few_items_first(monkeypatch):
    monkeypatch.setattr(inner_products, "FIRST_ITEMS", 20)
    monkeypatch.setattr(inner_products, "ITEMS_PER_PLACE", 1)


@given(
    seed=st.integers(0, 2**32 - 1),
    k=st.sampled_from([1, 10, 299, 400]),
    spread=st.sampled_from([0.0, 1.0, 3.0]),
    share_seen=st.sampled_from([None, 0.0, 0.3, 0.98, 1.0]),
)
def test_the_lists_are_those_of_all_inner_products(seed, k, spread, share_seen):
    draw = np.random.default_rng(seed)
    lengths = np.floor(draw.pareto(1.5, size=(ITEMS, 1)) * spread).clip(1, 1_000)
    factors = (draw.integers(-3, 4, size=(ITEMS, WIDTH)) * lengths).astype(np.float32)
    vectors = draw.integers(-3, 4, size=(USERS, WIDTH)).astype(np.float32)
    vectors[0] = 0
    seen = None
    if share_seen is not None:
        seen = sparse.csr_array((draw.random((USERS, ITEMS)) < share_seen).astype(np.float32))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inner_products, "FIRST_ITEMS", 20)
        patch.setattr(inner_products, "ITEMS_PER_PLACE", 1)

        best = LongestFirst(factors).best(vectors, k=k, seen=seen)

    places, scores = all_of_them(vectors, factors, k=k, seen=seen)
    assert np.array_equal(best.places, places)
    assert np.array_equal(best.scores, scores)


def test_a_short_item_that_fits_is_found_behind_long_ones_that_do_not(few_items_first):
    # Twenty items of length 100 are at right angles to the vector; of the others one has inner product 2, the rest 1.
    factors = np.tile(np.array([1.0, 0.0], np.float32), (60, 1))
    factors[:20] = [0.0, 100.0]
    factors[37] = [2.0, 0.0]

    best = LongestFirst(factors).best(np.array([[1.0, 0.0]], np.float32), k=2, seen=None)

    assert best.places.tolist() == [[37, 20]]
    assert best.scores.tolist() == [[2.0, 1.0]]


def test_of_two_that_are_equal_the_lower_place_is_listed_though_it_is_not_looked_at_first(few_items_first):
    # Twenty items of length 2 that point elsewhere give 1, as the short one at place 0 does.
    factors = np.tile(np.array([1.0, 3.0**0.5], np.float32), (21, 1))
    factors[0] = [1.0, 0.0]

    best = LongestFirst(factors).best(np.array([[1.0, 0.0]], np.float32), k=1, seen=None)

    assert best.places.tolist() == [[0]]


def test_blocks_are_bounded_and_keep_the_order_of_the_rows(few_items_first, monkeypatch):
    monkeypatch.setattr(inner_products, "BLOCK_ENTRIES", 40)  # two rows of the first 20 items
    draw = np.random.default_rng(5)
    factors, vectors = (draw.integers(-9, 9, size=(rows, 3)).astype(np.float32) for rows in (90, 11))

    best = LongestFirst(factors).best(vectors, k=4, seen=None)

    assert np.array_equal(best.places, all_of_them(vectors, factors, k=4, seen=None)[0])


def test_no_vectors_no_items_or_no_wish_give_empty_lists():
    factors = np.ones((3, 2), np.float32)

    assert LongestFirst(factors).best(np.empty((0, 2), np.float32), k=2, seen=None).places.shape == (0, 2)
    assert LongestFirst(factors[:0]).best(np.ones((4, 2), np.float32), k=2, seen=None).places.shape == (4, 0)
    assert LongestFirst(factors).best(np.ones((4, 2), np.float32), k=0, seen=None).places.shape == (4, 0)
