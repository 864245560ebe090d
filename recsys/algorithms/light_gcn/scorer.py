"""LightGCN's scores: people folded in from what they have, by the way vectors were passed on."""

from typing import Any, Self

import numpy as np
import numpy.typing as npt

from recsys.algorithms.contract import Arrays, Scores, check_item, strongest, take
from recsys.algorithms.directions import cosines, directions
from recsys.algorithms.history_means import known_history
from recsys.algorithms.light_gcn.config import Config
from recsys.algorithms.shapes import check_shape
from recsys.dataset import Csr


class Scorer:
    def __init__(self, history: Scores, *, items: Scores) -> None:
        self.n_items = len(items)
        self._history = history  # [items, k]
        self._items = items  # [items, k]

    @classmethod
    def from_arrays(cls, arrays: Arrays, config: Config) -> Self:  # noqa: ARG003 - all settings went into the arrays
        history, items = take(arrays, "history", ndim=2), take(arrays, "items", ndim=2)
        check_shape("items", items, expected=history.shape)
        return cls(history, items=items)

    @property
    def factors(self) -> Scores:
        return self._items

    def score(self, history: Csr) -> Scores:
        scores: Scores = self.vectors(history) @ self._items.T
        return scores

    def vectors(self, history: Csr) -> Scores:
        """Vectors `(users, k)`: Σ_j w_j h_j / √(Σ_j w_j), as people of the training got theirs."""
        known = known_history(history, n_items=self.n_items)
        degrees = known.sum(axis=1, dtype=np.float64)
        roots = np.divide(1, np.sqrt(degrees), out=np.zeros_like(degrees), where=degrees > 0)
        vectors: Scores = (known @ self._history) * roots[:, None].astype(np.float32)
        return vectors

    def explain(self, items: npt.NDArray[np.integer[Any]], weights: npt.NDArray[Any], target: int) -> int | None:
        target = check_item(target, n_items=self.n_items, name="target")
        return strongest(np.maximum(np.asarray(weights, np.float32), 0) * (self._history[items] @ self._items[target]))

    def similar(self, item: int) -> Scores | None:
        """Cosine of the items' vectors."""
        return cosines(directions(self._items), item=check_item(item, n_items=self.n_items))
