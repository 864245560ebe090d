"""Explicit matrix factorisation by alternating least squares: values are what is predicted, not how sure we are."""

from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from recsys.algorithms.contract import Progress, ignore_progress
from recsys.algorithms.device_fit import Room, in_room, resolve_device
from recsys.algorithms.least_squares_fit import Block, Part, check_finite, cholesky, cut, first_factors, pair_count
from recsys.algorithms.matrix_factorization.config import Config
from recsys.algorithms.relabelling import Relabelling
from recsys.dataset import Csr, Interactions

# Values that differ by less are equal in 32 bits.
SMALLEST_SPREAD = 1e-6


def fit(
    interactions: Interactions, config: Config, *, progress: Progress = ignore_progress
) -> dict[str, npt.NDArray[Any]]:
    """Factors of the `items` `(items, k)` and their `biases` `(items,)`; `centre`, `scale` and `penalty`, each `(1,)`.

    Minimises Σ_ui∈observed (v_ui - s_ui)² + w Σ_ui∈absent s_ui² + λ (Σ_u ‖p_u‖² + Σ_i ‖q_i‖²) + λ_b (Σ_u b_u² + Σ_i b_i²)
    with s = b_u + b_i + p_uᵀq_i and v = (value - centre) / scale (Koren, Bell and Volinsky 2009, Matrix Factorization
    Techniques for Recommender Systems, equations 4 and 5, where w = 0); λ is the `penalty`. Exact for one side given
    the other, in turn.

    Where all values are equal, as for events without stars, a mean taken off would leave nothing: the centre is 0
    then, whatever `centring` says.

    Raises:
        InvalidInput: no interactions.
        FitDiverged: the factors are not finite, or a row has no solution.

    """
    relabelling = Relabelling.of(interactions)
    matrix = relabelling.applied(interactions).training_matrix()
    centre, scale = _level(matrix.data, centring=config.centring)
    matrix.data = ((matrix.data - centre) / scale).astype(np.float32)
    penalty = config.regularization * matrix.nnz / (matrix.shape[0] * matrix.shape[1]) ** 0.5
    extended = in_room(
        partial(_item_factors, matrix, penalty, config, progress),
        device=resolve_device(config.device),
        progress=progress,
    )
    items = relabelling.items_restored(extended, n_items=interactions.n_items)
    return {
        "items": np.ascontiguousarray(items[:, 1:]),
        "biases": items[:, 0] * np.float32(config.constant),
        "centre": np.array([centre], np.float32),
        "scale": np.array([scale], np.float32),
        "penalty": np.array([penalty], np.float32),
    }


def _level(values: npt.NDArray[np.float32], *, centring: float) -> tuple[float, float]:
    wide = values.astype(np.float64)
    equal = np.ptp(wide) <= SMALLEST_SPREAD * wide.max()
    centre = 0.0 if equal else centring * float(wide.mean())
    return centre, float(np.sqrt(np.mean((wide - centre) ** 2)))


def _item_factors(
    matrix: Csr, penalty: float, config: Config, progress: Progress, room: Room
) -> npt.NDArray[np.float32]:
    """Rows `(items, 1 + k)`: the bias divided by its constant, and the factors."""
    by_user, by_item = _Side.of(matrix, config=config, room=room), _Side.of(matrix.T.tocsr(), config=config, room=room)
    items = torch.zeros((matrix.shape[1], 1 + config.factors), device=room.device)
    items[:, 1:] = first_factors(matrix.shape[1], factors=config.factors, generator=np.random.default_rng(config.seed))
    for iteration in range(config.iterations):
        users = by_user.solved(known=items, penalty=penalty, config=config)
        items = by_item.solved(known=users, penalty=penalty, config=config)
        check_finite(items, iteration=iteration)
        progress((iteration + 1) / config.iterations, f"iteration {iteration + 1} of {config.iterations}")
    return items.cpu().numpy()


@dataclass(frozen=True, eq=False)
class _Side:
    """The rows of one side, users or items, as blocks whose weights are the values."""

    blocks: list[Block]
    rows: int

    @classmethod
    def of(cls, values: Csr, *, config: Config, room: Room) -> Self:
        return cls(blocks=cut(values, width=pair_count(1 + config.factors), room=room), rows=values.shape[0])

    def solved(self, *, known: Tensor, penalty: float, config: Config) -> Tensor:
        """Give the best biases and factors of the rows for the `known` ones `(columns, 1 + k)` of the columns."""
        biases, features = known[:, 0] * config.constant, known.clone()
        features[:, 0] = config.constant
        base, absent = config.absent_weight * (features.T @ features), config.absent_weight * (biases @ features)
        more = 1 - config.absent_weight
        solution = known.new_empty((self.rows, known.shape[1]))
        for block in self.blocks:
            solution[block.start : block.stop] = cholesky(
                _alike(block, weight=more),
                known=features,
                right=_right(block, features=features, biases=more * biases) - absent,
                base=base,
                penalties=known.new_full((block.stop - block.start, 1), penalty),
            )
        return solution


def _alike(block: Block, *, weight: float) -> Block:
    """Every entry weighs the same, however large its value."""
    parts = [
        Part(part.start, part.stop, part.with_values(torch.full_like(part.weights.values(), weight)))
        for part in block.parts
    ]
    return Block(block.start, block.stop, parts)


def _right(block: Block, *, features: Tensor, biases: Tensor) -> Tensor:
    """Σ_j (v_j - b_j) z_j for each row."""
    right = features.new_zeros((block.stop - block.start, features.shape[1]))
    for part in block.parts:
        own = slice(part.start, part.stop)
        targets = part.weights.values() - biases[own][part.weights.col_indices()]
        right += part.with_values(targets) @ features[own]
    return right
