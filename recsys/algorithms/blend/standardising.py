"""Brings the scores of different algorithms to one scale, person by person."""

import numpy as np
import numpy.typing as npt

from recsys.algorithms.contract import Scores
from recsys.dataset import Csr


def standardised(scores: Scores, *, history: Csr) -> Scores:
    """(s - mean) / standard deviation of each row `(users, items)`, both taken over the items not in the history.

    What a person has already gets very high scores from some algorithms and very low ones from others, and is ranked by
    none. Rows without differences become zeros.
    """
    seen = np.zeros(scores.shape, bool)
    seen[np.repeat(np.arange(history.shape[0]), np.diff(history.indptr)), history.indices] = history.data != 0
    unseen = ~seen | seen.all(axis=1, keepdims=True)
    wide = scores.astype(np.float64)
    counts = unseen.sum(axis=1, keepdims=True)
    centred = wide - np.where(unseen, wide, 0.0).sum(axis=1, keepdims=True) / np.maximum(counts, 1)
    squares = np.where(unseen, centred**2, 0.0).sum(axis=1, keepdims=True) / np.maximum(counts, 1)
    return _divided(centred, np.sqrt(squares), scale=np.abs(wide).max(axis=1, keepdims=True, initial=0.0))


def _divided(
    centred: npt.NDArray[np.float64], deviation: npt.NDArray[np.float64], *, scale: npt.NDArray[np.float64]
) -> Scores:
    # Below the rounding of float32 a difference means nothing.
    differs = deviation > 1e-6 * scale
    quotient = np.divide(centred, deviation, out=np.zeros_like(centred), where=differs)
    return quotient.astype(np.float32)
