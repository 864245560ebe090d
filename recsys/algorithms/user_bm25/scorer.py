"""Predicted ratings from people who share rare items, whatever the length of their histories."""

from collections.abc import Callable

from recsys.algorithms.contract import Arrays, take
from recsys.algorithms.user_bm25.config import Config
from recsys.algorithms.user_neighbours import UserNeighboursScorer
from recsys.algorithms.weighting import Bm25
from recsys.dataset import Csr


class Scorer(UserNeighboursScorer):
    """Likeness is the dot product of the BM25 weights."""

    @classmethod
    def weighing(cls, arrays: Arrays, config: Config) -> Callable[[Csr], Csr]:
        (mean_length,) = take(arrays, "mean_length").tolist()
        return Bm25(take(arrays, "frequencies"), mean_length, config.k1, config.b).weigh
