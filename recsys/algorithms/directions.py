"""Directions of factors: what is alike points the same way, whatever its length."""

import numpy as np

from recsys.algorithms.contract import Scores


def directions(factors: Scores) -> Scores:
    """Give the rows `(rows, k)` with length 1; rows of zeros stay."""
    lengths = np.linalg.norm(factors, axis=1, keepdims=True)
    unit: Scores = np.divide(factors, lengths, out=np.zeros_like(factors), where=lengths > 0)
    return unit


def cosines(unit: Scores, *, item: int) -> Scores:
    """Cosine `(items,)` of every item's direction to that of `item`, 0 for itself."""
    similarities: Scores = unit @ unit[item]
    similarities[item] = 0.0
    return similarities
