import numpy as np

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
