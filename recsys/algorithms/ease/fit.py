"""EASE in closed form: one Gram matrix, one Cholesky factor, one inverse."""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy import sparse

from marketing.errors import InvalidInput
from recsys.algorithms.contract import Progress, ignore_progress
from recsys.algorithms.device_fit import resolve_device
from recsys.algorithms.ease.config import Config
from recsys.algorithms.ease.rows import weighted_rows
from recsys.dataset import Csr, Interactions

# The product of sparse matrices is sparse before it is written densely; a block of it stays about this large.
BLOCK_ENTRIES = 16_000_000
# float32 holds 7 digits; where the inverse could lose more than 4 of them, float64 with its 16 is used throughout.
LARGEST_CONDITION_FLOAT32 = 1e4
LARGEST_CONDITION_FLOAT64 = 1e12


def fit(
    interactions: Interactions, config: Config, *, progress: Progress = ignore_progress
) -> dict[str, npt.NDArray[Any]]:
    """Weights `(items, items)` float32, zero on the diagonal: row = item in the history, column = candidate.

    B = I - P · diagMat(1 ⊘ diag(P)) with P = (XᵀX + λI)⁻¹ (Steck 2019, Embarrassingly Shallow Autoencoders, §3.1,
    equation 8). Dropout p adds p / (1 - p) · diag(XᵀX) to λI (Steck 2020, §3.2).

    Raises:
        InvalidInput: no interactions, more items than `max_items`, or a λ too small for the values.

    """
    if interactions.n_items > config.max_items:
        raise InvalidInput(
            "max_items",
            f"the catalogue has {interactions.n_items:,} items, and EASE with its dense weights is limited to "
            f"{config.max_items:,}; expected a smaller catalogue, or an algorithm for large ones: ials, item_bm25",
        )
    matrix = weighted_rows(interactions, config=config)
    device = resolve_device(config.device)
    exact = matrix.astype(_precision(matrix, regularization=config.regularization))
    gram = torch.from_numpy(_gram(exact, progress=progress)).to(device)
    gram.diagonal().mul_(1 / (1 - config.dropout)).add_(config.regularization)
    progress(0.4, "factorising")
    factor = torch.linalg.cholesky(gram)
    del gram  # three dense matrices at once are the peak; this makes it two
    progress(0.6, "inverting")
    weights = torch.cholesky_inverse(factor)
    del factor
    weights /= -(weights.diagonal().clone() ** config.diagonal_exponent)
    weights.fill_diagonal_(0.0)
    progress(1.0, "fitted")
    return {"weights": weights.to("cpu", torch.float32).contiguous().numpy()}


def _precision(matrix: Csr, *, regularization: float) -> type[np.float32 | np.float64]:
    # XᵀX has no negative entries, so that its largest row sum, a row of Xᵀ(X·1), bounds the largest eigenvalue of
    # the sum with λI; λ bounds the smallest.
    wide = matrix.astype(np.float64)
    condition = float((wide.T @ wide.sum(axis=1)).max()) / regularization + 1
    if condition > LARGEST_CONDITION_FLOAT64:
        raise InvalidInput(
            "regularization", f"is {regularization:g}, too small for values this large; expected a larger number"
        )
    return np.float32 if condition <= LARGEST_CONDITION_FLOAT32 else np.float64


def _gram(matrix: sparse.csr_array[Any, tuple[int, int]], *, progress: Progress) -> npt.NDArray[Any]:
    n_items = matrix.shape[1]
    by_item = matrix.T.tocsr()
    gram = np.empty((n_items, n_items), matrix.dtype)
    rows = max(1, BLOCK_ENTRIES // n_items)
    for start in range(0, n_items, rows):
        gram[start : start + rows] = (by_item[start : start + rows] @ matrix).toarray()
        progress(0.3 * min(start + rows, n_items) / n_items, "counting pairs")
    return gram
