"""Cosine similarity of items, the nearest kept for each."""

from typing import Any

import numpy.typing as npt

from recsys.algorithms.contract import Progress, ignore_progress
from recsys.algorithms.item_cosine.config import Config
from recsys.algorithms.item_links import item_links
from recsys.algorithms.norms import unit_rows
from recsys.dataset import Interactions


def fit(
    interactions: Interactions, config: Config, *, progress: Progress = ignore_progress
) -> dict[str, npt.NDArray[Any]]:
    """Links by the dot product of two items' columns over the product of the columns' norms."""
    return item_links(unit_rows(interactions.training_matrix().T.tocsr()), config, progress=progress)
