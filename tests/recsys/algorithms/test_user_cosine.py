import numpy as np
import pytest
from scipy import sparse

from recsys.algorithms import config_class, load_fit, load_scorer, user_neighbours
from recsys.dataset import encode

# Ratings of items 0 to 3:   a: 3 4 0 0 (norm 5)   b: 4 0 3 0 (norm 5)   c: 0 0 0 2 (norm 2)
ROWS = encode(users=["a", "a", "b", "b", "c"], items=[0, 1, 0, 2, 3], values=[3, 4, 4, 3, 2]).interactions


def fitted(rows=ROWS, **settings):
    config = config_class("user_cosine").from_dict(settings)
    return load_scorer("user_cosine").from_arrays(load_fit("user_cosine")(rows, config), config)


def history(*weights):
    return sparse.csr_array(np.array([weights], np.float32))


def test_a_newcomer_gets_the_ratings_of_similar_users_weighted_by_likeness():
    predicted = fitted().score(history(1, 0, 0, 0))

    # s_ua = 1·3 / (1·5) = .6,  s_ub = 1·4 / (1·5) = .8,  s_uc = 0;  their sum is 1.4
    # w_a = .6 / 1.4 = 3/7,  w_b = .8 / 1.4 = 4/7,  w_c = 0
    # item 0: 3/7 · 3 + 4/7 · 4 = 25/7;  item 1: 3/7 · 4 = 12/7;  item 2: 4/7 · 3 = 12/7;  item 3: 0
    assert predicted[0] == pytest.approx([25 / 7, 12 / 7, 12 / 7, 0])


def test_the_length_of_a_newcomers_ratings_does_not_matter():
    scorer = fitted()

    assert scorer.score(history(5, 0, 2, 0)) == pytest.approx(scorer.score(history(10, 0, 4, 0)))


def test_a_user_of_the_training_set_is_not_her_own_neighbour():
    predicted = fitted().score(ROWS.matrix())

    # a and b are 3·4 / (5·5) = .48 alike and have nobody else, so each gets the other's ratings; c is like nobody.
    assert predicted[0] == pytest.approx([4, 0, 3, 0])
    assert predicted[1] == pytest.approx([3, 4, 0, 0])
    assert predicted[2] == pytest.approx([0, 0, 0, 0])


def test_a_twin_of_hers_is_her_neighbour():
    rows = encode(users=["a", "a", "twin", "twin"], items=[0, 1, 0, 1], values=[3, 4, 3, 4]).interactions

    assert fitted(rows).score(rows.matrix()) == pytest.approx(np.array([[3, 4], [3, 4]]))


def test_a_history_in_the_same_direction_but_of_another_length_is_not_hers():
    # (6, 8) is twice a's row: s_a = 1, s_b = 24 / (10·5) = .48; item 1: 4 · 1 / 1.48
    assert fitted().score(history(6, 8, 0, 0))[0, 1] == pytest.approx(4 / 1.48)


def test_weights_are_zero_when_nobody_is_like_her():
    rows = encode(users=["a", "b"], items=[0, 1]).interactions

    assert fitted(rows).score(rows.matrix()).tolist() == [[0, 0], [0, 0]]
    assert fitted().score(history(0, 0, 0, 0)).tolist() == [[0, 0, 0, 0]]


def test_a_neighbourhood_asks_only_the_most_similar():
    predicted = fitted(neighbours=1).score(history(1, 0, 0, 0))

    # b is nearer than a, and alone has weight 1.
    assert predicted[0] == pytest.approx([4, 0, 3, 0])


def test_the_reason_is_what_the_neighbours_share_with_the_target():
    scorer = fitted()

    # Item 2 is rated by b alone, who shares item 0 with this history and not item 1.
    assert scorer.explain(np.array([1, 0]), np.array([1.0, 1.0]), 2) == 1
    assert scorer.explain(np.array([3]), np.array([1.0]), 2) is None
    # With one neighbour a history of item 1 and a little of item 0 asks a alone, who hasn't got item 2.
    assert fitted(neighbours=1).explain(np.array([1, 0]), np.array([1.0, 0.1]), 2) is None


def test_small_blocks_give_the_same_as_one(monkeypatch):
    whole = fitted().score(ROWS.matrix())

    monkeypatch.setattr(user_neighbours, "BLOCK_ENTRIES", 1)

    assert np.array_equal(fitted().score(ROWS.matrix()), whole)


def test_own_rows_are_found_among_many():
    generator = np.random.default_rng(42)
    rows = encode(
        users=generator.integers(0, 200, 3000), items=generator.integers(0, 40, 3000), values=generator.random(3000) + 1
    ).interactions
    ratings = rows.matrix().toarray().astype(np.float64)
    norms = np.linalg.norm(ratings, axis=1)

    predicted = fitted(rows).score(rows.matrix())

    similarities = (ratings @ ratings.T) / np.outer(norms, norms)
    np.fill_diagonal(similarities, 0)
    expected = similarities / similarities.sum(axis=1, keepdims=True) @ ratings
    assert np.allclose(predicted, expected, rtol=1e-4)
