"""Counts how many distinct users each item has."""

from typing import Any

import numpy as np
import numpy.typing as npt

from recsys.algorithms.contract import Progress, ignore_progress
from recsys.algorithms.popularity.config import Config
from recsys.dataset import Interactions


def fit(
    interactions: Interactions,
    config: Config,  # noqa: ARG001 - every fit takes its settings; counting has none
    *,
    progress: Progress = ignore_progress,
) -> dict[str, npt.NDArray[Any]]:
    """Counts `users` `(items,)`, as scores."""
    # The matrix holds a user and an item once, however often they met.
    matrix = interactions.training_matrix()
    counts = np.bincount(matrix.indices, minlength=interactions.n_items)
    progress(1.0, "counted")
    return {"users": counts.astype(np.float32)}
