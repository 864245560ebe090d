"""Cosine similarity of items, the nearest kept for each."""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recsys.algorithms.contract import Progress, ignore_progress
from recsys.algorithms.item_cosine.config import Config
from recsys.algorithms.norms import unit_rows
from recsys.dataset import Csr, Interactions
from recsys.ranking import top_items

# Similarities are made densely for a block of items at a time: 16 million float32 are 64 MiB.
BLOCK_ENTRIES = 16_000_000


def fit(
    interactions: Interactions, config: Config, *, progress: Progress = ignore_progress
) -> dict[str, npt.NDArray[Any]]:
    """Links `(items, items)` in compressed rows: from an item in the history to the candidates it speaks for.

    The similarity of two items is the dot product of their columns over the product of the columns' norms.
    """
    unit = unit_rows(interactions.training_matrix().T.tocsr())  # [items, users]
    kept = min(config.neighbours or interactions.n_items, interactions.n_items)
    rows = max(1, BLOCK_ENTRIES // interactions.n_items)
    blocks = []
    for start in range(0, interactions.n_items, rows):
        blocks.append(_nearest(unit, start=start, stop=min(start + rows, interactions.n_items), kept=kept))
        progress(min(start + rows, interactions.n_items) / interactions.n_items, "comparing items")
    nearest = sparse.vstack(blocks, format="csr")
    links = nearest.T.tocsr() if config.neighbours_of == "candidate" else nearest
    links.sort_indices()
    return {
        "indptr": links.indptr.astype(np.int32),
        "indices": links.indices.astype(np.int32),
        "values": links.data.astype(np.float32),
    }


def _nearest(unit: Csr, *, start: int, stop: int, kept: int) -> Csr:
    similarities = (unit[start:stop] @ unit.T).toarray()  # [stop - start, items]
    block = np.arange(stop - start)
    similarities[block, block + start] = 0.0
    places = top_items(similarities, k=kept)
    values = np.take_along_axis(similarities, places, axis=1)
    positive = values > 0
    rows = np.broadcast_to(block[:, None], places.shape)
    return sparse.csr_array((values[positive], (rows[positive], places[positive])), shape=similarities.shape)
