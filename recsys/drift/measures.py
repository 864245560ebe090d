"""One figure of a drift report: two distributions over the same bins, and whether they are still the same."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

# The usual limits of the population stability index: below .1 nothing has changed, from .25 on it has (Siddiqi 2006,
# “Credit Risk Scorecards”, chapter 9).
WATCH, ALERT = 0.1, 0.25
# Equal distributions over k bins of n and m rows have an index of about (k − 1)(1/n + 1/m) by chance alone (Yurdakul,
# Naranjo 2020): below .1 with 20 bins from this number of rows on.
LEAST_ROWS = 400

Counts = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Measure:
    """`value` is None where there is too little to tell; `note` says the figures behind it in words."""

    name: str
    value: float | None
    limit: float
    alert: bool
    note: str

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def shift(name: str, *, before: Sequence[float], after: Sequence[float], note: str) -> Measure:
    """Measure how far counts `after` lie from those `before`, bin by bin."""
    if least := too_few(before, after):
        return Measure(name, None, ALERT, alert=False, note=least)
    value = psi(np.array(before, np.float64), np.array(after, np.float64))
    return Measure(name, round(value, 4), ALERT, alert=value >= ALERT, note=note)


def shift_of_values(name: str, *, before: Sequence[float], after: Sequence[float], note: str) -> Measure:
    """The same for plain numbers, in bins that hold a tenth of those before each."""
    if least := too_few([len(before)], [len(after)]):
        return Measure(name, None, ALERT, alert=False, note=least)
    edges = np.unique(np.quantile(np.array(before, np.float64), np.linspace(0.1, 0.9, 9)))
    counts = [np.bincount(np.searchsorted(edges, rows), minlength=len(edges) + 1) for rows in (before, after)]
    return shift(name, before=counts[0].tolist(), after=counts[1].tolist(), note=note)


def psi(expected: Counts, actual: Counts) -> float:
    """Population stability index: Σ (aᵢ − eᵢ) · ln(aᵢ / eᵢ) over the bins' shares.

    Half a row is added to each bin, so that an empty one does not make it infinite.

    >>> round(psi(np.array([500.0, 500.0]), np.array([500.0, 500.0])), 4)
    0.0
    >>> round(psi(np.array([5e6, 5e6]), np.array([7.5e6, 2.5e6])), 4)  # .25 · ln 1.5 − .25 · ln .5
    0.2747
    """
    shares = [(counts + 0.5) / (counts + 0.5).sum() for counts in (expected, actual)]
    return float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())


def too_few(before: Sequence[float], after: Sequence[float]) -> str:
    """What to say where there are not enough rows; empty where there are."""
    rows = {"before": int(sum(before)), "on the day": int(sum(after))}
    few = [f"{count:,} {when}" for when, count in rows.items() if count < LEAST_ROWS]
    return f"Too little to tell: {' and '.join(few)}, {LEAST_ROWS:,} are wanted." if few else ""
