"""Neighbourhoods of users: what people with similar histories preferred, weighted by likeness."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recsys.algorithms.configuration import AlgorithmConfig, check_whole, searched
from recsys.algorithms.contract import Arrays, Progress, Scores, check_history, check_item, strongest, take
from recsys.algorithms.fingerprints import Fingerprints, equal_rows, fingerprints
from recsys.algorithms.norms import row_norms, unit_rows
from recsys.dataset import Csr
from recsys.ranking import top_items

# Weights are dense over all training users for a block of people at a time: 8 million float32 are 32 MiB.
BLOCK_ENTRIES = 8_000_000


@dataclass(frozen=True, kw_only=True)
class UserNeighboursConfig(AlgorithmConfig):
    """`neighbours` is how many of the most similar users are asked; None asks all, as the formula has it."""

    neighbours: int | None = searched(100, low=10, high=1_000, log=True, whole=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.neighbours is not None:
            check_whole("neighbours", self.neighbours, low=1, high=100_000_000)


def user_rows(by_user: Csr, *, weighted: Csr, progress: Progress, unit: bool = True) -> dict[str, npt.NDArray[Any]]:
    """Give the rating vectors by user as they are and, weighted and with `unit` of norm 1, by item; and fingerprints.

    Both matrices are `(users, items)` and have the same entries; likeness is measured by the weighted one.
    """
    norms = row_norms(weighted) if unit else np.ones(weighted.shape[0])
    by_item = (unit_rows(weighted) if unit else weighted).T.tocsr()
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
        "norms": norms.astype(np.float32),
        # Artefacts hold 32-bit numbers only, so that each fingerprint is stored as two.
        "fingerprints": numbers[order].view(np.int32).reshape(-1, 2),
        "fingerprint_rows": order.astype(np.int32),
    }


class UserNeighboursScorer:
    """Predicts the rating of person u for item i as Σ_k w_k r_ki with w_k = s_uk / Σ_j s_uj, and w = 0 if Σ_j s_uj = 0.

    s_uk is the dot product of the two weighted rating vectors over the product of their norms. The person need not be in the
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
        weigh: Callable[[Csr], Csr],
    ) -> None:
        self.n_items = by_item.shape[0]
        self._by_user = by_user  # [user, item], ratings
        self._by_item = by_item  # [item, user], weighted ratings over the user's norm
        self._norms = norms
        self._known = known
        self._order = order
        self._neighbours = neighbours
        self._weigh = weigh

    @classmethod
    def from_arrays(cls, arrays: Arrays, config: Any) -> Self:
        norms = take(arrays, "norms")
        n_items = len(take(arrays, "item_indptr")) - 1
        return cls(
            by_user=_compressed(arrays, "user", shape=(len(norms), n_items)),
            by_item=_compressed(arrays, "item", shape=(n_items, len(norms))),
            norms=norms,
            known=take(arrays, "fingerprints", ndim=2).view(np.uint64).ravel(),
            order=take(arrays, "fingerprint_rows"),
            neighbours=config.neighbours,
            weigh=cls.weighing(arrays, config),
        )

    @classmethod
    def weighing(cls, arrays: Arrays, config: Any) -> Callable[[Csr], Csr]:  # noqa: ARG003 - others need them
        """How a history is weighted, entry by entry: as the training rows are."""
        return lambda history: history

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
        weighted = self._weigh(history)
        similarities = (weighted @ self._by_item).toarray()  # [people, users]
        self._leave_out_own_row(similarities, history)
        norms = row_norms(weighted)
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
