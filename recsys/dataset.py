"""Interactions as arrays: sparse ids become dense ones, rows one sparse matrix, and splits say what a model is judged on."""

from dataclasses import dataclass, field, replace
from typing import Any, Self, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

from marketing.errors import InvalidInput
from recsys.item_features import ItemFeatures

Csr: TypeAlias = "sparse.csr_array[np.float32, tuple[int, int]]"
Mask: TypeAlias = npt.NDArray[np.bool_]

# Squares of a strength and sums over them have to stay finite in float32.
LARGEST_VALUE = 1e6
LARGEST_SIZE = 2**31 - 1


@dataclass(frozen=True, eq=False)
class Interactions:
    """Who preferred what, how strongly and when; one row each, ids dense from 0.

    `users`, `items` `(n,)` int32 below `n_users` and `n_items`; `values` `(n,)` float32, above 0 and at most 1e6;
    `times` `(n,)` float64 seconds since 1970, zeros where unknown. One user may meet one item in several rows.
    `features` tell what else is known of all `n_items`; None where nobody asked for them.

    Raises:
        InvalidInput: names the field that holds a wrong shape, kind or value.

    """

    users: npt.NDArray[np.int32]
    items: npt.NDArray[np.int32]
    values: npt.NDArray[np.float32]
    times: npt.NDArray[np.float64]
    n_users: int
    n_items: int
    features: ItemFeatures | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        _check_size("n_users", self.n_users)
        _check_size("n_items", self.n_items)
        object.__setattr__(self, "users", _dense_ids("users", self.users, size=self.n_users))
        object.__setattr__(self, "items", _dense_ids("items", self.items, size=self.n_items))
        object.__setattr__(self, "values", _strengths(self.values))
        object.__setattr__(self, "times", _finite("times", self.times))
        for name in ("items", "values", "times"):
            _check_length(name, getattr(self, name), rows=len(self.users))
        if self.features is not None and len(self.features) != self.n_items:
            raise InvalidInput("features", f"are of {len(self.features)} items; expected {self.n_items}")

    def __len__(self) -> int:
        return len(self.users)

    def matrix(self) -> Csr:
        """Sparse `(users, items)` float32 with sorted indices; rows of one user and item are summed."""
        matrix: Csr = sparse.csr_array((self.values, (self.users, self.items)), shape=(self.n_users, self.n_items))
        matrix.sum_duplicates()
        return matrix

    def training_matrix(self) -> Csr:
        """Give the same as `matrix`, for fitting.

        Raises:
            InvalidInput: there is no row to learn from.

        """
        if not len(self):
            raise InvalidInput("interactions", "the set is empty; expected at least one row to learn from")
        return self.matrix()

    def known_features(self) -> ItemFeatures:
        """Give the features.

        Raises:
            InvalidInput: there are none.

        """
        if self.features is None:
            raise InvalidInput("features", "nothing is known of the items; expected texts, labels or relations")
        return self.features

    def subset(self, mask: Mask) -> Self:
        """Keep the rows where `mask` `(n,)` is true; the vocabulary stays the same."""
        mask = np.asarray(mask)
        if mask.dtype != np.bool_ or mask.shape != self.users.shape:
            raise InvalidInput(
                "mask", f"is {mask.dtype} of shape {mask.shape}; expected booleans of shape {self.users.shape}"
            )
        return replace(
            self, users=self.users[mask], items=self.items[mask], values=self.values[mask], times=self.times[mask]
        )


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Dense codes for ids that lie far apart (5 and 1,000,000,007) or are texts: the code is the place in `ids`."""

    ids: npt.NDArray[Any]  # (size,) sorted and distinct, int64 or text

    @classmethod
    def of(cls, ids: npt.ArrayLike, *, field: str = "ids") -> Self:
        return cls(ids=np.unique(_raw_ids(field, ids)))

    def __len__(self) -> int:
        return len(self.ids)

    def codes(self, ids: npt.ArrayLike, *, field: str = "ids") -> npt.NDArray[np.int32]:
        """Codes `(n,)` of `ids` `(n,)`; -1 where an id is unknown."""
        wanted = _raw_ids(field, ids)
        if not len(wanted) or not len(self.ids):
            return np.full(len(wanted), -1, np.int32)
        if wanted.dtype.kind != self.ids.dtype.kind:
            raise InvalidInput(field, f"holds {wanted.dtype} ids; this vocabulary knows {self.ids.dtype} ids")
        places = np.minimum(np.searchsorted(self.ids, wanted), len(self.ids) - 1)
        return np.where(self.ids[places] == wanted, places, -1).astype(np.int32)


@dataclass(frozen=True, eq=False)
class EncodedInteractions:
    """Interactions together with the vocabularies that lead back from dense codes to the shop's ids."""

    interactions: Interactions
    users: Vocabulary = field(repr=False)
    items: Vocabulary = field(repr=False)


