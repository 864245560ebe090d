import numpy as np
import pytest
from scipy import sparse

from recsys.algorithms import config_class, item_links, load_fit, load_scorer
from recsys.dataset import encode

# Users a and b have items 0 and 1, user c has items 0 and 2. Norms: √3, √2, 1.
NEAR = 2 / np.sqrt(3) / np.sqrt(2)  # cosine of items 0 and 1
FAR = 1 / np.sqrt(3)  # cosine of items 0 and 2; items 1 and 2 share nobody


@pytest.fixture
def rows():
    return encode(users=["a", "a", "b", "b", "c", "c"], items=[0, 1, 0, 1, 0, 2]).interactions


def fitted(rows, **settings):
    config = config_class("item_cosine").from_dict(settings)
    return load_scorer("item_cosine").from_arrays(load_fit("item_cosine")(rows, config), config)


def history(*weights):
    return sparse.csr_array(np.array([weights], np.float32))


def test_scores_are_sums_of_cosines_with_the_history(rows):
    scores = fitted(rows).score(history(0, 1, 2))

    # 1 · cos(1, 0) + 2 · cos(2, 0) for item 0; items 1 and 2 share nobody, and no item speaks for itself.
    assert scores[0] == pytest.approx([NEAR + 2 * FAR, 0, 0])


def test_strength_of_preference_enters_the_cosine():
    rows = encode(users=["a", "a", "b"], items=[0, 1, 1], values=[2, 3, 4]).interactions

    # Columns (2, 0) and (3, 4): 6 / (2 · 5) = .6
    assert fitted(rows).similar(0) == pytest.approx([0, 0.6])


def test_a_limit_keeps_the_nearest_of_each_candidate(rows):
    scores = fitted(rows, neighbours=1).score(history(1, 0, 0))

    # The nearest of items 1 and 2 is item 0 for both, so that a history of item 0 speaks for both.
    assert scores[0] == pytest.approx([0, NEAR, FAR])


def test_a_limit_can_keep_the_nearest_of_each_item_in_the_history(rows):
    scores = fitted(rows, neighbours=1, neighbours_of="history").score(history(1, 0, 0))

    # The nearest of item 0 is item 1, the only one that it speaks for.
    assert scores[0] == pytest.approx([0, NEAR, 0])


@pytest.mark.parametrize("neighbours_of", ["candidate", "history"])
def test_similar_items_are_the_items_own_neighbours(rows, neighbours_of):
    scorer = fitted(rows, neighbours=1, neighbours_of=neighbours_of)

    assert scorer.similar(0) == pytest.approx([0, NEAR, 0])
    assert scorer.similar(2) == pytest.approx([FAR, 0, 0])


def test_the_reason_is_the_item_that_adds_most(rows):
    scorer = fitted(rows)

    assert scorer.explain(np.array([2, 1]), np.array([1.0, 1.0]), 0) == 1
    # 3 · .577 outweighs .816
    assert scorer.explain(np.array([2, 1]), np.array([3.0, 1.0]), 0) == 0
    assert scorer.explain(np.array([2]), np.array([1.0]), 1) is None


def test_small_blocks_give_the_same_as_one(rows, monkeypatch):
    whole = load_fit("item_cosine")(rows, config_class("item_cosine")())

    monkeypatch.setattr(item_links, "BLOCK_ENTRIES", 1)
    in_blocks = load_fit("item_cosine")(rows, config_class("item_cosine")())

    assert all(np.array_equal(whole[key], in_blocks[key]) for key in whole)


def test_no_item_keeps_more_neighbours_than_the_limit():
    generator = np.random.default_rng(42)
    rows = encode(users=generator.integers(0, 50, 2000), items=generator.integers(0, 80, 2000)).interactions

    arrays = load_fit("item_cosine")(rows, config_class("item_cosine")(neighbours=5))

    assert np.bincount(arrays["indices"], minlength=80).max() == 5
