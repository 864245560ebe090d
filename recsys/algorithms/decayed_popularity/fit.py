"""Counts users by age of their preference."""

from typing import Any

import numpy as np
import numpy.typing as npt

from recsys.algorithms.contract import Progress, ignore_progress
from recsys.algorithms.decay import decayed_users
from recsys.algorithms.decayed_popularity.config import Config
from recsys.dataset import Interactions


def fit(
    interactions: Interactions, config: Config, *, progress: Progress = ignore_progress
) -> dict[str, npt.NDArray[Any]]:
    """Decayed counts `users` `(items,)`, as scores."""
    counts = decayed_users(interactions, half_life_days=config.half_life_days)
    progress(1.0, "counted")
    return {"users": counts.astype(np.float32)}
