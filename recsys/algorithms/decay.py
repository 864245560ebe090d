"""Counts of people that halve with age."""

import numpy as np
import numpy.typing as npt

from recsys.dataset import Interactions, by_pair

DAY = 24 * 3600.0


def decayed_users(interactions: Interactions, *, half_life_days: float) -> npt.NDArray[np.float64]:
    """How many users each item `(items,)` has, each worth 2^(-age / half-life); ages before the newest row of all.

    A user counts once for an item, by her newest row.

    Raises:
        InvalidInput: there is no row to learn from.

    """
    interactions.training_matrix()
    order, first = by_pair(interactions)
    newest = order[np.append(first[1:], len(order)) - 1]
    worth = np.exp2((interactions.times[newest] - interactions.times.max()) / (half_life_days * DAY))
    return np.bincount(interactions.items[newest], weights=worth, minlength=interactions.n_items).astype(
        np.float64, copy=False
    )
