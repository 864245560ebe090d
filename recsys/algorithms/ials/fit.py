"""Implicit alternating least squares: users given items, items given users, each half-step for all rows at once."""

from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from recsys.algorithms.contract import Progress, ignore_progress
from recsys.algorithms.device_fit import Room, in_room, resolve_device
from recsys.algorithms.ials.config import Config
from recsys.algorithms.ials.penalties import penalties, powers
from recsys.algorithms.least_squares_fit import (
    Block,
    check_finite,
    cholesky,
    conjugate_gradient,
    cut,
    first_factors,
    pair_count,
)
from recsys.algorithms.relabelling import Relabelling
from recsys.dataset import Csr, Interactions


def fit(
    interactions: Interactions, config: Config, *, progress: Progress = ignore_progress
) -> dict[str, npt.NDArray[Any]]:
    """Factors of the `items` `(items, k)`, their `gram` YᵀY `(k, k)`, and `mean_power` `(1,)` for the penalties.

    Minimises Σ_ui c_ui (p_ui - x_uᵀy_i)² + Σ_u λ_u ‖x_u‖² + Σ_i λ_i ‖y_i‖² with p = 1 and c = 1 + αr where there is a
    preference of strength r, else p = 0 and c = 1 (Hu, Koren and Volinsky 2008, §4, equations 3 to 5). The users'
    factors are not kept: the scorer finds anybody's from the history.

    Raises:
        InvalidInput: no interactions.
        FitDiverged: the factors are not finite: the values or settings are too extreme for 32 bits.

    """
    relabelling = Relabelling.of(interactions)
    matrix = relabelling.applied(interactions).training_matrix()
    factors = in_room(
        partial(_item_factors, matrix, config, progress), device=resolve_device(config.device), progress=progress
    )
    items = relabelling.items_restored(factors, n_items=interactions.n_items)
    return {
        "items": items,
        "gram": items.T @ items,
        "mean_power": np.array([_user_powers(matrix, config=config).mean()], np.float32),
    }


def _item_factors(matrix: Csr, config: Config, progress: Progress, room: Room) -> npt.NDArray[np.float32]:
    by_user = _Side.of(matrix, config=config, room=room)
    by_item = _Side.of(matrix.T.tocsr(), config=config, room=room)
    generator = np.random.default_rng(config.seed)
    items = first_factors(matrix.shape[1], factors=config.factors, generator=generator).to(room.device)
    users = first_factors(matrix.shape[0], factors=config.factors, generator=generator).to(room.device)
    for iteration in range(config.iterations):
        by_user.solve(users, known=items, config=config)
        by_item.solve(items, known=users, config=config)
        check_finite(items, iteration=iteration)
        progress((iteration + 1) / config.iterations, f"iteration {iteration + 1} of {config.iterations}")
    return items.cpu().numpy()


@dataclass(frozen=True, eq=False)
class _Side:
    """The rows of one side, users or items, as blocks, and the λ of each `(rows, 1)`."""

    blocks: list[Block]
    penalties: Tensor

    @classmethod
    def of(cls, matrix: Csr, *, config: Config, room: Room) -> Self:
        own = powers(matrix.sum(axis=1), n_columns=matrix.shape[1], config=config)
        weights = matrix * np.float32(config.alpha)
        width = config.factors if config.solver == "conjugate_gradient" else pair_count(config.factors)
        return cls(
            blocks=cut(weights, width=width, room=room),
            penalties=torch.from_numpy(penalties(own, mean_power=own.mean(), config=config)).to(room.device),
        )

    def solve(self, factors: Tensor, *, known: Tensor, config: Config) -> None:
        """Put the best factors of the rows for the `known` ones of the columns in the place of the last ones."""
        base = known.T @ known
        for block in self.blocks:
            own = slice(block.start, block.stop)
            if config.solver == "conjugate_gradient":
                factors[own] = conjugate_gradient(
                    block,
                    known=known,
                    first=factors[own],
                    base=base,
                    penalties=self.penalties[own],
                    steps=config.steps,
                )
            else:
                factors[own] = cholesky(
                    block, known=known, right=_right(block, known=known), base=base, penalties=self.penalties[own]
                )


def _right(block: Block, *, known: Tensor) -> Tensor:
    """Σ_j (1 + w) y_j for each row."""
    right = known.new_zeros((block.stop - block.start, known.shape[1]))
    for part in block.parts:
        right += part.with_values(part.weights.values() + 1) @ known[part.start : part.stop]
    return right


def _user_powers(matrix: Csr, *, config: Config) -> npt.NDArray[np.float64]:
    return powers(matrix.sum(axis=1), n_columns=matrix.shape[1], config=config)
