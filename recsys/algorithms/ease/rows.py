"""The rows that EASE learns from: people's histories, weighted, and runs of items that were met one after another."""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recsys.algorithms.ease.config import Config
from recsys.dataset import Csr, Interactions, by_pair

# Runs begin at so many different places; their mean makes nearness fall evenly with the distance of two items.
SHIFTS = 4


def weighted_rows(interactions: Interactions, *, config: Config) -> Csr:
    """Rows Z `(rows, items)` whose ZᵀZ is the Gram matrix of pairs of items that the settings ask for.

    With neither nearness nor an exponent of activity Z is the plain matrix of people and items.
    """
    matrix = interactions.training_matrix()
    if config.activity_exponent:
        matrix = _by_activity(matrix, exponent=config.activity_exponent)
    if not config.nearness:
        return matrix
    places = _places(interactions, matrix=matrix)
    whole, part = np.sqrt(1 - config.nearness), np.sqrt(config.nearness / SHIFTS)
    runs = [
        part * _runs(matrix, places=places + shift * config.run_length // SHIFTS, length=config.run_length)
        for shift in range(SHIFTS)
    ]
    stacked: Csr = sparse.vstack([whole * matrix, *runs], format="csr", dtype=np.float32)
    stacked.eliminate_zeros()
    return stacked


def _by_activity(matrix: Csr, *, exponent: float) -> Csr:
    """Rows times √w with w = n^-exponent, scaled so that Σ w n = Σ n: λ then means what it meant."""
    counts = np.diff(matrix.indptr)
    weights = np.maximum(counts, 1).astype(np.float64) ** -exponent
    weights *= counts.sum() / (weights @ counts)
    weighted = matrix.copy()
    weighted.data = (matrix.data * np.repeat(np.sqrt(weights), counts)).astype(np.float32)
    return weighted


def _places(interactions: Interactions, *, matrix: Csr) -> npt.NDArray[np.int64]:
    """Place of each entry of `matrix` in its person's history by the first time; those of one instant share a place."""
    order, first = by_pair(interactions)
    # In the order of the matrix: by person, then by item.
    times = interactions.times[order][first]
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    by_time = np.lexsort((times, rows))
    later = np.concatenate(([0], np.diff(times[by_time]) > 0)).astype(np.int64)
    starts = matrix.indptr[:-1][np.diff(matrix.indptr) > 0]
    later[starts] = 0
    steps = np.cumsum(later)
    places = np.empty(len(times), np.int64)
    places[by_time] = steps - np.repeat(steps[starts], np.diff(matrix.indptr)[np.diff(matrix.indptr) > 0])
    return places


def _runs(matrix: Csr, *, places: npt.NDArray[np.int64], length: int) -> sparse.csr_array[Any, tuple[int, int]]:
    """The same entries, each history cut into rows of `length` places."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    numbers = places // length
    _, run = np.unique(rows * (int(numbers.max()) + 1) + numbers, return_inverse=True)
    return sparse.csr_array((matrix.data, (run, matrix.indices)), shape=(int(run.max()) + 1, matrix.shape[1]))
