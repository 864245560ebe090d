"""Neighbourhoods of items: sparse links from what is in a history to what it speaks for."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recsys.algorithms.configuration import AlgorithmConfig, check_choice, check_whole, searched
from recsys.algorithms.contract import (
    Arrays,
    Progress,
    Scores,
    check_history,
    check_item,
    strongest,
    take,
)
from recsys.dataset import Csr
from recsys.ranking import top_items

NEIGHBOURS_OF = ("candidate", "history")
# Similarities are made densely for a block of items at a time: 16 million float32 are 64 MiB.
BLOCK_ENTRIES = 16_000_000


@dataclass(frozen=True, kw_only=True)
class ItemLinksConfig(AlgorithmConfig):
    """`neighbours` is how many similar items are kept for each item; None keeps all.

    `neighbours_of` says whose neighbours count when a history is scored: those of the `candidate` (Sarwar et al.
    2001) or those of each item in the `history` (Deshpande and Karypis 2004). The candidate's are the better ones:
    on validation rows of MovieLens 100k .198 NDCG@10 against .180, on its test rows .281 against .244.
    """

    neighbours: int | None = searched(100, low=10, high=1_000, log=True, whole=True)
    neighbours_of: str = "candidate"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.neighbours is not None:
            check_whole("neighbours", self.neighbours, low=1, high=1_000_000)
        check_choice("neighbours_of", self.neighbours_of, choices=NEIGHBOURS_OF)


def item_links(vectors: Csr, config: ItemLinksConfig, *, progress: Progress) -> dict[str, npt.NDArray[Any]]:
    """Links `(items, items)` in compressed rows: from an item in the history to the candidates it speaks for.

    The similarity of two items is the dot product of their rows in `vectors` `(items, users)`.
    """
    n_items = vectors.shape[0]
    kept = min(config.neighbours or n_items, n_items)
    rows = max(1, BLOCK_ENTRIES // n_items)
    blocks = []
    for start in range(0, n_items, rows):
        blocks.append(_nearest(vectors, start=start, stop=min(start + rows, n_items), kept=kept))
        progress(min(start + rows, n_items) / n_items, "comparing items")
    nearest = sparse.vstack(blocks, format="csr")
    links = nearest.T.tocsr() if config.neighbours_of == "candidate" else nearest
    links.sort_indices()
    return {
        "indptr": links.indptr.astype(np.int32),
        "indices": links.indices.astype(np.int32),
        "values": links.data.astype(np.float32),
    }


class ItemLinksScorer:
    def __init__(self, links: Csr, *, neighbours_of: str) -> None:
        self.n_items = links.shape[0]
        self._links = links  # [history item, candidate]
        self._neighbours_of = neighbours_of

    @classmethod
    def from_arrays(cls, arrays: Arrays, config: ItemLinksConfig) -> Self:
        indptr = take(arrays, "indptr")
        n_items = len(indptr) - 1
        links: Csr = sparse.csr_array(
            (take(arrays, "values"), take(arrays, "indices"), indptr), shape=(n_items, n_items)
        )
        return cls(links, neighbours_of=config.neighbours_of)

    def score(self, history: Csr) -> Scores:
        return (check_history(history, n_items=self.n_items) @ self._links).toarray().astype(np.float32, copy=False)

    def explain(self, items: npt.NDArray[np.integer[Any]], weights: npt.NDArray[Any], target: int) -> int | None:
        similarities = _row(self._links_to, check_item(target, n_items=self.n_items, name="target"))
        return strongest(np.asarray(weights) * similarities[items])

    def similar(self, item: int) -> Scores | None:
        """Similarity of the item's own neighbours, 0 for all others."""
        own = self._links_to if self._neighbours_of == "candidate" else self._links
        return _row(own, check_item(item, n_items=self.n_items))

    @cached_property
    def _links_to(self) -> Csr:
        # [candidate, history item]; made when first asked for, because ranking alone never needs it.
        return self._links.T.tocsr()


def _nearest(vectors: Csr, *, start: int, stop: int, kept: int) -> Csr:
    similarities = (vectors[start:stop] @ vectors.T).toarray()  # [stop - start, items]
    block = np.arange(stop - start)
    similarities[block, block + start] = 0.0
    places = top_items(similarities, k=kept)
    values = np.take_along_axis(similarities, places, axis=1)
    positive = values > 0
    rows = np.broadcast_to(block[:, None], places.shape)
    return sparse.csr_array((values[positive], (rows[positive], places[positive])), shape=similarities.shape)


def _row(matrix: Csr, row: int) -> Scores:
    dense = np.zeros(matrix.shape[1], np.float32)
    entries = slice(matrix.indptr[row], matrix.indptr[row + 1])
    dense[matrix.indices[entries]] = matrix.data[entries]
    return dense
