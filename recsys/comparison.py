"""Holds a candidate against the baseline and former champions: all fitted on the same rows, judged on the same others."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marketing.errors import AttuneError
from marketing.models import Artefact
from marketing.runs import gate
from marketing.runs.kinds import RunHandle
from recsys.algorithms import load_scorer
from recsys.configuration import Configuration
from recsys.dataset import Interactions
from recsys.evaluation import Judgement, bootstrap, evaluate
from recsys.holdout import Holdout, hold_out

BASELINE = "popularity"
# A person's list within this time is quick; longer is said in the verdict, but holds nothing back. Milliseconds.
RANKING_BUDGET_MS = 50.0


@dataclass(frozen=True)
class Comparison:
    """What the gate said, with the figures it had."""

    deploy: bool
    reason: str
    metrics: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Result:
    """How one configuration did."""

    contender: gate.Contender
    judgement: Judgement
    fit_s: float
    rank_ms: float  # to score all items for one person


def compare(
    candidate: Configuration, *, interactions: Interactions, champions: Sequence[Artefact], run: RunHandle
) -> Comparison:
    """Judge all contenders on one holdout and let the gate decide. `champions` are the last ones, newest first."""
    holdout = hold_out(interactions)
    if not holdout.customers:
        reason = "Held back: there is nobody to judge by, as no customer has preferences of two items or more."
        return Comparison(deploy=False, reason=reason, metrics={"judged": 0})
    run.log(holdout.description)
    former = _former(champions, run=run)
    results = _judge_all([candidate, Configuration.of_run({"algorithm": BASELINE}), *former], holdout=holdout, run=run)
    ours = results[candidate.label]
    decision = gate.decide(
        ours.contender,
        baseline=results[BASELINE].contender,
        champions=[results[label].contender for label in dict.fromkeys(c.label for c in former) if label in results],
        bound_mean=bootstrap,
    )
    slow = f"Slow: scoring one list takes {ours.rank_ms:.0f} ms." if ours.rank_ms > RANKING_BUDGET_MS else ""
    reason = " ".join(part for part in (decision.reason, holdout.caveat, slow) if part)
    return Comparison(decision.deploy, reason, _metrics(ours, results=results, holdout=holdout))


def _former(champions: Sequence[Artefact], *, run: RunHandle) -> list[Configuration]:
    former = []
    for artefact in champions:
        try:
            former.append(Configuration.of_manifest(artefact.manifest))
        except AttuneError as error:
            run.log(f"{artefact} is not compared with: {error}")
    return former


def _judge_all(contenders: Sequence[Configuration], *, holdout: Holdout, run: RunHandle) -> Mapping[str, Result]:
    """Results by label; the first contender is the candidate, without which there is nothing to decide."""
    distinct = list({contender.label: contender for contender in contenders}.values())
    results = {}
    for place, contender in enumerate(distinct):
        try:
            results[contender.label] = _judge(
                contender,
                holdout=holdout,
                report=lambda share, stage, place=place, label=contender.label: run.progress(
                    0.1 + 0.6 * (place + share) / len(distinct), f"judging {label}: {stage}"
                ),
            )
        except AttuneError as error:
            if place == 0:
                raise
            run.log(f"{contender.label} could not be compared with: {error}")
            continue
        means = results[contender.label].judgement.means()
        run.log(f"{contender.label}: {', '.join(f'{name} {value:.4f}' for name, value in means.items())}")
    return results


def _judge(contender: Configuration, *, holdout: Holdout, report: Any) -> Result:
    evaluation = evaluate(
        contender.algorithm, contender.params, train=holdout.train, test=holdout.test, progress=report
    )
    judgement = evaluation.judgement
    scorer = load_scorer(contender.algorithm).from_arrays(evaluation.arrays, contender.params)
    history = holdout.train.matrix()[judgement.users[:1]]
    started = time.perf_counter()
    scorer.score(history)
    return Result(
        contender=gate.Contender(contender.label, judgement.ndcg, judgement.coverage),
        judgement=judgement,
        fit_s=evaluation.fit_s,
        rank_ms=1000 * (time.perf_counter() - started),
    )


def _metrics(ours: Result, *, results: Mapping[str, Result], holdout: Holdout) -> dict[str, Any]:
    return {
        **{name: round(value, 6) for name, value in ours.judgement.means().items()},
        **{
            f"ndcg@10 of {label}": round(result.contender.mean, 6)
            for label, result in results.items()
            if result is not ours
        },
        "judged": holdout.customers,
        "holdout": holdout.kind,
        "fit_s": round(ours.fit_s, 3),
        "rank_ms": round(ours.rank_ms, 3),
    }
