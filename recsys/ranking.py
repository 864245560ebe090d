"""The best items of each row of scores, without sorting the whole catalogue."""

from typing import Any

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]

# Rows are cut into groups of columns, four for each place wanted and so many at least, or more of them where there are
# columns enough; the k-th best of the groups' best scores is a bound that few of the others reach.
GROUPS_PER_PLACE, LEAST_GROUPS, MOST_GROUPS = 4, 128, 512
# With fewer columns in a group the bound saves nothing.
LEAST_WIDTH = 4
# Where more scores than this, for each place wanted, reach the bound, since many are equal, rows are cut by the k-th score.
MOST_PER_PLACE = 16
# Scores are looked at several times, in slabs of rows that stay in a processor's cache: 4 MiB of float32.
SLAB_ENTRIES = 1_000_000


def top_items(scores: npt.NDArray[Any], *, k: int) -> Rows:
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
    slab = max(1, SLAB_ENTRIES // items)
    if rows <= slab:
        return _top_of_slab(scores, k=k)
    return np.concatenate([_top_of_slab(scores[start : start + slab], k=k) for start in range(0, rows, slab)])


def _top_of_slab(scores: npt.NDArray[Any], *, k: int) -> Rows:
    rows, items = scores.shape
    groups = max(GROUPS_PER_PLACE * k, LEAST_GROUPS, min(items // LEAST_WIDTH, MOST_GROUPS))
    if items >= LEAST_WIDTH * groups:
        reached = scores >= _bound(scores, k=k, groups=groups)
        if np.count_nonzero(reached) <= MOST_PER_PLACE * k * rows:
            return _best_of(scores, reached, k=k)
    return _best_of(scores, _at_least_kth(scores, k=k), k=k)


def _bound(scores: npt.NDArray[Any], *, k: int, groups: int) -> npt.NDArray[Any]:
    """A score `(rows, 1)` that at least k of each row reach: every k-th column group, of those with the best ones, has one."""
    rows, items = scores.shape
    width = items // groups
    best = scores[:, : width * groups].reshape(rows, width, groups).max(axis=1)
    return np.partition(best, groups - k, axis=1)[:, groups - k, None]


def _at_least_kth(scores: npt.NDArray[Any], *, k: int) -> npt.NDArray[np.bool_]:
    """Exactly k of each row: those above its k-th score, and of those equal to it the first ones."""
    items = scores.shape[1]
    kth = np.partition(scores, items - k, axis=1)[:, items - k, None]
    above, level = scores > kth, scores == kth
    room = k - above.sum(axis=1, keepdims=True)
    chosen: npt.NDArray[np.bool_] = above | (level & (np.cumsum(level, axis=1) <= room))
    return chosen


def _best_of(scores: npt.NDArray[Any], chosen: npt.NDArray[np.bool_], *, k: int) -> Rows:
    """The best k of the chosen columns of each row, of which there are at least k."""
    items = scores.shape[1]
    flat = np.flatnonzero(chosen)
    rows, columns = np.divmod(flat, items)
    # By row, then by falling score; a stable sort leaves equal scores in the order of their columns.
    order = np.lexsort((-scores.ravel()[flat] if scores.flags.c_contiguous else -scores[rows, columns], rows))
    starts = np.searchsorted(rows, np.arange(len(scores)))
    places: Rows = columns[order][starts[:, None] + np.arange(k)]
    return places
