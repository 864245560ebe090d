"""Predicted ratings from people with similar histories."""

from recsys.algorithms.user_neighbours import UserNeighboursScorer


class Scorer(UserNeighboursScorer):
    """Likeness is the cosine of the ratings as they are."""
