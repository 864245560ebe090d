"""Scores from similarities of items: what the history is near to."""

from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recsys.algorithms.contract import Arrays, Scores, check_history, check_item, strongest, take
from recsys.algorithms.item_cosine.config import Config
from recsys.dataset import Csr


class Scorer:
    def __init__(self, links: Csr, *, neighbours_of: str) -> None:
        self.n_items = links.shape[0]
        self._links = links  # [history item, candidate]
        self._neighbours_of = neighbours_of

    @classmethod
    def from_arrays(cls, arrays: Arrays, config: Config) -> Self:
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


def _row(matrix: Csr, row: int) -> Scores:
    dense = np.zeros(matrix.shape[1], np.float32)
    entries = slice(matrix.indptr[row], matrix.indptr[row + 1])
    dense[matrix.indices[entries]] = matrix.data[entries]
    return dense
