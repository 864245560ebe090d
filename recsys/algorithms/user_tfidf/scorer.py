"""Predicted ratings from people who share rare items."""

from collections.abc import Callable
from functools import partial

from recsys.algorithms.contract import Arrays, take
from recsys.algorithms.user_neighbours import UserNeighboursScorer
from recsys.algorithms.user_tfidf.config import Config
from recsys.algorithms.weighting import tfidf
from recsys.dataset import Csr


class Scorer(UserNeighboursScorer):
    """Likeness is the cosine of the TF-IDF weights."""

    @classmethod
    def weighing(cls, arrays: Arrays, config: Config) -> Callable[[Csr], Csr]:  # noqa: ARG003 - nothing to set
        return partial(tfidf, frequencies=take(arrays, "frequencies"))
