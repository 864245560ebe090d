"""Cosine similarity of items whose customers are weighted by TF-IDF."""

from typing import Any

import numpy.typing as npt

from recsys.algorithms.contract import Progress, ignore_progress
from recsys.algorithms.item_links import item_links
from recsys.algorithms.item_tfidf.config import Config
from recsys.algorithms.norms import unit_rows
from recsys.algorithms.weighting import inverse_frequencies, tfidf
from recsys.dataset import Interactions


def fit(
    interactions: Interactions, config: Config, *, progress: Progress = ignore_progress
) -> dict[str, npt.NDArray[Any]]:
    """Links between items as documents, whose terms are the customers who preferred them."""
    matrix = interactions.training_matrix().T.tocsr()  # [items, users]
    weighted = tfidf(matrix, frequencies=inverse_frequencies(matrix))
    return item_links(unit_rows(weighted), config, progress=progress)
