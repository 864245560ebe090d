"""Least squares for all rows of a sparse matrix at once, given the factors of its columns.

Row u solves (G + Σ_j w_uj y_j y_jᵀ + λ_u I) x_u = Σ_j t_uj y_j over its entries j: the half-step of alternating least
squares. It is done in blocks of rows and columns, so that the factors that are looked up stay in the cache.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from recsys.algorithms.contract import FitDiverged
from recsys.algorithms.device_fit import Room
from recsys.dataset import Csr

# Entries of the matrix that one block may hold; a step makes a few numbers for each.
BLOCK_INTERACTIONS = {"cpu": 4_000_000, "cuda": 64_000_000}
# Factors start small beside the preferences, which are 1.
FIRST_SIZE = 0.1


@dataclass(frozen=True, eq=False)
class Part:
    """Columns `start` to `stop` of a block of rows."""

    start: int
    stop: int
    weights: Tensor  # (rows, stop - start) in compressed rows

    def with_values(self, values: Tensor) -> Tensor:
        return torch.sparse_csr_tensor(
            self.weights.crow_indices(),
            self.weights.col_indices(),
            values,
            size=self.weights.shape,
            check_invariants=False,  # a pattern that stood before
        )


@dataclass(frozen=True, eq=False)
class Block:
    """Rows `start` to `stop`."""

    start: int
    stop: int
    parts: list[Part]


def cut(matrix: Csr, *, width: int, room: Room) -> list[Block]:
    """Cut the matrix, whose values are the weights w, so that a block's columns have room, each `width` numbers wide."""
    columns = max(1, room.entries // width)
    return [
        Block(
            start,
            stop,
            [
                Part(left, min(left + columns, matrix.shape[1]), _tensor(rows[:, left : left + columns], room=room))
                for left in range(0, matrix.shape[1], columns)
            ],
        )
        for start, stop in _row_ranges(matrix, rows=max(1, room.entries // (4 * width)), room=room)
        for rows in [matrix[start:stop]]
    ]


def _row_ranges(matrix: Csr, *, rows: int, room: Room) -> Iterator[tuple[int, int]]:
    most = BLOCK_INTERACTIONS[room.device.type]
    start = 0
    while start < matrix.shape[0]:
        full = int(np.searchsorted(matrix.indptr, matrix.indptr[start] + most, side="right")) - 1
        stop = min(start + rows, max(full, start + 1), matrix.shape[0])
        yield start, stop
        start = stop


def _tensor(part: Csr, *, room: Room) -> Tensor:
    with warnings.catch_warnings():
        # That compressed rows are young in torch is told once a process; all that is used of them is tested.
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta state", category=UserWarning)
        return torch.sparse_csr_tensor(
            torch.from_numpy(part.indptr.astype(np.int32, copy=False)),
            torch.from_numpy(part.indices.astype(np.int32, copy=False)),
            torch.from_numpy(part.data),
            size=part.shape,
            device=room.device,
            check_invariants=False,  # scipy's own matrices keep them
        )


def conjugate_gradient(
    block: Block, *, known: Tensor, first: Tensor, base: Tensor, penalties: Tensor, steps: int
) -> Tensor:
    """Rows' factors `(rows, k)` after some steps from `first` `(rows, k)`, for targets t = 1 + w.

    `known` `(columns, k)` are the columns' factors y, `base` `(k, k)` is G, `penalties` `(rows, 1)` are λ.
    Each step costs two products with the sparse pattern: the rows' factors with those of the columns where there is an
    entry, and the weighted sum of the columns' factors. All rows of a block share one preconditioner, the inverse of
    their mean matrix, with which two steps do what three do without (Takács, Pilászy and Tikk 2011, without one).
    """
    preconditioner = _inverse_of_mean(block, known=known, base=base, penalties=penalties)
    solution = first.clone()
    residual = _sum_over_entries(block, first, known=known, from_targets=True)
    residual -= torch.addcmul(first @ base, first, penalties)
    direction = conditioned = residual @ preconditioner
    size = _dots(residual, conditioned)
    for step in range(steps):
        image = torch.addcmul(direction @ base, direction, penalties)
        image += _sum_over_entries(block, direction, known=known, from_targets=False)
        length = size / _above_zero(_dots(direction, image))
        solution.addcmul_(direction, length)
        if step + 1 < steps:
            residual.addcmul_(image, length, value=-1)
            conditioned = residual @ preconditioner
            former, size = size, _dots(residual, conditioned)
            direction = torch.addcmul(conditioned, direction, size / _above_zero(former))
    return solution


def _sum_over_entries(block: Block, factors: Tensor, *, known: Tensor, from_targets: bool) -> Tensor:
    """Σ_j w (x·y_j) y_j for each row, or what is missing to the targets: Σ_j (1 + w - w (x·y_j)) y_j."""
    total = torch.zeros_like(factors)
    for part in block.parts:
        columns, weights = known[part.start : part.stop], part.weights.values()
        products = torch.sparse.sampled_addmm(part.weights, factors, columns.T, beta=0.0)
        values = products.values()
        if from_targets:
            values.neg_().add_(1).mul_(weights).add_(1)
        else:
            values.mul_(weights)
        total += products @ columns
    return total


def _inverse_of_mean(block: Block, *, known: Tensor, base: Tensor, penalties: Tensor) -> Tensor:
    mean = base.double()
    for part in block.parts:
        columns = known[part.start : part.stop]
        weights = columns.new_zeros(len(columns))
        weights.index_add_(0, part.weights.col_indices(), part.weights.values())
        mean = mean + (columns.T @ (columns * weights[:, None])).double() / (block.stop - block.start)
    mean = mean + penalties.double().mean() * torch.eye(len(base), dtype=torch.float64, device=base.device)
    inverse: Tensor = torch.linalg.inv(mean).to(base.dtype)
    return inverse


def pair_count(factors: int) -> int:
    """How many numbers `cholesky` looks up for a column: its products of two factors."""
    return factors * (factors + 1) // 2


def cholesky(block: Block, *, known: Tensor, right: Tensor, base: Tensor | None, penalties: Tensor) -> Tensor:
    """Rows' exact factors `(rows, k)` for the right-hand sides `(rows, k)`, by one batch of Cholesky factors.

    Σ_j w y_j y_jᵀ of all rows is one sparse product with the columns' own products of two factors.

    Raises:
        FitDiverged: a row's matrix is not positive definite.

    """
    factors = known.shape[1]
    left, down = torch.triu_indices(factors, factors, device=known.device)
    sums = known.new_zeros((block.stop - block.start, len(left)))
    for part in block.parts:
        columns = known[part.start : part.stop]
        sums += part.weights @ (columns[:, left] * columns[:, down])
    matrices = torch.empty((len(sums), factors, factors), dtype=torch.float64, device=known.device)
    matrices[:, left, down] = matrices[:, down, left] = sums.double()
    if base is not None:
        matrices += base
    matrices.diagonal(dim1=1, dim2=2).add_(penalties)
    triangles, failed = torch.linalg.cholesky_ex(matrices)
    if failed.any():
        raise FitDiverged(
            f"factors: {int(failed.count_nonzero())} rows have no solution; expected finite values and a larger "
            "regularization"
        )
    solved: Tensor = torch.cholesky_solve(right.double()[:, :, None], triangles)[:, :, 0].to(known.dtype)
    return solved


def first_factors(rows: int, *, factors: int, generator: np.random.Generator) -> Tensor:
    """Factors `(rows, factors)` to begin with: random, with a length of about `FIRST_SIZE`."""
    size = np.float32(FIRST_SIZE / np.sqrt(factors))
    return torch.from_numpy(generator.standard_normal((rows, factors), np.float32) * size)


def check_finite(factors: Tensor, *, iteration: int) -> None:
    if not torch.isfinite(factors).all():
        raise FitDiverged(
            f"factors: are NaN or infinite after iteration {iteration + 1}; expected finite numbers: "
            "raise the regularization, or look for extreme values in the interactions"
        )


def _dots(left: Tensor, right: Tensor) -> Tensor:
    return (left * right).sum(dim=1, keepdim=True)


def _above_zero(numbers: Tensor) -> Tensor:
    # A row that is solved already has nothing left to divide.
    return numbers.clamp_min(torch.finfo(numbers.dtype).tiny)
