"""Ratings of different people made comparable: how far one lies from what this person gives otherwise."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
from django.db import connection

from marketing.features.counting import EVENTS
from marketing.features.days import until

Floats = npt.NDArray[np.float64]

# Everybody's ratings before a moment: whole days from the rows, its own day from the events.
EVERYBODY = f"""
SELECT sum(ratings), sum(total), sum(squares) FROM (
    SELECT sum(ratings) AS ratings, sum(rating_sum) AS total, sum(rating_squares) AS squares
    FROM marketing_dailyactivity WHERE day < %(day)s AND ratings > 0
    UNION ALL
    SELECT count(value), sum(value), sum(value * value)
    FROM ({EVENTS.format(people="marketing_identity")}) event WHERE kind = 'rating'
) part
"""  # noqa: S608 - only constants of ours are put in


@dataclass(frozen=True)
class RatingPrior:
    """How people rate of whom nothing is known: `weight` ratings' worth of belief in `mean` and `deviation`, in stars."""

    mean: float = 3.5
    deviation: float = 1.0
    weight: float = 5.0

    def __post_init__(self) -> None:
        if not (self.deviation > 0 and self.weight > 0):
            raise ValueError(f"deviation and weight above 0 expected, got {self.deviation:g} and {self.weight:g}")


DEFAULT_PRIOR = RatingPrior()


def shrunken(
    count: npt.NDArray[np.int64], total: Floats, squares: Floats, *, prior: RatingPrior = DEFAULT_PRIOR
) -> tuple[Floats, Floats]:
    """Each person's centre and spread, both (people,), from the number, sum and sum of squares of their ratings.

    With n ratings r and the prior's weight k, mean m and deviation s, they are mean and standard deviation of the
    ratings and k more that are distributed as the prior says:

        centre = (Σ r + k·m) / (n + k)
        spread² = (Σ r² + k·(s² + m²)) / (n + k) − centre²

    so that one rating tells little and many tell all; the spread is never 0. The z-score of a rating is
    (r − centre) / spread: Herlocker, Konstan, Borchers, Riedl: An algorithmic framework for performing collaborative
    filtering, SIGIR 1999, §5.3 (z-score average); shrinking towards the mean of all as Bell, Koren: Scalable
    collaborative filtering with jointly derived neighborhood interpolation weights, ICDM 2007, §3.

    >>> centre, spread = shrunken(np.array([0]), np.array([0.0]), np.array([0.0]))
    >>> centre.tolist(), spread.tolist()
    ([3.5], [1.0])
    """
    weight = count + prior.weight
    centre = (total + prior.weight * prior.mean) / weight
    square = (squares + prior.weight * (prior.deviation**2 + prior.mean**2)) / weight
    # The prior's own part is a lower bound, which rounding must not undercut.
    floor = prior.weight * prior.deviation**2 / weight
    return centre, np.sqrt(np.maximum(square - centre**2, floor))


def rating_prior_at(at: datetime, *, weight: float = DEFAULT_PRIOR.weight) -> RatingPrior:
    """How everybody rated before `at`; the default of too few, or too equal, ratings to tell."""
    with connection.cursor() as cursor:
        cursor.execute(EVERYBODY, until(at).parameters())
        count, total, squares = cursor.fetchone()
    if not count or count < 2:
        return DEFAULT_PRIOR
    mean = total / float(count)
    variance = squares / float(count) - mean**2
    return RatingPrior(mean, variance**0.5, weight) if variance > 1e-9 else DEFAULT_PRIOR
