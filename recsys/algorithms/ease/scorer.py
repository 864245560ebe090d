"""Scores from the dense weights between items."""

from typing import Any, Self

import numpy as np
import numpy.typing as npt

from marketing.errors import ArtefactCorrupt
from recsys.algorithms.contract import Arrays, Scores, check_history, check_item, strongest, take
from recsys.algorithms.ease.config import Config
from recsys.dataset import Csr


class Scorer:
    def __init__(self, weights: Scores) -> None:
        self.n_items = len(weights)
        self._weights = weights  # [history item, candidate]

    @classmethod
    def from_arrays(cls, arrays: Arrays, config: Config) -> Self:  # noqa: ARG003 - all settings went into the weights
        weights = take(arrays, "weights", ndim=2)
        if weights.shape[0] != weights.shape[1]:
            raise ArtefactCorrupt(f"the array 'weights' has shape {weights.shape}; expected a square")
        return cls(weights)

    def score(self, history: Csr) -> Scores:
        scores: Scores = check_history(history, n_items=self.n_items) @ self._weights
        return scores.astype(np.float32, copy=False)

    def explain(self, items: npt.NDArray[np.integer[Any]], weights: npt.NDArray[Any], target: int) -> int | None:
        target = check_item(target, n_items=self.n_items, name="target")
        return strongest(np.asarray(weights) * self._weights[items, target])

    def similar(self, item: int) -> Scores | None:
        """Give what having `item` adds to the score of every other; negative where it speaks against it."""
        return np.array(self._weights[check_item(item, n_items=self.n_items)], np.float32)
