"""Metrics of recommendation lists as pure functions.

The first six look at hits, the next two at what the lists hold, one value for each user so that intervals can be drawn
over users; the last two look at all lists together.

`hits` is `(users, k)`: whether the item at each rank is one of the user's test items. `relevant` is `(users,)`: how
many test items the user has. A user without test items gets NaN, not 0: nothing was asked of the ranking.
`recommended` is `(users, k)`: the places of the recommended items.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from marketing.errors import InvalidInput

PerUser = npt.NDArray[np.float64]
Places = npt.NDArray[np.integer[Any]]

# Groups of items by popularity: the head and the tail have this share of all interactions each.
HEAD, MIDDLE, TAIL = 0, 1, 2
GROUPS = 3
GROUP_SHARE = 0.2


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


def average_precision(hits: npt.ArrayLike, *, relevant: npt.ArrayLike) -> PerUser:
    """Average precision at k, whose mean over users is MAP@k.

    AP = Σ_r hit_r · precision@r / min(k, relevant), so that the best ranking possible has 1 (Manning, Raghavan and
    Schütze 2008, §8.4, cut at k).

    >>> average_precision([[True, False, True]], relevant=[2])  # (1/1 + 2/3) / 2
    array([0.83333333])
    """
    found, asked = _checked(hits, relevant)
    ranks = np.arange(found.shape[1]) + 1
    precisions = np.cumsum(found, axis=1) / ranks
    return _ratio((found * precisions).sum(axis=1), np.minimum(asked, found.shape[1]))


def reciprocal_rank(hits: npt.ArrayLike, *, relevant: npt.ArrayLike) -> PerUser:
    """One over the rank of the first hit, 0 without a hit among the first k; its mean is MRR@k (Voorhees 1999).

    >>> reciprocal_rank([[False, True, True], [False, False, False]], relevant=[2, 1])
    array([0.5, 0. ])
    """
    found, asked = _checked(hits, relevant)
    first = np.where(found.any(axis=1), 1 / (found.argmax(axis=1) + 1), 0.0)
    return np.where(asked > 0, first, np.nan)


def hit_rate(hits: npt.ArrayLike, *, relevant: npt.ArrayLike) -> PerUser:
    """1 for a user with at least one hit among the first k, else 0.

    >>> hit_rate([[False, True, True], [False, False, False]], relevant=[2, 1])
    array([1., 0.])
    """
    found, asked = _checked(hits, relevant)
    return np.where(asked > 0, found.any(axis=1).astype(np.float64), np.nan)


def self_information(owners: npt.ArrayLike, *, n_users: int) -> npt.NDArray[np.float64]:
    """How surprising each item is, in bits: −log2(owners / users) (Zhou et al. 2010, SI).

    `owners` `(items,)` says how many users have the item. One that nobody has counts as one person's, since its
    surprise would be infinite.

    >>> self_information([8, 2, 0], n_users=8)
    array([0., 2., 3.])
    """
    counts = np.asarray(owners)
    if counts.ndim != 1 or (counts < 0).any() or (counts > n_users).any() or n_users < 1:
        raise InvalidInput("owners", f"has shape {counts.shape}; expected counts (items,) from 0 to {n_users} users")
    surprise: npt.NDArray[np.float64] = np.log2(n_users) - np.log2(np.maximum(counts, 1))
    return surprise


def novelty(recommended: Places, *, surprise: npt.NDArray[np.float64]) -> PerUser:
    """Mean self-information of the items in the user's list, in bits (Zhou et al. 2010; Vargas and Castells 2011).

    `surprise` `(items,)` is what `self_information` gives for the train rows.

    >>> novelty(np.array([[0, 1], [1, 2]]), surprise=np.array([0.0, 2.0, 3.0]))
    array([1. , 2.5])
    """
    of_rank = surprise[_lists(recommended)]
    mean: PerUser = of_rank.mean(axis=1)
    return mean


def popularity_groups(owners: npt.ArrayLike) -> npt.NDArray[np.int8]:
    """Group of each item `(items,)`: HEAD, MIDDLE or TAIL (Abdollahpouri et al. 2020).

    In order of popularity, the head holds the items with the first 20% of all interactions, the tail those with the
    last 20%. An item on a border belongs to the more popular group, so that the head is never empty.

    >>> popularity_groups([1, 6, 2, 1, 0])  # of 10 interactions: 6 | 2 | 1, 1; the last has none
    array([2, 0, 1, 2, 2], dtype=int8)
    """
    counts = np.asarray(owners)
    order = np.argsort(-counts, kind="stable")
    before = np.cumsum(counts[order]) - counts[order]
    total = counts.sum()
    groups = np.full(len(counts), MIDDLE, np.int8)
    groups[order[before < GROUP_SHARE * total]] = HEAD
    groups[order[before >= (1 - GROUP_SHARE) * total]] = TAIL
    return groups


def group_shares(recommended: Places, *, groups: npt.NDArray[np.int8]) -> npt.NDArray[np.float64]:
    """Shares `(users, 3)` of head, middle and tail in the user's list.

    >>> group_shares(np.array([[0, 1, 2, 3]]), groups=np.array([0, 0, 1, 2], np.int8))
    array([[0.5 , 0.25, 0.25]])
    """
    of_rank = groups[_lists(recommended)]
    return np.stack([(of_rank == group).mean(axis=1) for group in range(GROUPS)], axis=1)


def jensen_shannon(ours: npt.ArrayLike, theirs: npt.ArrayLike) -> PerUser:
    """Jensen–Shannon divergence of two distributions row by row, from 0 (equal) to 1 (nothing in common), in bits.

    JSD = ½ KL(p ‖ m) + ½ KL(q ‖ m) with m = ½ (p + q) (Lin 1991). Between the popularity groups of a person's
    history and of her list it tells how far the list is from her own taste for popular things: the user popularity
    deviation of Abdollahpouri et al. 2020, in the manner of Steck 2018.

    >>> jensen_shannon([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0]], [[0.0, 0.0, 1.0], [0.5, 0.5, 0.0]])
    array([1., 0.])
    """
    p, q = np.asarray(ours, np.float64), np.asarray(theirs, np.float64)
    if p.ndim != 2 or p.shape != q.shape:
        raise InvalidInput("ours", f"has shape {p.shape}, theirs {q.shape}; expected the same (users, groups)")
    middle = (p + q) / 2
    divergence: PerUser = (_kullback_leibler(p, middle) + _kullback_leibler(q, middle)) / 2
    # Rounding may give -1e-17.
    return np.clip(divergence, 0.0, 1.0)


def exposure(recommended: Places, *, n_items: int) -> npt.NDArray[np.int64]:
    """How many lists each item stands in, `(items,)`.

    >>> exposure(np.array([[0, 1], [1, 2]]), n_items=4)
    array([1, 2, 1, 0])
    """
    if n_items < 1:
        raise InvalidInput("n_items", f"is {n_items}; expected at least 1")
    return np.bincount(np.ravel(recommended), minlength=n_items)


def coverage(exposed: npt.NDArray[np.integer[Any]]) -> float:
    """Share of the catalogue that stands in at least one list: |∪_u list_u| / items, from `exposure` `(items,)`.

    >>> coverage(np.array([1, 2, 1, 0]))
    0.75
    """
    return float(np.count_nonzero(exposed) / len(exposed))


def gini(exposed: npt.NDArray[np.integer[Any]]) -> float:
    """How unevenly the lists expose the catalogue: 0 when all items alike, 1 when all places go to one item.

    G = Σ_j (2j − n − 1) p_j / (n − 1) over the n items in ascending order of their share p_j of all places
    (Castells, Hurley and Vargas 2015). `exposed` `(items,)` is what `exposure` gives.

    >>> gini(np.array([2, 2, 2])), gini(np.array([0, 4, 0])), gini(np.array([1, 2, 1]))
    (0.0, 1.0, 0.25)
    """
    n, places = len(exposed), exposed.sum()
    if n < 2 or not places:
        return 0.0
    return float((2 * np.arange(1, n + 1) - n - 1) @ np.sort(exposed) / (places * (n - 1)))


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


def _lists(recommended: Places) -> Places:
    if recommended.ndim != 2 or recommended.shape[1] < 1:
        raise InvalidInput("recommended", f"has shape {recommended.shape}; expected (users, k) with k of at least 1")
    return recommended


def _ratio(part: npt.NDArray[Any], whole: npt.NDArray[Any]) -> PerUser:
    result = np.full(len(part), np.nan)
    np.divide(part, whole, out=result, where=whole > 0)
    return result


def _kullback_leibler(p: npt.NDArray[np.float64], q: npt.NDArray[np.float64]) -> PerUser:
    """Σ p log2(p / q) of each row; 0 · log 0 is 0."""
    logs = np.zeros_like(p)
    np.log2(p / np.where(q > 0, q, 1.0), out=logs, where=p > 0)
    total: PerUser = (p * logs).sum(axis=1)
    return total
