"""Keeps the training rows, and how rare each item is."""

from typing import Any

import numpy.typing as npt

from recsys.algorithms.contract import Progress, ignore_progress
from recsys.algorithms.user_neighbours import user_rows
from recsys.algorithms.user_tfidf.config import Config
from recsys.algorithms.weighting import inverse_frequencies, tfidf
from recsys.dataset import Interactions


def fit(
    interactions: Interactions,
    config: Config,  # noqa: ARG001 - the size of the neighbourhood only matters when scoring
    *,
    progress: Progress = ignore_progress,
) -> dict[str, npt.NDArray[Any]]:
    """Rows of ratings; likeness is the cosine of their TF-IDF weights, with items as terms."""
    matrix = interactions.training_matrix()
    frequencies = inverse_frequencies(matrix)
    weighted = tfidf(matrix, frequencies=frequencies)
    return {**user_rows(matrix, weighted=weighted, progress=progress), "frequencies": frequencies}
