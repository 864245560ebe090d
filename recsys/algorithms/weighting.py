"""Weights of text retrieval for preferences: rows are documents, columns the terms in them, values how often."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from recsys.dataset import Csr

Weights = npt.NDArray[np.float32]


def inverse_frequencies(matrix: Csr) -> Weights:
    """How rare each column `(columns,)` is: log(1 + (N - n + ½) / (n + ½)), n of N rows have it.

    The form of Lucene, which stays above zero for columns that most rows have (Robertson and Zaragoza 2009, §3.4.1).
    """
    rows, columns = matrix.shape
    having = np.bincount(matrix.indices, minlength=columns)
    return np.log1p((rows - having + 0.5) / (having + 0.5)).astype(np.float32)


def tfidf(matrix: Csr, *, frequencies: Weights) -> Csr:
    """√value · idf of the column (Salton and Buckley 1988); the root keeps a strong preference from outvoting many."""
    return _weighted(matrix, np.sqrt(matrix.data) * frequencies[matrix.indices])


@dataclass(frozen=True)
class Bm25:
    """Okapi BM25: idf · value · (k1 + 1) / (value + k1 · (1 - b + b · length / mean length)).

    The length of a row is the sum of its values (Robertson and Zaragoza 2009, equation 3.15).
    """

    frequencies: Weights  # (columns,)
    mean_length: float
    k1: float
    b: float

    @classmethod
    def of(cls, matrix: Csr, *, k1: float, b: float) -> Self:
        mean = float(matrix.data.sum(dtype=np.float64)) / max(1, int(np.count_nonzero(np.diff(matrix.indptr))))
        return cls(inverse_frequencies(matrix), mean, k1, b)

    def weigh(self, matrix: Csr) -> Csr:
        lengths = np.asarray(matrix.sum(axis=1, dtype=np.float64)) / self.mean_length
        damping = self.k1 * (1 - self.b + self.b * np.repeat(lengths, np.diff(matrix.indptr)))
        values = matrix.data.astype(np.float64)
        return _weighted(matrix, self.frequencies[matrix.indices] * values * (self.k1 + 1) / (values + damping))


def _weighted(matrix: Csr, data: npt.NDArray[np.floating]) -> Csr:
    weighted = matrix.copy()
    weighted.data = data.astype(np.float32)
    return weighted
