"""Ids of items as bytes: many of them in one array, looked up at once, where a dict of UUIDs would take 200 bytes each."""

from collections.abc import Iterable
from typing import TypeAlias
from uuid import UUID

import numpy as np
import numpy.typing as npt

Ids: TypeAlias = npt.NDArray[np.uint8]  # (n, 16): the bytes of UUIDs
Keys: TypeAlias = npt.NDArray[np.bytes_]  # (n,): the same, each as one value

NO_KEYS: Keys = np.empty(0, "S16")


def as_ids(item_ids: Iterable[UUID]) -> Ids:
    return of_bytes(b"".join(item_id.bytes for item_id in item_ids))


def of_bytes(raw: bytes | None) -> Ids:
    """Ids `(n, 16)` that stand one after another in `raw`."""
    return np.frombuffer(raw or b"", np.uint8).reshape(-1, 16)


def as_keys(item_ids: Ids) -> Keys:
    """Each id as one value, to sort and to look up."""
    # Numpy ignores zero bytes at the end when it compares; all keys have 16 bytes, so that equal still means equal.
    return np.ascontiguousarray(item_ids).view("S16").ravel()


def places_of(item_ids: Ids, *, keys: Keys) -> npt.NDArray[np.int64]:
    """Place `(n,)` of each id among `keys`, which are sorted; -1 where it is not."""
    if not len(keys) or not len(item_ids):
        return np.full(len(item_ids), -1, np.int64)
    wanted = as_keys(item_ids)
    found = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[found] == wanted, found, -1)
