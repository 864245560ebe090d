"""Scores of the embedding network: the head over people's and items' halves, added and passed on."""

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import special

from recsys.algorithms.contract import Arrays, Scores, check_item, strongest, take
from recsys.algorithms.directions import cosines, directions
from recsys.algorithms.embedding_network.config import Config
from recsys.algorithms.history_means import history_means, known_history
from recsys.algorithms.shapes import check_shape
from recsys.dataset import Csr

# Hidden numbers of a block of people with all items: a million float32 are 4 MiB.
BLOCK_ENTRIES = 1_000_000


class Scorer:
    def __init__(
        self, history: Scores, *, items: Scores, bias: Scores, output: Scores, own: Scores, config: Config
    ) -> None:
        self.n_items = len(items)
        self._history = history  # [items, width]
        self._items = items  # [items, width]
        self._bias = bias
        self._output = output
        self._directions = own
        self._linear = config.hidden == 0

    @classmethod
    def from_arrays(cls, arrays: Arrays, config: Config) -> Self:
        history, items = take(arrays, "history", ndim=2), take(arrays, "items", ndim=2)
        bias, output, own = take(arrays, "bias"), take(arrays, "output"), take(arrays, "directions", ndim=2)
        check_shape("items", items, expected=history.shape)
        check_shape("bias", bias, expected=history.shape[1:])
        check_shape("output", output, expected=history.shape[1:])
        check_shape("directions", own, expected=(len(history), own.shape[1]))
        return cls(history, items=items, bias=bias, output=output, own=own, config=config)

    def score(self, history: Csr) -> Scores:
        """Log-odds that a person has an item."""
        people = history_means(known_history(history, n_items=self.n_items), self._history)
        scores = np.empty((len(people), self.n_items), np.float32)
        rows = max(1, BLOCK_ENTRIES // self._items.size)
        for start in range(0, len(people), rows):
            scores[start : start + rows] = self._met(people[start : start + rows], self._items)
        return scores

    def explain(self, items: npt.NDArray[np.integer[Any]], weights: npt.NDArray[Any], target: int) -> int | None:
        """Item without which the target's score would be lowest; none with a linear head, where it is the same for all."""
        target = check_item(target, n_items=self.n_items, name="target")
        weights = np.maximum(np.asarray(weights, np.float32), 0)
        if self._linear or not weights.any():
            return None
        parts = weights[:, None] * self._history[items]
        left = weights.sum() - weights
        without = np.divide(parts.sum(axis=0) - parts, left[:, None], out=np.zeros_like(parts), where=left[:, None] > 0)
        mean = (parts.sum(axis=0) / weights.sum())[None]
        wanted = self._items[target][None]
        return strongest(self._met(mean, wanted)[0, 0] - self._met(without, wanted)[:, 0])

    def similar(self, item: int) -> Scores | None:
        """Cosine of the items' embeddings."""
        return cosines(directions(self._directions), item=check_item(item, n_items=self.n_items))

    def _met(self, people: Scores, items: Scores) -> Scores:
        """Log-odds `(people, items)` from both halves, `(people, width)` and `(items, width)`."""
        met = people[:, None] + (items + self._bias)
        if not self._linear:
            met *= special.expit(met)
        scores: Scores = met @ self._output
        return scores
