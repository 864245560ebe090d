"""Predicted ratings from people with similar histories."""

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recsys.algorithms.contract import Arrays, Scores, check_history, check_item, strongest, take
from recsys.algorithms.norms import row_norms
from recsys.algorithms.user_cosine.config import Config
from recsys.algorithms.user_cosine.fingerprints import Fingerprints, equal_rows, fingerprints
from recsys.dataset import Csr
from recsys.ranking import top_items

# Weights are dense over all training users for a block of people at a time: 8 million float32 are 32 MiB.
BLOCK_ENTRIES = 8_000_000


class Scorer:
    """Predicts the rating of person u for item i as Σ_k w_k r_ki with w_k = s_uk / Σ_j s_uj, and w = 0 if Σ_j s_uj = 0.

    s_uk is the dot product of the two rating vectors over the product of their norms. The person need not be in the
    training set. When a training row equals her history exactly, one such row is taken for her own and left out: she
    is no neighbour of hers. That can't do harm to a stranger with the same history, because an equal row rates only
    items that she has already; it changes the scale of the others, not their order.
    """

    def __init__(
        self,
        *,
        by_user: Csr,
        by_item: Csr,
        norms: Scores,
        known: Fingerprints,
        order: npt.NDArray[np.int32],
        neighbours: int | None,
    ) -> None:
        self.n_items = by_item.shape[0]
        self._by_user = by_user  # [user, item], ratings
        self._by_item = by_item  # [item, user], ratings over the user's norm
        self._norms = norms
        self._known = known
        self._order = order
        self._neighbours = neighbours

    @classmethod
    def from_arrays(cls, arrays: Arrays, config: Config) -> Self:
        norms = take(arrays, "norms")
        n_items = len(take(arrays, "item_indptr")) - 1
        return cls(
            by_user=_compressed(arrays, "user", shape=(len(norms), n_items)),
            by_item=_compressed(arrays, "item", shape=(n_items, len(norms))),
            norms=norms,
            known=take(arrays, "fingerprints", ndim=2).view(np.uint64).ravel(),
            order=take(arrays, "fingerprint_rows"),
            neighbours=config.neighbours,
        )

    def score(self, history: Csr) -> Scores:
        history = check_history(history, n_items=self.n_items)
        rows = max(1, BLOCK_ENTRIES // len(self._norms))
        blocks = [
            (self._weights(history[start : start + rows]) @ self._by_user).astype(np.float32, copy=False)
            for start in range(0, history.shape[0], rows)
        ]
        return np.concatenate(blocks) if blocks else np.empty((0, self.n_items), np.float32)

    def explain(self, items: npt.NDArray[np.integer[Any]], weights: npt.NDArray[Any], target: int) -> int | None:
        """Take s_uk apart: what item j of the history adds to the target is h_j Σ_k r_kj r_kt / |r_k| over neighbours."""
        target = check_item(target, n_items=self.n_items, name="target")
        items, weights = np.asarray(items), np.asarray(weights, np.float32)
        history: Csr = sparse.csr_array((weights, (np.zeros(len(items), np.intp), items)), shape=(1, self.n_items))
        entries = slice(self._by_item.indptr[target], self._by_item.indptr[target + 1])
        raters = self._by_item.indices[entries]
        ratings = np.zeros(len(self._norms), np.float32)
        ratings[raters] = self._by_item.data[entries] * self._norms[raters]
        ratings[self._weights(history)[0] <= 0] = 0.0
        return strongest(weights * (self._by_item[items] @ ratings))

    def similar(self, item: int) -> Scores | None:
        check_item(item, n_items=self.n_items)
        return None

    def _weights(self, history: Csr) -> Scores:
        similarities = (history @ self._by_item).toarray()  # [people, users]
        self._leave_out_own_row(similarities, history)
        norms = row_norms(history)
        similarities /= np.where(norms > 0, norms, 1.0).astype(np.float32)[:, None]
        if self._neighbours is not None and self._neighbours < len(self._norms):
            similarities = _nearest(similarities, k=self._neighbours)
        sums = similarities.sum(axis=1, keepdims=True, dtype=np.float64)
        weights: Scores = np.divide(similarities, sums, out=np.zeros_like(similarities), where=sums > 0)
        return weights

    def _leave_out_own_row(self, similarities: Scores, history: Csr) -> None:
        own = equal_rows(fingerprints(history), known=self._known, order=self._order)
        people = np.flatnonzero(own >= 0)
        similarities[people, own[people]] = 0.0


def _compressed(arrays: Arrays, side: str, *, shape: tuple[int, int]) -> Csr:
    parts = (take(arrays, f"{side}_values"), take(arrays, f"{side}_indices"), take(arrays, f"{side}_indptr"))
    return sparse.csr_array(parts, shape=shape)


def _nearest(similarities: Scores, *, k: int) -> Scores:
    places = top_items(similarities, k=k)
    kept = np.zeros_like(similarities)
    np.put_along_axis(kept, places, np.take_along_axis(similarities, places, axis=1), axis=1)
    return kept
