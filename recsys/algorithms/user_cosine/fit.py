"""Keeps the training rows in the two orders that scoring reads them in."""

from typing import Any

import numpy.typing as npt

from recsys.algorithms.contract import Progress, ignore_progress
from recsys.algorithms.user_cosine.config import Config
from recsys.algorithms.user_neighbours import user_rows
from recsys.dataset import Interactions


def fit(
    interactions: Interactions,
    config: Config,  # noqa: ARG001 - the size of the neighbourhood only matters when scoring
    *,
    progress: Progress = ignore_progress,
) -> dict[str, npt.NDArray[Any]]:
    """Rows of ratings as they are; likeness is their cosine."""
    matrix = interactions.training_matrix()
    return user_rows(matrix, weighted=matrix, progress=progress)
