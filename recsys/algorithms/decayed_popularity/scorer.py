"""The same scores for everyone."""

from recsys.algorithms.popularity.scorer import Scorer

__all__ = ["Scorer"]
