"""Judgements as they are looked at: a run's candidate beside the champion of its time, and all judged on the same rows."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from marketing.models import TrainingRun
from recsys.models import Evaluation

# A run leaves a dozen judgements at most, and a command one for each algorithm.
MOST_TOGETHER = 200


@dataclass(frozen=True, eq=False)
class JudgedRun:
    run: TrainingRun
    candidate: Evaluation
    champion: Evaluation | None  # None before there was one


def judged_runs(*, newest: int) -> list[JudgedRun]:
    """The newest runs that judged a candidate, oldest of them first; one query."""
    roles = (Evaluation.Role.CANDIDATE, Evaluation.Role.CHAMPION)
    # A run has one row in each of the two roles at most.
    rows = Evaluation.objects.filter(run__isnull=False, role__in=roles).select_related("run").order_by("-id")
    runs: dict[UUID, dict[str, Evaluation]] = {}
    for row in rows[: 2 * newest]:
        assert row.run_id is not None
        runs.setdefault(row.run_id, {})[row.role] = row
    told = [
        JudgedRun(run=candidate.run, candidate=candidate, champion=of_run.get(Evaluation.Role.CHAMPION))
        for of_run in runs.values()
        if (candidate := of_run.get(Evaluation.Role.CANDIDATE)) and candidate.run
    ]
    return told[:newest][::-1]


def judged_together(together: UUID) -> list[Evaluation]:
    """All that were judged on the same rows, the best first, of equals the one that was named first; one query."""
    rows = Evaluation.objects.filter(judged_together=together).select_related("run", "artefact")
    return sorted(rows[:MOST_TOGETHER], key=lambda row: (-mean_of(row, "ndcg"), -row.pk))


def figure_of(row: Evaluation, metric: str) -> tuple[str, dict[str, Any]] | None:
    """A metric's whole name and its figures, by its name without the cut-off; None where it was not measured."""
    return figure_among(row.metrics, metric)


def figure_among(metrics: dict[str, Any], metric: str) -> tuple[str, dict[str, Any]] | None:
    return next(((name, told) for name, told in metrics.items() if name.partition("@")[0] == metric), None)


def mean_of(row: Evaluation, metric: str) -> float:
    """0 where it was not measured."""
    found = figure_of(row, metric)
    return float(found[1]["mean"]) if found else 0.0
