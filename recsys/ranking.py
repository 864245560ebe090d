"""The best items of each row of scores, without sorting the whole catalogue."""

from typing import Any

import numpy as np
import numpy.typing as npt


def top_items(scores: npt.NDArray[Any], *, k: int) -> npt.NDArray[np.int64]:
    """Places `(rows, min(k, items))` of the highest scores of each row, best first; of equal scores the lower place.

    `scores` is `(rows, items)` and may hold -inf for what must come last. The rule for equal scores makes a ranking
    the same on every processor, which a bare partition does not promise.

    >>> top_items(np.array([[1.0, 3.0, 3.0, 2.0]]), k=3)
    array([[1, 2, 3]])
    """
    rows, items = scores.shape
    k = min(k, items)
    if k == 0 or rows == 0:
        return np.empty((rows, k), np.int64)
    threshold = np.partition(scores, items - k, axis=1)[:, items - k, None]
    above, level = scores > threshold, scores == threshold
    room = k - above.sum(axis=1, keepdims=True)
    chosen = above | (level & (np.cumsum(level, axis=1) <= room))
    places = np.nonzero(chosen)[1].reshape(rows, k)
    order = np.argsort(-np.take_along_axis(scores, places, axis=1), axis=1, kind="stable")
    return np.take_along_axis(places, order, axis=1)
