"""Finds the training row that equals a history, without comparing it with every row."""

import numpy as np
import numpy.typing as npt

from recsys.dataset import Csr

Fingerprints = npt.NDArray[np.uint64]


def fingerprints(matrix: Csr) -> Fingerprints:
    """One 64-bit number `(rows,)` for each row's items and float32 values; equal rows give equal numbers.

    Each entry is mixed (the finaliser of SplitMix64: Steele, Lea and Flood 2014) and a row is the wrapping sum of its
    entries, so neither the order of entries nor rounding plays a part.
    """
    values = matrix.data.astype(np.float32).view(np.uint32).astype(np.uint64)
    mixed = (matrix.indices.astype(np.uint64) << np.uint64(32)) | values
    mixed += np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    sums = np.concatenate((np.zeros(1, np.uint64), np.cumsum(mixed, dtype=np.uint64)))
    return sums[matrix.indptr[1:]] - sums[matrix.indptr[:-1]]


def equal_rows(wanted: Fingerprints, *, known: Fingerprints, order: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """For each wanted number the first row that has it, -1 when none.

    `known` `(rows,)` is sorted; `order` `(rows,)` says which row stands at each place.
    """
    if not len(known):
        return np.full(len(wanted), -1)
    places = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[places] == wanted, order[places].astype(np.int64), -1)