def encode(
    *,
    users: npt.ArrayLike,
    items: npt.ArrayLike,
    values: npt.ArrayLike | None = None,
    times: npt.ArrayLike | None = None,
) -> EncodedInteractions:
    """Interactions from rows with sparse ids `(n,)`, whole numbers or texts; values default to 1, times to 0.

    Raises:
        InvalidInput: names the column that holds a wrong shape, kind or value.

    """
    user_ids, item_ids = Vocabulary.of(users, field="users"), Vocabulary.of(items, field="items")
    user_codes = user_ids.codes(users, field="users")
    interactions = Interactions(
        users=user_codes,
        items=item_ids.codes(items, field="items"),
        values=np.ones(len(user_codes), np.float32) if values is None else np.asarray(values),
        times=np.zeros(len(user_codes)) if times is None else np.asarray(times),
        n_users=len(user_ids),
        n_items=len(item_ids),
    )
    return EncodedInteractions(interactions=interactions, users=user_ids, items=item_ids)


def by_pair(interactions: Interactions) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Order `(n,)` of the rows by user, item and time, and where in it the rows of each user and item begin `(pairs,)`."""
    order = np.lexsort((interactions.times, interactions.items, interactions.users))
    users, items = interactions.users[order], interactions.items[order]
    differs = (users[1:] != users[:-1]) | (items[1:] != items[:-1])
    return order, np.flatnonzero(np.concatenate((np.ones(min(len(order), 1), bool), differs)))


def merged(interactions: Interactions) -> Interactions:
    """One row for a person and an item: strengths summed, the first time: else one row could tell of another held out."""
    order, first = by_pair(interactions)
    if len(first) == len(order):
        return interactions
    once = order[first]
    values = np.add.reduceat(interactions.values[order].astype(np.float64), first).astype(np.float32)
    return replace(
        interactions,
        users=interactions.users[once],
        items=interactions.items[once],
        values=np.minimum(values, np.float32(LARGEST_VALUE)),
        times=interactions.times[once],
    )


def sequences(interactions: Interactions, *, length: int) -> npt.NDArray[np.int32]:
    """Each user's newest `length` items `(users, length)`, the newest last, -1 before the first.

    Of rows at one instant the later one in the given order counts as newer.
    """
    order = np.lexsort((interactions.times, interactions.users))
    users = interactions.users[order]
    count = np.bincount(users, minlength=interactions.n_users)
    rank_from_end = np.repeat(np.cumsum(count), count) - 1 - np.arange(len(order))
    newest = rank_from_end < length
    placed = np.full((interactions.n_users, length), -1, np.int32)
    placed[users[newest], length - 1 - rank_from_end[newest]] = interactions.items[order][newest]
    return placed


def per_user_holdout(users: npt.NDArray[Any], *, fraction: float = 0.2, seed: int = 42) -> Mask:
    """Mask of the test rows `(n,)`: of each user's rows, in random order, the first floor(fraction * count).

    `users` is `(n,)`, in file order. Validation data for tuning is cut from what is left with another seed.
    """
    _check_fraction(fraction)
    draw = np.random.default_rng(seed).random(len(users))
    order = np.lexsort((draw, users))
    _, start, count = np.unique(users[order], return_index=True, return_counts=True)
    rank = np.arange(len(users)) - np.repeat(start, count)
    test = np.zeros(len(users), bool)
    test[order] = rank < np.floor(np.repeat(count, count) * fraction)
    return test


def time_cut(interactions: Interactions, *, fraction: float = 0.2) -> Mask:
    """Mask of the test rows `(n,)`: those from one common instant on, about the newest `fraction` of all.

    Rows of one instant stay on one side, so the share is at most `fraction`; only where the newest instant alone
    holds more than that, all of that instant's rows are the test.

    Raises:
        InvalidInput: all rows have the same time, so that nothing is newer than the rest.

    """
    _check_fraction(fraction)
    times = interactions.times
    if not len(times) or times.min() == times.max():
        raise InvalidInput("times", "no row is newer than another; expected at least two different times")
    last_train = np.sort(times)[len(times) - max(int(len(times) * fraction), 1) - 1]
    test: Mask = times > last_train
    return test if test.any() else times == times.max()


def last_one_out(interactions: Interactions) -> Mask:
    """Mask of the test rows `(n,)`: the newest row of every user who has at least two.

    Of rows at one instant the later one in the given order counts as newer.
    """
    order = np.lexsort((interactions.times, interactions.users))
    _, first, count = np.unique(interactions.users[order], return_index=True, return_counts=True)
    newest = (first + count - 1)[count > 1]
    test = np.zeros(len(interactions), bool)
    test[order[newest]] = True
    return test


def _check_size(name: str, size: int) -> None:
    if not isinstance(size, int | np.integer) or isinstance(size, bool) or not 0 <= size <= LARGEST_SIZE:
        raise InvalidInput(name, f"is {size!r}; expected a whole number from 0 to {LARGEST_SIZE}")


def _check_fraction(fraction: float) -> None:
    if not 0 < fraction < 1:
        raise InvalidInput("fraction", f"is {fraction!r}; expected a number between 0 and 1")


def _check_length(name: str, array: npt.NDArray[Any], *, rows: int) -> None:
    if len(array) != rows:
        raise InvalidInput(name, f"has {len(array)} rows; expected {rows}, as many as users")


def _column(name: str, values: npt.ArrayLike, *, kinds: str, expected: str) -> npt.NDArray[Any]:
    array = np.asarray(values)
    if array.ndim != 1:
        raise InvalidInput(name, f"has shape {array.shape}; expected one dimension")
    if len(array) and array.dtype.kind not in kinds:
        raise InvalidInput(name, f"holds {array.dtype}; expected {expected}")
    return array


def _dense_ids(name: str, values: npt.ArrayLike, *, size: int) -> npt.NDArray[np.int32]:
    array = _column(name, values, kinds="iu", expected="whole numbers")
    _refuse(name, array, (array < 0) | (array >= size), expected=f"dense ids from 0 to {size - 1}")
    return np.ascontiguousarray(array, np.int32)


def _finite(name: str, values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    array = np.ascontiguousarray(_column(name, values, kinds="iuf", expected="numbers"), np.float64)
    _refuse(name, array, ~np.isfinite(array), expected="finite numbers")
    return array


def _strengths(values: npt.ArrayLike) -> npt.NDArray[np.float32]:
    wide = _finite("values", values)
    # Judged after narrowing too: 1e-60 is positive in float64 and zero in float32.
    _refuse(
        "values",
        wide,
        (wide <= 0) | (wide > LARGEST_VALUE) | (wide < np.finfo(np.float32).tiny),
        expected=f"numbers above 0 and at most {LARGEST_VALUE:g}",
    )
    return np.ascontiguousarray(values, np.float32)


def _raw_ids(name: str, ids: npt.ArrayLike) -> npt.NDArray[Any]:
    array = _column(name, ids, kinds="iuU", expected="whole numbers or texts")
    if array.dtype.kind == "u":
        _refuse(name, array, array > np.iinfo(np.int64).max, expected="ids below 2^63")
    return array if array.dtype.kind == "U" else array.astype(np.int64)


def _refuse(name: str, array: npt.NDArray[Any], wrong: Mask, *, expected: str) -> None:
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        count = int(wrong.sum())
        raise InvalidInput(name, f"row {row} is {array[row]} ({count} such rows); expected {expected}")
