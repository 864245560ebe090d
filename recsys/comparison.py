"""Holds a candidate against the baseline and former champions: all fitted on the same rows, judged on the same others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marketing.errors import AttuneError
from marketing.models import Artefact
from marketing.runs import gate
from marketing.runs.kinds import RunHandle
from recsys.configuration import Configuration
from recsys.dataset import Interactions
from recsys.evaluation import bootstrap
from recsys.holdout import Holdout, hold_out
from recsys.judging import Contender, Result, Role, judge, write_down

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
class Champion:
    """A champion's artefact with its configuration, as it is known today."""

    artefact: Artefact
    configuration: Configuration


def compare(
    candidate: Configuration, *, interactions: Interactions, champions: Sequence[Artefact], run: RunHandle
) -> Comparison:
    """Judge all contenders on one holdout, write down how they did, and let the gate decide.

    `champions` are the last ones, newest first.
    """
    holdout = hold_out(interactions)
    if not holdout.customers:
        reason = "Held back: there is nobody to judge by, as no customer has preferences of two items or more."
        return Comparison(deploy=False, reason=reason, metrics={"judged": 0})
    run.log(holdout.description)
    former = _known(champions, run=run)
    baseline = Configuration.of_run({"algorithm": BASELINE})
    wanted = [candidate, baseline, *(champion.configuration for champion in former)]
    results = _judge_all(wanted, holdout=holdout, run=run)
    ours = results[candidate.label]
    write_down(
        _contenders(ours, results=results, champions=former, serving=champions[0] if champions else None),
        holdout=holdout,
        run_id=run.run_id,
    )
    labels = dict.fromkeys(champion.configuration.label for champion in former)
    decision = gate.decide(
        _for_gate(ours),
        baseline=_for_gate(results[BASELINE]),
        champions=[_for_gate(results[label]) for label in labels if label in results],
        bound_mean=bootstrap,
    )
    slow = f"Slow: scoring one list takes {ours.rank_ms:.0f} ms." if ours.rank_ms > RANKING_BUDGET_MS else ""
    reason = " ".join(part for part in (decision.reason, holdout.caveat, slow) if part)
    return Comparison(decision.deploy, reason, _metrics(ours, results=results, holdout=holdout))


def _known(champions: Sequence[Artefact], *, run: RunHandle) -> list[Champion]:
    known = []
    for artefact in champions:
        try:
            known.append(Champion(artefact, Configuration.of_manifest(artefact.manifest)))
        except AttuneError as error:
            run.log(f"{artefact} is not compared with: {error}")
    return known


def _judge_all(wanted: Sequence[Configuration], *, holdout: Holdout, run: RunHandle) -> Mapping[str, Result]:
    """Results by label; the first is the candidate, without which there is nothing to decide."""
    distinct = list({configuration.label: configuration for configuration in wanted}.values())
    results = {}
    for place, configuration in enumerate(distinct):
        try:
            results[configuration.label] = judge(
                configuration,
                holdout=holdout,
                progress=lambda share, stage, place=place, label=configuration.label: run.progress(
                    0.1 + 0.6 * (place + share) / len(distinct), f"judging {label}: {stage}"
                ),
            )
        except AttuneError as error:
            if place == 0:
                raise
            run.log(f"{configuration.label} could not be compared with: {error}")
            continue
        run.log(_line(results[configuration.label]))
    return results


def _line(result: Result) -> str:
    """The figures that the gate looks at; all others are in the rows."""
    judgement = result.judgement
    return f"{result.configuration.label}: NDCG@10 {judgement.ndcg.mean():.4f}, coverage {judgement.coverage:.1%}"


def _contenders(
    ours: Result, *, results: Mapping[str, Result], champions: Sequence[Champion], serving: Artefact | None
) -> list[Contender]:
    """Each in its part, once for each configuration; who serves counts as the champion, even when tried again."""
    contenders = [Contender(ours, Role.CANDIDATE)]
    told = set()
    for champion in champions:
        label = champion.configuration.label
        if label in results and label not in told:
            told.add(label)
            role = Role.CHAMPION if champion.artefact is serving else Role.FORMER
            contenders.append(Contender(results[label], role, champion.artefact))
    return [*contenders, Contender(results[BASELINE], Role.BASELINE)]


def _for_gate(result: Result) -> gate.Contender:
    return gate.Contender(result.configuration.label, result.judgement.ndcg, result.judgement.coverage)


def _metrics(ours: Result, *, results: Mapping[str, Result], holdout: Holdout) -> dict[str, Any]:
    not_asked = {"not asked: items unknown before": holdout.unknown_rows} if holdout.unknown_rows else {}
    return {
        **{name: round(value, 6) for name, value in ours.judgement.means().items()},
        **{
            f"ndcg@10 of {label}": round(float(result.judgement.ndcg.mean()), 6)
            for label, result in results.items()
            if result is not ours
        },
        "judged": holdout.customers,
        "holdout": holdout.kind,
        **not_asked,
        "fit_s": round(ours.fit_s, 3),
        "rank_ms": round(ours.rank_ms, 3),
    }
