"""Scores from item factors: a person's own factors are solved for from the history."""

from functools import cached_property
from itertools import pairwise
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

from marketing.errors import ArtefactCorrupt
from recsys.algorithms.contract import Arrays, Scores, check_history, check_item, strongest, take
from recsys.algorithms.directions import cosines, directions
from recsys.algorithms.ials.config import Config
from recsys.algorithms.ials.penalties import Numbers, penalties, powers
from recsys.dataset import Csr

# One matrix (k, k) for each person of a block: a million float64 are 8 MiB.
BLOCK_ENTRIES = 1_000_000


class Scorer:
    """Implicit alternating least squares: the users' half-step, for anybody who has a history."""

    def __init__(self, items: Scores, *, gram: Scores, mean_power: float, config: Config) -> None:
        self.n_items = len(items)
        self._items = items  # [items, k]
        self._gram = gram  # YᵀY
        self._mean_power = mean_power
        self._config = config

    @classmethod
    def from_arrays(cls, arrays: Arrays, config: Config) -> Self:
        items, gram = take(arrays, "items", ndim=2), take(arrays, "gram", ndim=2)
        if gram.shape != (items.shape[1],) * 2:
            raise ArtefactCorrupt(f"the array 'gram' has shape {gram.shape}; expected {(items.shape[1],) * 2}")
        return cls(items, gram=gram, mean_power=float(take(arrays, "mean_power")[0]), config=config)

    @property
    def factors(self) -> Scores:
        return self._items

    def score(self, history: Csr) -> Scores:
        scores: Scores = self.vectors(history) @ self._items.T
        return scores

    def vectors(self, history: Csr) -> Scores:
        """Factors `(users, k)` of people known by their history `(users, items)`.

        Solves (YᵀY + Σ αr y yᵀ + λI) x = Σ (1 + αr) y over the history (Hu, Koren and Volinsky 2008, equation 4).
        An entry of weight zero or less is no preference.
        """
        history = check_history(history, n_items=self.n_items)
        vectors = np.zeros((history.shape[0], len(self._gram)), np.float32)
        rows = max(1, BLOCK_ENTRIES // self._gram.size)
        for start in range(0, len(vectors), rows):
            matrices, right = self._systems(history[start : start + rows])
            vectors[start : start + rows] = np.linalg.solve(matrices, right[:, :, None])[:, :, 0]
        return vectors

    def explain(self, items: npt.NDArray[np.integer[Any]], weights: npt.NDArray[Any], target: int) -> int | None:
        """Take the score apart: item j adds y_targetᵀ A⁻¹ y_j · (1 + αr_j), A being the person's matrix (Hu et al., §5)."""
        target = check_item(target, n_items=self.n_items, name="target")
        known, weights = self._items[np.asarray(items, np.intp)], np.maximum(np.asarray(weights, np.float32), 0)
        history: Csr = sparse.csr_array((weights, items, [0, len(items)]), shape=(1, self.n_items), copy=True)
        matrices, _right = self._systems(history)
        influence = known @ np.linalg.solve(matrices[0], self._items[target])
        return strongest(np.where(weights > 0, 1 + self._config.alpha * weights, 0.0) * influence)

    def similar(self, item: int) -> Scores | None:
        """Cosine of the items' factors."""
        item = check_item(item, n_items=self.n_items)
        return cosines(self._unit_items, item=item)

    @cached_property
    def _unit_items(self) -> Scores:
        return directions(self._items)

    def _systems(self, history: Csr) -> tuple[Numbers, Numbers]:
        """Matrices `(users, k, k)` and right-hand sides `(users, k)`.

        One product a person: histories differ in length, and padding them to one costs more than the calls.
        """
        extra = np.float32(self._config.alpha) * np.maximum(history.data, 0)
        roots = np.sqrt(extra)
        # Σ w y yᵀ as a product of a matrix with itself takes half the work of one with another.
        rooted = self._items[history.indices]
        rooted *= roots[:, None]
        targets = np.divide(1 + extra, roots, out=np.zeros_like(roots), where=roots > 0)
        # In 64 bits, since strong preferences make a matrix badly conditioned.
        matrices = np.empty((history.shape[0], *self._gram.shape))
        right = np.empty((history.shape[0], len(self._gram)))
        bounds = history.indptr.tolist()
        for row, (start, stop) in enumerate(pairwise(bounds)):
            own = rooted[start:stop]
            matrices[row] = own.T @ own
            right[row] = targets[start:stop] @ own
        matrices += self._gram
        matrices.reshape(len(matrices), -1)[:, :: len(self._gram) + 1] += self._penalties(history)
        return matrices, right

    def _penalties(self, history: Csr) -> Scores:
        sums: Numbers = history.maximum(0).sum(axis=1)
        own = powers(sums, n_columns=self.n_items, config=self._config)
        return penalties(own, mean_power=self._mean_power, config=self._config)
