"""Keeps the training rows in the two orders that scoring reads them in."""

from typing import Any

import numpy as np
import numpy.typing as npt

from recsys.algorithms.contract import Progress, ignore_progress
from recsys.algorithms.norms import row_norms, unit_rows
from recsys.algorithms.user_cosine.config import Config
from recsys.algorithms.user_cosine.fingerprints import fingerprints
from recsys.dataset import Interactions


def fit(
    interactions: Interactions,
    config: Config,  # noqa: ARG001 - the size of the neighbourhood only matters when scoring
    *,
    progress: Progress = ignore_progress,
) -> dict[str, npt.NDArray[Any]]:
    """Give rating vectors by user (as they are) and by item (each user's of norm 1), norms, and fingerprints."""
    by_user = interactions.training_matrix()
    by_item = unit_rows(by_user).T.tocsr()
    progress(0.5, "ordered by item")
    numbers = fingerprints(by_user)
    order = np.argsort(numbers, kind="stable")
    progress(1.0, "fingerprinted")
    return {
        "user_indptr": by_user.indptr.astype(np.int32),
        "user_indices": by_user.indices.astype(np.int32),
        "user_values": by_user.data.astype(np.float32),
        "item_indptr": by_item.indptr.astype(np.int32),
        "item_indices": by_item.indices.astype(np.int32),
        "item_values": by_item.data.astype(np.float32),
        "norms": row_norms(by_user).astype(np.float32),
        # Artefacts hold 32-bit numbers only, so that each fingerprint is stored as two.
        "fingerprints": numbers[order].view(np.int32).reshape(-1, 2),
        "fingerprint_rows": order.astype(np.int32),
    }
