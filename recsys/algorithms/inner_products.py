"""The largest inner products of vectors with the items' factors, of which only the longest are looked at."""

from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from recsys.algorithms.contract import Scores
from recsys.dataset import Csr
from recsys.ranking import top_items

# So many of the longest items are looked at first, and for each place wanted so many at least.
FIRST_ITEMS, ITEMS_PER_PLACE = 2_048, 16
# Inner products of a block of vectors: a million float32 are 4 MiB, which stay in a processor's cache.
BLOCK_ENTRIES = 1_000_000
# How much higher than the bound an inner product may come out for the rounding of 32 bits.
ROUNDING = 1e-4


@runtime_checkable
class ByInnerProducts(Protocol):
    """A scorer whose scores are the inner products of people's vectors with the items' factors."""

    @property
    def factors(self) -> Scores:
        """`(items, d)`."""
        ...

    def vectors(self, history: Csr) -> Scores:
        """Vectors `(users, d)` of people known by their history `(users, items)`."""
        ...


class Best(NamedTuple):
    places: npt.NDArray[np.int64]  # (b, k), the largest first, of equal ones the lower place
    scores: Scores  # (b, k); -inf where a row ran out of items that are not left out


class LongestFirst:
    """Items by falling length: since uᵀy ≤ ‖u‖ ‖y‖, short ones can't be among the best of one who has better long ones.

    The same lists as from all inner products, within rounding. What is popular has long factors, so that a few of the
    items are enough for most people (Teflioudi, Gemulla and Mykytiuk 2015, LEMP: pruning by length).
    """

    def __init__(self, factors: Scores) -> None:
        self.n_items = len(factors)
        self._factors = factors
        lengths = np.linalg.norm(factors, axis=1)
        self._order = np.argsort(-lengths, kind="stable")
        self._falling = -lengths[self._order]  # negative, so that it rises
        self._heads: dict[int, _Head] = {}

    def first_size(self, *, k: int) -> int:
        """How many items each vector is multiplied with at least."""
        return min(self.n_items, max(FIRST_ITEMS, ITEMS_PER_PLACE * k))

    def best(self, vectors: Scores, *, k: int, seen: "Csr | None") -> Best:
        """The best k for each of the vectors `(b, d)`; `seen` `(b, items)` says what is left out."""
        k = min(k, self.n_items)
        size = self.first_size(k=k)
        best = self._among_longest(vectors, size=size, k=k, seen=seen)
        if k and size < self.n_items:
            needed = self._needed(vectors, best.scores[:, -1])
            again = np.flatnonzero(needed > size)
            if len(again):
                size = self._rounded(int(needed[again].max()), first=size)
                own_seen = None if seen is None else seen[again]
                better = self._among_longest(vectors[again], size=size, k=k, seen=own_seen)
                best.places[again], best.scores[again] = better
        return best

    def _needed(self, vectors: Scores, least: Scores) -> npt.NDArray[np.int64]:
        """How many of the longest items can reach the score `least` `(b,)` that the last place of a list has already."""
        lengths = np.linalg.norm(vectors, axis=1) * np.float32(1 + ROUNDING)
        bounds = np.divide(least, lengths, out=np.full_like(least, -np.inf), where=lengths > 0)
        needed: npt.NDArray[np.int64] = np.searchsorted(self._falling, -bounds, side="right")
        return needed

    def _rounded(self, size: int, *, first: int) -> int:
        """Few different sizes, for each of which the items' factors are copied."""
        rounded = first
        while rounded < size:
            rounded *= 2
        return min(rounded, self.n_items)

    def _among_longest(self, vectors: Scores, *, size: int, k: int, seen: "Csr | None") -> Best:
        if size not in self._heads:
            self._heads[size] = _Head.of(self._factors, np.sort(self._order[:size]))
        head = self._heads[size]
        rows = max(1, BLOCK_ENTRIES // max(size, 1))
        blocks = [
            head.best(vectors[start : start + rows], k=k, seen=None if seen is None else seen[start : start + rows])
            for start in range(0, max(len(vectors), 1), rows)
        ]
        return Best(
            np.concatenate([block.places for block in blocks]), np.concatenate([block.scores for block in blocks])
        )


@dataclass(frozen=True, eq=False)
class _Head:
    """Some of the items, in the order of their places."""

    places: npt.NDArray[np.int64]  # (size,)
    factors: Scores  # (size, d)
    columns: npt.NDArray[np.int32]  # (items,) where in `places`, or -1

    @classmethod
    def of(cls, factors: Scores, places: npt.NDArray[np.int64]) -> "_Head":
        columns = np.full(len(factors), -1, np.int32)
        columns[places] = np.arange(len(places), dtype=np.int32)
        return cls(places, factors if len(places) == len(factors) else factors[places], columns)

    def best(self, vectors: Scores, *, k: int, seen: "Csr | None") -> Best:
        scores = vectors @ self.factors.T
        if seen is not None:
            columns = self.columns[seen.indices]
            met = np.flatnonzero(columns >= 0)
            rows = np.repeat(np.arange(len(vectors)), np.diff(seen.indptr))
            scores[rows[met], columns[met]] = -np.inf
        own = top_items(scores, k=k)
        return Best(self.places[own], np.take_along_axis(scores, own, axis=1))
