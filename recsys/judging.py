"""Judges configurations on the same held-out rows, and writes down how they did."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from marketing.models import Artefact
from recsys import models
from recsys.algorithms import load_scorer
from recsys.algorithms.contract import Progress, ignore_progress
from recsys.configuration import Configuration
from recsys.dataset import Mask
from recsys.evaluation import Interval, Judgement, bootstrap_all, by_train_rows, evaluate, paired_bootstrap_all
from recsys.holdout import Holdout
from recsys.segments import segments

# How `Evaluation.data` names what the shop's own events gave.
SHOP_EVENTS = "the shop's events"
Role = models.Evaluation.Role


@dataclass(frozen=True, eq=False)
class Result:
    """How one configuration did."""

    configuration: Configuration
    judgement: Judgement
    fit_s: float
    rank_ms: float  # to score all items for one person

    def segments(self) -> dict[str, Mask]:
        """Masks of the judged users of each segment; the same for all results on the same rows."""
        return segments(history_length=self.judgement.history_length, history_surprise=self.judgement.history_surprise)


@dataclass(frozen=True, eq=False)
class Contender:
    """A result in the part that it plays; one result may play two, as when the champion is tried again."""

    result: Result
    role: Role
    artefact: Artefact | None = None


def judge(
    configuration: Configuration,
    *,
    holdout: Holdout,
    k: int = 10,
    recall_k: int = 20,
    progress: Progress = ignore_progress,
) -> Result:
    """Fit on the rows to learn from and judge on the others.

    Raises:
        AttuneError: the configuration can't be fitted on these rows, or gives numbers that are not finite.

    """
    evaluation = evaluate(
        configuration.algorithm,
        configuration.params,
        train=holdout.train,
        test=holdout.test,
        k=k,
        recall_k=recall_k,
        progress=progress,
    )
    scorer = load_scorer(configuration.algorithm).from_arrays(evaluation.arrays, configuration.params)
    score_users = by_train_rows(scorer, train=holdout.train)
    started = time.perf_counter()
    score_users(evaluation.judgement.users[:1])
    return Result(
        configuration=configuration,
        judgement=evaluation.judgement,
        fit_s=evaluation.fit_s,
        rank_ms=1000 * (time.perf_counter() - started),
    )


def write_down(
    contenders: Sequence[Contender], *, holdout: Holdout, data: str = SHOP_EVENTS, run_id: UUID | None = None
) -> list[models.Evaluation]:
    """Save a row for each contender; the others' rows tell what the candidate, else the first of all, gains on them.

    A run that was begun again after a crash writes anew what it had written.
    """
    rows = evaluations(contenders, holdout=holdout, data=data, run_id=run_id)
    with transaction.atomic():
        if run_id is not None:
            models.Evaluation.objects.filter(run_id=run_id).delete()
        # The first has the last id, so that it heads the list, which shows the newest first.
        models.Evaluation.objects.bulk_create(rows[::-1])
    return rows


def evaluations(
    contenders: Sequence[Contender], *, holdout: Holdout, data: str = SHOP_EVENTS, run_id: UUID | None = None
) -> list[models.Evaluation]:
    """The rows that `write_down` saves."""
    together = uuid4()
    candidate = next((one.result for one in contenders if one.role == Role.CANDIDATE), contenders[0].result)
    told: dict[int, tuple[dict[str, Any], dict[str, Any]]] = {}
    for one in contenders:
        told.setdefault(id(one.result), (_metrics(one.result, candidate), _segments(one.result, candidate)))
    return [
        models.Evaluation(
            judged_together=together,
            run_id=run_id,
            artefact=one.artefact,
            role=one.role,
            label=one.result.configuration.label[:300],
            algorithm=one.result.configuration.algorithm,
            params=one.result.configuration.params.as_dict(),
            holdout=holdout.kind,
            data=data[:200],
            judged=len(one.result.judgement.users),
            metrics=told[id(one.result)][0],
            segments=told[id(one.result)][1],
            fit_s=one.result.fit_s,
            rank_ms=one.result.rank_ms,
        )
        for one in contenders
    ]


def _metrics(result: Result, candidate: Result) -> dict[str, Any]:
    judgement = result.judgement
    of_all_lists = {name: {"mean": round(value, 6)} for name, value in judgement.of_all_lists().items()}
    return _per_user(result, candidate, among=None) | of_all_lists


def _segments(result: Result, candidate: Result) -> dict[str, Any]:
    return {
        name: {"judged": int(among.sum()), "metrics": _per_user(result, candidate, among=among)}
        for name, among in result.segments().items()
    }


def _per_user(result: Result, candidate: Result, *, among: Mask | None) -> dict[str, Any]:
    """Mean and interval by metric, and the candidate's gain on this one, customer by customer."""
    values = result.judgement.per_user()
    told = {
        name: _rounded(interval)
        for name, interval in bootstrap_all(
            values if among is None else {name: own[among] for name, own in values.items()}
        ).items()
    }
    if candidate is result:
        return told
    gains = paired_bootstrap_all(candidate.judgement, result.judgement, among=among)
    return {name: {**told[name], "candidate_gain": _rounded(gains[name])} for name in told}


def _rounded(interval: Interval) -> dict[str, float]:
    return {name: round(value, 6) for name, value in asdict(interval).items()}
