"""Predicted values from biases and factors: a person's own are solved for from the history."""

from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from marketing.errors import ArtefactCorrupt
from recsys.algorithms.contract import Arrays, Scores, check_history, check_item, strongest, take
from recsys.algorithms.directions import cosines, directions
from recsys.algorithms.matrix_factorization.config import Config
from recsys.dataset import Csr

Numbers = npt.NDArray[np.float64]

# One matrix (1 + k, 1 + k) for each person of a block: a million float64 are 8 MiB.
BLOCK_ENTRIES = 1_000_000
# Items are of one direction when others hold less than this share of their unit vectors: rounding, not taste.
SMALLEST_SHARE = 1e-6


class Scorer:
    """The users' half-step of explicit matrix factorisation, for anybody who has a history."""

    def __init__(
        self, items: Scores, *, biases: Scores, centre: float, scale: float, penalty: float, config: Config
    ) -> None:
        self.n_items = len(items)
        self._items = items  # [items, k]
        self._biases = biases
        self._centre = centre
        self._scale = scale
        self._penalty = penalty
        self._config = config

    @classmethod
    def from_arrays(cls, arrays: Arrays, config: Config) -> Self:
        items, biases = take(arrays, "items", ndim=2), take(arrays, "biases")
        if biases.shape != items.shape[:1]:
            raise ArtefactCorrupt(f"the array 'biases' has shape {biases.shape}; expected {items.shape[:1]}")
        centre, scale, penalty = (float(take(arrays, name)[0]) for name in ("centre", "scale", "penalty"))
        return cls(items, biases=biases, centre=centre, scale=scale, penalty=penalty, config=config)

    def score(self, history: Csr) -> Scores:
        """Predicted values, in the unit of the values: centre + scale · (b_u + b_i + p_uᵀq_i)."""
        people = self.vectors(history)
        scores: Scores = people[:, 1:] @ self._items.T
        scores += people[:, :1] + self._biases
        scores *= np.float32(self._scale)
        scores += np.float32(self._centre)
        return scores

    def vectors(self, history: Csr) -> Scores:
        """Bias and factors `(users, 1 + k)` of people known by their history `(users, items)`.

        An entry of weight zero or less is no value.
        """
        history = check_history(history, n_items=self.n_items)
        vectors = np.zeros((history.shape[0], 1 + self._items.shape[1]), np.float32)
        rows = max(1, BLOCK_ENTRIES // vectors.shape[1] ** 2)
        for start in range(0, len(vectors), rows):
            matrices, right = self._systems(history[start : start + rows])
            vectors[start : start + rows] = np.linalg.solve(matrices, right[:, :, None])[:, :, 0]
        vectors[:, 0] *= np.float32(self._config.constant)
        return vectors

    def explain(self, items: npt.NDArray[np.integer[Any]], weights: npt.NDArray[Any], target: int) -> int | None:
        """Take p_uᵀq_target apart: item j adds (v_j - (1 - w) b_j) q_targetᵀ A⁻¹ z_j, A being the matrix.

        None too where all factors have one direction, as values that are all equal give: no item is nearer then.
        """
        target = check_item(target, n_items=self.n_items, name="target")
        if self._one_direction:
            return None
        features, targets = self._entries(np.asarray(items, np.intp), np.asarray(weights, np.float32))
        sought = np.concatenate(([0.0], self._items[target]))
        return strongest(targets * (features @ np.linalg.solve(self._matrix(features), sought)))

    def similar(self, item: int) -> Scores | None:
        """Cosine of the items' factors; None where all have one direction."""
        item = check_item(item, n_items=self.n_items)
        if self._one_direction:
            return None
        return cosines(self._unit_items, item=item)

    @cached_property
    def _one_direction(self) -> bool:
        spread = np.linalg.eigvalsh((self._unit_items.T @ self._unit_items).astype(np.float64))
        return bool(spread[:-1].sum() <= SMALLEST_SHARE * spread.sum())

    @cached_property
    def _unit_items(self) -> Scores:
        return directions(self._items)

    def _systems(self, history: Csr) -> tuple[Numbers, Numbers]:
        """Matrices `(users, 1 + k, 1 + k)` and right-hand sides `(users, 1 + k)`."""
        size = 1 + self._items.shape[1]
        matrices, right = np.empty((history.shape[0], size, size)), np.empty((history.shape[0], size))
        for row in range(history.shape[0]):
            own = slice(history.indptr[row], history.indptr[row + 1])
            features, targets = self._entries(history.indices[own], history.data[own])
            matrices[row] = self._matrix(features)
            right[row] = targets @ features - self._absent
        return matrices, right

    def _entries(self, items: npt.NDArray[np.integer[Any]], weights: Scores) -> tuple[Scores, Scores]:
        """Features z `(entries, 1 + k)`, zeros where there is no value, and what they add to the right-hand side."""
        features = self._features[items]
        features[weights <= 0] = 0
        values = (weights - np.float32(self._centre)) / np.float32(self._scale)
        return features, values - np.float32(1 - self._config.absent_weight) * self._biases[items]

    @cached_property
    def _features(self) -> Scores:
        constant = np.full((self.n_items, 1), self._config.constant, np.float32)
        return np.concatenate((constant, self._items), axis=1)

    @cached_property
    def _base(self) -> Numbers:
        """Part of everybody's matrix: w ZᵀZ + λI."""
        base: Numbers = self._config.absent_weight * (self._features.T @ self._features).astype(np.float64)
        base.flat[:: len(base) + 1] += self._penalty
        return base

    @cached_property
    def _absent(self) -> Scores:
        """What is taken off everybody's right-hand side for the biases of items that were not valued."""
        absent: Scores = np.float32(self._config.absent_weight) * (self._biases @ self._features)
        return absent

    def _matrix(self, features: Scores) -> Numbers:
        matrix: Numbers = np.float32(1 - self._config.absent_weight) * (features.T @ features) + self._base
        return matrix
