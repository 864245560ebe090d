"""Ranking metrics as pure functions over hits: one value for each user, so that intervals can be drawn over users.

`hits` is `(users, k)`: whether the item at each rank is one of the user's test items. `relevant` is `(users,)`: how
many test items the user has. A user without test items gets NaN, not 0: nothing was asked of the ranking.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from marketing.errors import InvalidInput

PerUser = npt.NDArray[np.float64]


def ndcg(hits: npt.ArrayLike, *, relevant: npt.ArrayLike) -> PerUser:
    """Normalised discounted cumulative gain at k, with binary gains.

    DCG = Σ_r hit_r / log2(r + 1) over ranks r = 1..k, divided by the DCG of the best ranking possible, whose first
    min(k, relevant) ranks are hits (Järvelin and Kekäläinen 2002, §2.2).

    >>> ndcg([[True, False, True]], relevant=[2])  # (1 + 1/2) / (1 + 1/log2(3))
    array([0.91972079])
    """
    found, asked = _checked(hits, relevant)
    discounts = 1 / np.log2(np.arange(found.shape[1]) + 2)
    ideal = np.concatenate(([0.0], np.cumsum(discounts)))[np.minimum(asked, found.shape[1])]
    return _ratio(found @ discounts, ideal)


def recall(hits: npt.ArrayLike, *, relevant: npt.ArrayLike) -> PerUser:
    """Share of the user's test items that stand among the first k: Σ_r hit_r / relevant.

    >>> recall([[True, False, True]], relevant=[4])
    array([0.5])
    """
    found, asked = _checked(hits, relevant)
    return _ratio(found.sum(axis=1), asked)


def precision(hits: npt.ArrayLike, *, relevant: npt.ArrayLike) -> PerUser:
    """Share of the first k items that are test items: Σ_r hit_r / k.

    >>> precision([[True, False, True, False]], relevant=[2])
    array([0.5])
    """
    found, asked = _checked(hits, relevant)
    return np.where(asked > 0, found.mean(axis=1), np.nan)


def coverage(recommended: npt.NDArray[np.integer[Any]], *, n_items: int) -> float:
    """Share of the catalogue that stands in at least one list: |∪_u list_u| / items.

    `recommended` is `(users, k)` item places.

    >>> coverage(np.array([[0, 1], [1, 2]]), n_items=6)
    0.5
    """
    if n_items < 1:
        raise InvalidInput("n_items", f"is {n_items}; expected at least 1")
    return len(np.unique(recommended)) / n_items


def _checked(
    hits: npt.ArrayLike, relevant: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.integer[Any]]]:
    found, asked = np.asarray(hits), np.asarray(relevant)
    if found.ndim != 2 or found.shape[1] < 1:
        raise InvalidInput("hits", f"has shape {found.shape}; expected (users, k) with k of at least 1")
    if asked.shape != found.shape[:1] or asked.dtype.kind not in "iu":
        raise InvalidInput(
            "relevant", f"is {asked.dtype} of shape {asked.shape}; expected whole numbers of shape {found.shape[:1]}"
        )
    if (found.sum(axis=1) > asked).any():
        raise InvalidInput("hits", "holds more hits than the user has test items")
    return found.astype(np.float64), asked


def _ratio(part: npt.NDArray[Any], whole: npt.NDArray[Any]) -> PerUser:
    result = np.full(len(part), np.nan)
    np.divide(part, whole, out=result, where=whole > 0)
    return result
