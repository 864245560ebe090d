"""Intervals that may be looked at as often as one likes: confidence sequences for the difference of two arms."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Difference:
    """Of two arms' ratios, second less first; low and high bound it at all looks together."""

    first: float
    second: float
    low: float
    high: float


def ratio_difference(
    first: tuple[Array, Array], second: tuple[Array, Array], *, alpha: float, tuned_for: float
) -> Difference:
    """Bound how much the second arm's ratio lies above the first's, at all times at once.

    Each arm is (numerators, denominators), `(people,)` each: clicked lists and lists of everybody in it. The ratio is
    that of the sums. Lists of one person are not independent, people are: the variance is the delta method's over
    people (Deng, Knoblich, Lu 2018, “Applying the Delta Method in Metric Analytics”, section 3).

    The interval is an asymptotic confidence sequence (Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas 2024, “Time-uniform
    central limit theory and asymptotic confidence sequences”, theorem 2.2, with ρ of their appendix B.2): the true
    difference lies in it at every look with a probability of 1 − alpha, however many looks there are, whereas a plain
    95% interval that is looked at every quarter of an hour excludes it sooner or later. It is narrowest when both
    arms have about `tuned_for` people. It is asymptotic: don't ask with a handful of people.
    """
    arms = [_Arm.of(*first), _Arm.of(*second)]
    people = sum(arm.people for arm in arms)
    pooled = sum(arm.people * arm.variance for arm in arms) / people
    # An arm in which nothing happened yet has no variance of its own; it must not look certain for that.
    variance = sum(max(arm.variance, pooled) / arm.people for arm in arms)
    information = arms[0].people * arms[1].people / people
    half = math.sqrt(variance) * _boundary(information, alpha=alpha, tuned_for=tuned_for)
    difference = arms[1].ratio - arms[0].ratio
    return Difference(arms[0].ratio, arms[1].ratio, difference - half, difference + half)


@dataclass(frozen=True)
class _Arm:
    people: int
    ratio: float
    variance: float  # of one person's influence on the ratio

    @classmethod
    def of(cls, numerators: Array, denominators: Array) -> "_Arm":
        ratio = float(numerators.sum() / denominators.sum())
        influence = (numerators - ratio * denominators) / denominators.mean()
        return cls(len(numerators), ratio, float(np.mean(influence**2)))


def _boundary(information: float, *, alpha: float, tuned_for: float) -> float:
    """How many standard errors lie on each side; about 3 at its narrowest for 95%, where one look would take 1.96."""
    rho = (-2 * math.log(alpha) + math.log(-2 * math.log(alpha)) + 1) / tuned_for
    grown = information * rho + 1
    return math.sqrt(2 * grown / (grown - 1) * math.log(math.sqrt(grown) / alpha))
