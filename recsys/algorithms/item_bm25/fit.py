"""Similarity of items whose customers are weighted by BM25."""

from typing import Any

import numpy.typing as npt

from recsys.algorithms.contract import Progress, ignore_progress
from recsys.algorithms.item_bm25.config import Config
from recsys.algorithms.item_links import item_links
from recsys.algorithms.weighting import Bm25
from recsys.dataset import Interactions


def fit(
    interactions: Interactions, config: Config, *, progress: Progress = ignore_progress
) -> dict[str, npt.NDArray[Any]]:
    """Links between items as documents, whose terms are the customers who preferred them."""
    matrix = interactions.training_matrix().T.tocsr()  # [items, users]
    weighted = Bm25.of(matrix, k1=config.k1, b=config.b).weigh(matrix)
    return item_links(weighted, config, progress=progress)
