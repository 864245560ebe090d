"""Keeps the training rows, how rare each item is, and how long rows are."""

from typing import Any

import numpy as np
import numpy.typing as npt

from recsys.algorithms.contract import Progress, ignore_progress
from recsys.algorithms.user_bm25.config import Config
from recsys.algorithms.user_neighbours import user_rows
from recsys.algorithms.weighting import Bm25
from recsys.dataset import Interactions


def fit(
    interactions: Interactions,
    config: Config,
    *,
    progress: Progress = ignore_progress,
) -> dict[str, npt.NDArray[Any]]:
    """Rows of ratings; likeness is the dot product of their BM25 weights, with items as terms."""
    matrix = interactions.training_matrix()
    bm25 = Bm25.of(matrix, k1=config.k1, b=config.b)
    arrays = user_rows(matrix, weighted=bm25.weigh(matrix), unit=False, progress=progress)
    return {
        **arrays,
        "frequencies": bm25.frequencies,
        "mean_length": np.array([bm25.mean_length], np.float32),
    }
