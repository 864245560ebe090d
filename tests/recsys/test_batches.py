import numpy as np
import pytest
from scipy import sparse

from recsys import batches
from recsys.algorithms import inner_products
from recsys.batches import top_for_all
from recsys.ranking import top_items

N_USERS, N_ITEMS = 23, 40


class Affinity:
    """Scores that are a fixed linear map of the history."""

    n_items = N_ITEMS

    def __init__(self, *, fails_at=None):
        self.weights = np.random.default_rng(1).random((N_ITEMS, N_ITEMS)).astype(np.float32)
        self.blocks, self.fails_at = [], fails_at

    def score(self, history):
        self.blocks.append(history.shape[0])
        if self.fails_at is not None and len(self.blocks) > self.fails_at:
            raise FloatingPointError("the factors are lost")
        return np.asarray(history @ self.weights, np.float32)


class Factors(Affinity):
    """The same kind of scores as inner products of factors, most of them short."""

    def __init__(self):
        super().__init__()
        draw = np.random.default_rng(3)
        self.factors = draw.integers(-3, 4, size=(N_ITEMS, 4)).astype(np.float32)
        self.factors[::5] *= 10
        self.scored = 0

    def vectors(self, history):
        self.blocks.append(history.shape[0])
        return np.asarray(history @ self.factors, np.float32)

    def score(self, history):
        self.scored += 1
        return np.asarray(history @ self.factors, np.float32) @ self.factors.T


@pytest.fixture
def history():
    dense = np.random.default_rng(2).random((N_USERS, N_ITEMS)) < 0.2
    return sparse.csr_array(dense.astype(np.float32))


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(batches, "BLOCK_ENTRIES", 4 * N_ITEMS)


def joined(given):
    rows, places, scores = zip(*given, strict=True)
    return np.concatenate(rows), np.concatenate(places), np.concatenate(scores)


@pytest.mark.parametrize("threads", [1, 3])
def test_everybody_gets_the_best_unseen_items_in_the_order_of_the_rows(history, threads, small_blocks):
    scorer = Affinity()
    expected = scorer.score(history)
    expected[history.toarray() > 0] = -np.inf

    rows, places, scores = joined(top_for_all(scorer, history, k=5, seen=history, threads=threads))

    assert rows.tolist() == list(range(N_USERS))
    assert np.array_equal(places, top_items(expected, k=5))
    assert np.allclose(scores, np.take_along_axis(expected, places, axis=1))


def test_what_scores_by_inner_products_gives_the_same_lists_without_scoring_everything(history, monkeypatch):
    monkeypatch.setattr(inner_products, "FIRST_ITEMS", 8)
    monkeypatch.setattr(inner_products, "ITEMS_PER_PLACE", 1)
    monkeypatch.setattr(batches, "BLOCK_ENTRIES", 4 * 8)
    scorer = Factors()
    expected = scorer.score(history)
    expected[history.toarray() > 0] = -np.inf

    rows, places, scores = joined(top_for_all(scorer, history, k=5, seen=history, threads=3))

    assert rows.tolist() == list(range(N_USERS))
    assert np.array_equal(places, top_items(expected, k=5))
    assert np.array_equal(scores, np.take_along_axis(expected, places, axis=1))
    assert max(scorer.blocks) == 4
    assert scorer.scored == 1  # by this test alone


def test_scores_are_ranked_as_they_were_adjusted(history, small_blocks):
    scorer = Factors()
    raised = np.arange(N_USERS) % N_ITEMS  # another item for each person

    def adjusted(start, scores):
        scores[np.arange(len(scores)), raised[start : start + len(scores)]] = 1e6
        return scores

    _rows, places, scores = joined(top_for_all(scorer, history, k=3, adjusted=adjusted))

    assert places[:, 0].tolist() == raised.tolist()
    assert (scores[:, 0] == 1e6).all()


def test_without_seen_nothing_is_left_out(history, small_blocks):
    scorer = Affinity()

    _rows, places, _scores = joined(top_for_all(scorer, history, k=3))

    assert np.array_equal(places, top_items(scorer.score(history), k=3))


def test_no_more_people_are_scored_at_once_than_a_block_holds(history, small_blocks):
    scorer = Affinity()

    list(top_for_all(scorer, history, k=3))

    assert max(scorer.blocks) == 4
    assert sum(scorer.blocks) == N_USERS


def test_nobody_waits_for_lists_that_nobody_has_asked_for(history, small_blocks):
    scorer = Affinity()
    given = top_for_all(scorer, history, k=3, threads=2)

    next(given)

    assert len(scorer.blocks) <= 3


def test_what_goes_wrong_in_a_block_is_told(history, small_blocks):
    with pytest.raises(FloatingPointError, match="the factors are lost"):
        list(top_for_all(Affinity(fails_at=2), history, k=3))


def test_nobody_at_all_gives_no_batch():
    assert list(top_for_all(Affinity(), sparse.csr_array((0, N_ITEMS), dtype=np.float32), k=3)) == []


def test_scores_can_be_adjusted_block_by_block_before_they_are_ranked(history, small_blocks):
    starts = []

    def without_first_item(start, scores):
        starts.append(start)
        return np.where(np.arange(N_ITEMS) == 0, -np.inf, -scores).astype(np.float32)

    given = list(top_for_all(Affinity(), history, k=3, adjusted=without_first_item))

    assert sorted(starts) == [batch.rows[0] for batch in given]
    # Turned round, the worst of all but the first item come first.
    expected = top_items(-Affinity().score(history)[:, 1:], k=3) + 1
    assert np.array_equal(np.concatenate([batch.places for batch in given]), expected)
