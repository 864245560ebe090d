"""Whether a candidate may serve: a pure decision over what was measured. The rules are those of docs/adr (the gate)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

# A candidate may lose this share of the best champion's result; more would add up over many deployments.
ALLOWED_LOSS = 0.01
# With fewer judged subjects a mean says little, and the interval of the paired differences decides.
ENOUGH_JUDGED = 200
# A candidate recommends at least this share of the items that the champion recommends.
LEAST_COVERAGE = 0.90

PerSubject = npt.NDArray[np.float64]


class Bounds(Protocol):
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


BoundMean = Callable[[PerSubject], Bounds]


@dataclass(frozen=True, eq=False)
class Contender:
    """One configuration, fitted on the rows before the cut and judged on those after it.

    `scores` is `(subjects,)`, for the same subjects in the same order with all contenders; `coverage` the share of
    all items that its lists hold.
    """

    label: str
    scores: PerSubject
    coverage: float

    @property
    def mean(self) -> float:
        return float(self.scores.mean())


@dataclass(frozen=True)
class Decision:
    deploy: bool
    reason: str


@dataclass(frozen=True)
class Wording:
    """How the decision speaks: of which metric, and of whom."""

    metric: str = "NDCG@10"
    subjects: str = "customers"


def decide(
    candidate: Contender,
    *,
    baseline: Contender,
    champions: Sequence[Contender],
    bound_mean: BoundMean,
    wording: Wording = Wording(),
) -> Decision:
    """Hold the candidate against the baseline, the champion and the best of the last champions.

    `champions` are newest first, one for each configuration; a contender whose label is the candidate's is the same
    configuration and so its equal. `bound_mean` gives the 95% interval of the mean of paired differences.
    """
    judged = len(candidate.scores)
    if not judged:
        return Decision(deploy=False, reason=f"Held back: there are no {wording.subjects} to judge by.")
    if not np.isfinite(candidate.scores).all():
        return Decision(deploy=False, reason=f"Held back: {wording.metric} of {candidate.label} is not a number.")
    figures = (
        f"{wording.metric} {candidate.mean:.3f}, {baseline.label} {baseline.mean:.3f}, on {judged:,} {wording.subjects}"
    )
    objections = [
        _objection_of_baseline(candidate, baseline=baseline, bound_mean=bound_mean),
        _objection_of_best(candidate, champions=champions, bound_mean=bound_mean),
        _objection_of_coverage(candidate, champions=champions),
    ]
    raised = [objection for objection in objections if objection]
    if raised:
        return Decision(deploy=False, reason=f"Held back: {candidate.label} {'; '.join(raised)} ({figures}).")
    return Decision(deploy=True, reason=_praise(candidate, baseline=baseline, champions=champions, wording=wording))


def _objection_of_baseline(candidate: Contender, *, baseline: Contender, bound_mean: BoundMean) -> str:
    if candidate.label == baseline.label:
        return ""
    if len(candidate.scores) >= ENOUGH_JUDGED:
        return "" if candidate.mean > baseline.mean else f"does not beat {baseline.label}"
    bounds = bound_mean(candidate.scores - baseline.scores)
    if bounds.low > 0:
        return ""
    return f"is not shown to beat {baseline.label}: the difference lies {_between(bounds)}"


def _objection_of_best(candidate: Contender, *, champions: Sequence[Contender], bound_mean: BoundMean) -> str:
    others = [contender for contender in champions if contender.label != candidate.label]
    if not others:
        return ""
    best = max(others, key=lambda contender: contender.mean)
    floor = (1 - ALLOWED_LOSS) * best.scores
    if len(candidate.scores) >= ENOUGH_JUDGED:
        if candidate.mean >= floor.mean():
            return ""
        loss = 1 - candidate.mean / best.mean
        return f"is {loss:.1%} below the {best.mean:.3f} of {best.label}, the best of the last champions; 1% is allowed"
    bounds = bound_mean(candidate.scores - floor)
    if bounds.low >= 0:
        return ""
    return (
        f"may be more than 1% below the {best.mean:.3f} of {best.label}, the best of the last champions:"
        f" the difference to what is allowed lies {_between(bounds)}"
    )


def _objection_of_coverage(candidate: Contender, *, champions: Sequence[Contender]) -> str:
    if not champions or candidate.coverage >= LEAST_COVERAGE * champions[0].coverage:
        return ""
    return (
        f"recommends {candidate.coverage:.1%} of the items, less than nine tenths of the champion's"
        f" {champions[0].coverage:.1%}"
    )


def _praise(candidate: Contender, *, baseline: Contender, champions: Sequence[Contender], wording: Wording) -> str:
    against = [] if candidate.label == baseline.label else [f"{baseline.mean:.3f} of {baseline.label}"]
    others = [contender for contender in champions if contender.label not in (candidate.label, baseline.label)]
    if others:
        best = max(others, key=lambda contender: contender.mean)
        against.append(f"{best.mean:.3f} of {best.label}, the best of the last champions")
    comparison = f" against {' and '.join(against)}" if against else ""
    return (
        f"{wording.metric} {candidate.mean:.3f} of {candidate.label}{comparison} on {len(candidate.scores):,}"
        f" {wording.subjects}; its lists hold {candidate.coverage:.1%} of the items."
    )


def _between(bounds: Bounds) -> str:
    return f"between {bounds.low:+.3f} and {bounds.high:+.3f}"
