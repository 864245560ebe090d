"""Scores from item factors: a person's own factors are solved for from the history."""

from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from marketing.errors import ArtefactCorrupt
from recsys.algorithms.contract import Arrays, Scores, check_history, check_item, strongest, take
from recsys.algorithms.ials.config import Config
from recsys.algorithms.ials.penalties import Numbers, penalties, powers
from recsys.dataset import Csr

# One matrix (k, k) for each person of a block: 4 million float64 are 32 MiB.
BLOCK_ENTRIES = 4_000_000


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
            block = history[start : start + rows]
            matrices, right = self._systems(block)
            vectors[start : start + rows] = np.linalg.solve(matrices, right[:, :, None])[:, :, 0]
        return vectors

    def explain(self, items: npt.NDArray[np.integer[Any]], weights: npt.NDArray[Any], target: int) -> int | None:
        """Take the score apart: item j adds y_targetᵀ A⁻¹ y_j · (1 + αr_j), A being the person's matrix (Hu et al., §5)."""
        target = check_item(target, n_items=self.n_items, name="target")
        known, weights = self._items[np.asarray(items, np.intp)], np.maximum(np.asarray(weights, np.float32), 0)
        influence = known @ np.linalg.solve(self._matrix(known, weights), self._items[target])
        return strongest(self._confidences(weights) * influence)

    def similar(self, item: int) -> Scores | None:
        """Cosine of the items' factors."""
        item = check_item(item, n_items=self.n_items)
        similarities: Scores = self._unit_items @ self._unit_items[item]
        similarities[item] = 0.0
        return similarities

    @cached_property
    def _unit_items(self) -> Scores:
        norms = np.linalg.norm(self._items, axis=1, keepdims=True)
        unit: Scores = np.divide(self._items, norms, out=np.zeros_like(self._items), where=norms > 0)
        return unit

    def _systems(self, history: Csr) -> tuple[Numbers, Numbers]:
        """Matrices `(users, k, k)` and right-hand sides `(users, k)`.

        One product a person: histories differ in length, and padding them to one costs more than the calls.
        """
        matrices = np.empty((history.shape[0], *self._gram.shape))
        right = np.zeros((history.shape[0], len(self._gram)))
        for row in range(history.shape[0]):
            entries = slice(history.indptr[row], history.indptr[row + 1])
            known, weights = self._items[history.indices[entries]], np.maximum(history.data[entries], 0)
            matrices[row] = self._matrix(known, weights)
            right[row] = self._confidences(weights) @ known
        return matrices, right

    def _confidences(self, weights: Scores) -> Scores:
        """C = 1 + αr where there is a preference."""
        return np.where(weights > 0, 1 + np.float32(self._config.alpha) * weights, np.float32(0))

    def _matrix(self, known: Scores, weights: Scores) -> Numbers:
        own = powers(np.array([weights.sum()]), n_columns=self.n_items, config=self._config)
        penalty = penalties(own, mean_power=self._mean_power, config=self._config)
        # In 64 bits from here on: strong preferences make the matrix badly conditioned.
        matrix: Numbers = self._gram.astype(np.float64)
        matrix += (known * (self._config.alpha * weights)[:, None]).T @ known
        matrix.flat[:: len(matrix) + 1] += penalty[0, 0]
        return matrix
