"""Users and items by falling number of entries: neighbours in memory are alike, and those without any come last."""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from recsys.dataset import Interactions


@dataclass(frozen=True, eq=False)
class Relabelling:
    """The busiest have the lowest labels; of equally busy ones the lower code comes first."""

    users: npt.NDArray[np.int64]  # (users with entries,) codes
    items: npt.NDArray[np.int64]  # (items with entries,) codes

    @classmethod
    def of(cls, interactions: Interactions) -> Self:
        return cls(
            users=_busiest_first(interactions.users, size=interactions.n_users),
            items=_busiest_first(interactions.items, size=interactions.n_items),
        )

    def applied(self, interactions: Interactions) -> Interactions:
        return replace(
            interactions,
            users=_labels(self.users, size=interactions.n_users)[interactions.users],
            items=_labels(self.items, size=interactions.n_items)[interactions.items],
            n_users=len(self.users),
            n_items=len(self.items),
            features=None,  # they are in the order of the codes
        )

    def items_restored(self, rows: npt.NDArray[Any], *, n_items: int) -> npt.NDArray[Any]:
        """Rows `(items, …)` in the order of codes, zeros for items without entries."""
        restored = np.zeros((n_items, *rows.shape[1:]), rows.dtype)
        restored[self.items] = rows
        return restored


def _busiest_first(codes: npt.NDArray[np.int32], *, size: int) -> npt.NDArray[np.int64]:
    counts = np.bincount(codes, minlength=size)
    return np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]


def _labels(order: npt.NDArray[np.int64], *, size: int) -> npt.NDArray[np.int32]:
    labels = np.full(size, -1, np.int32)
    labels[order] = np.arange(len(order), dtype=np.int32)
    return labels
