"""The same scores for everyone."""

from typing import Any, Self

import numpy as np
import numpy.typing as npt

from recsys.algorithms.configuration import AlgorithmConfig
from recsys.algorithms.contract import Arrays, Scores, check_history, check_item, take
from recsys.dataset import Csr


class Scorer:
    def __init__(self, users: Scores) -> None:
        self.n_items = len(users)
        self._users = users

    @classmethod
    def from_arrays(cls, arrays: Arrays, config: AlgorithmConfig) -> Self:  # noqa: ARG003 - nothing to set
        return cls(take(arrays, "users"))

    def score(self, history: Csr) -> Scores:
        history = check_history(history, n_items=self.n_items)
        return np.tile(self._users, (history.shape[0], 1))

    def explain(
        self,
        items: npt.NDArray[np.integer[Any]],  # noqa: ARG002 - no history speaks for a popular item
        weights: npt.NDArray[Any],  # noqa: ARG002
        target: int,
    ) -> int | None:
        check_item(target, n_items=self.n_items, name="target")
        return None

    def similar(self, item: int) -> Scores | None:
        check_item(item, n_items=self.n_items)
        return None
