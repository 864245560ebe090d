"""Scores from item factors: a person's own factors are solved for from the history."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.linalg import lapack

from marketing.errors import ArtefactCorrupt
from recsys.algorithms.contract import Arrays, Scores, check_history, check_item, strongest, take
from recsys.algorithms.directions import cosines, directions
from recsys.algorithms.ials.config import Config
from recsys.algorithms.ials.penalties import Numbers, penalties, powers
from recsys.dataset import Csr

# Histories of nearly one length are worked on together: so many entries of them, with the items' factors of each, and so
# many people, with a matrix (k, k) of each. With 64 factors that is 1 MiB and 1.5 MiB, which stay in the cache.
GROUP_ENTRIES, GROUP_PEOPLE = 4_096, 32


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
        for people in _of_like_length(np.diff(history.indptr)):
            vectors[people] = _solved(*self._systems(history, people))
        return vectors

    def explain(self, items: npt.NDArray[np.integer[Any]], weights: npt.NDArray[Any], target: int) -> int | None:
        """Take the score apart: item j adds y_targetᵀ A⁻¹ y_j · (1 + αr_j), A being the person's matrix (Hu et al., §5)."""
        target = check_item(target, n_items=self.n_items, name="target")
        known, weights = self._items[np.asarray(items, np.intp)], np.maximum(np.asarray(weights, np.float32), 0)
        history: Csr = sparse.csr_array((weights, items, [0, len(items)]), shape=(1, self.n_items), copy=True)
        matrices, _right = self._systems(history, np.zeros(1, np.intp))
        influence = known @ np.linalg.solve(matrices[0], self._items[target])
        return strongest(np.where(weights > 0, 1 + self._config.alpha * weights, 0.0) * influence)

    def similar(self, item: int) -> Scores | None:
        """Cosine of the items' factors."""
        item = check_item(item, n_items=self.n_items)
        return cosines(self._unit_items, item=item)

    @cached_property
    def _unit_items(self) -> Scores:
        return directions(self._items)

    def _systems(self, history: Csr, people: npt.NDArray[np.intp]) -> tuple[Numbers, Numbers]:
        """Matrices `(people, k, k)` and right-hand sides `(people, k)` of some rows of the history."""
        starts, lengths = history.indptr[people, None], np.diff(history.indptr)[people, None]
        steps = np.arange(lengths.max())
        # A history that is shorter than the longest goes on with whatever comes next, at weight zero.
        entries = np.minimum(starts + steps, max(len(history.data) - 1, 0))
        extra = np.float32(self._config.alpha) * np.maximum(history.data[entries], 0) * (steps < lengths)
        roots = np.sqrt(extra)
        # Σ w y yᵀ as a product of a matrix with itself takes half the work of one with another.
        rooted = self._items[history.indices[entries]]
        rooted *= roots[:, :, None]
        targets = np.divide(1 + extra, roots, out=np.zeros_like(roots), where=roots > 0)
        # In 64 bits, since strong preferences make a matrix badly conditioned.
        matrices = np.matmul(rooted.transpose(0, 2, 1), rooted) + self._gram.astype(np.float64)
        strengths = (extra.sum(axis=1, dtype=np.float64)) / self._config.alpha
        matrices.reshape(len(matrices), -1)[:, :: len(self._gram) + 1] += self._penalties(strengths)
        return matrices, np.matmul(targets[:, None, :], rooted)[:, 0].astype(np.float64)

    def _penalties(self, strengths: Numbers) -> Scores:
        own = powers(strengths, n_columns=self.n_items, config=self._config)
        return penalties(own, mean_power=self._mean_power, config=self._config)


def _of_like_length(lengths: npt.NDArray[np.integer[Any]]) -> Iterator[npt.NDArray[np.intp]]:
    """All places of `lengths` in groups that may be worked on together, the longest first."""
    order = np.argsort(-lengths, kind="stable")
    falling = lengths[order].tolist()
    start = 0
    while start < len(order):
        people = min(GROUP_PEOPLE, max(1, GROUP_ENTRIES // max(falling[start], 1)))
        yield order[start : start + people]
        start += people


def _solved(matrices: Numbers, right: Numbers) -> Numbers:
    """Solutions `(people, k)` by Cholesky factors, which take half of what `numpy.linalg.solve` takes.

    Only the triangles are solved one by one: scipy holds Python's lock meanwhile, which keeps other threads waiting.
    """
    try:
        triangles = np.linalg.cholesky(matrices)
    except np.linalg.LinAlgError:  # rounding has made the smallest directions of somebody's matrix negative
        exact: Numbers = np.linalg.solve(matrices, right[:, :, None])[:, :, 0].astype(np.float64)
        return exact
    solutions = np.empty_like(right)
    for row, (triangle, own) in enumerate(zip(triangles, right, strict=True)):
        solutions[row], _info = lapack.dpotrs(triangle.T, own)
    return solutions
