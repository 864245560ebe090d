"""Lengths of rating vectors."""

import numpy as np
import numpy.typing as npt

from recsys.dataset import Csr


def row_norms(matrix: Csr) -> npt.NDArray[np.float64]:
    """Euclidean norm `(rows,)` of each row; in float64, where squares of float32 neither overflow nor vanish."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return np.sqrt(np.bincount(rows, weights=matrix.data.astype(np.float64) ** 2, minlength=matrix.shape[0]))


def unit_rows(matrix: Csr) -> Csr:
    """Give the same rows with norm 1; empty rows stay empty."""
    unit = matrix.copy()
    unit.data = (matrix.data / np.repeat(row_norms(matrix), np.diff(matrix.indptr))).astype(np.float32)
    return unit
