"""Trains the recommender: preferences → contenders on a common cut → gate → the winner, refitted on all rows."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from marketing.errors import ArtefactCorrupt, AttuneError, InvalidInput
from marketing.models import Artefact
from marketing.runs import deployments, store
from marketing.runs.kinds import RunHandle, Verdict
from recsys.algorithms import ALGORITHMS, load_fit, load_scorer
from recsys.algorithms.contract import Scorer
from recsys.comparison import compare
from recsys.configuration import Configuration, fitting
from recsys.dataset import Csr, Interactions
from recsys.holdout import hold_out
from recsys.interactions import Extent, Preferences, read_preferences
from recsys.ranking import top_items
from recsys.tuning import BUDGETS, Budget, Tuned, check_tunable, tune

SCORER_PREFIX = "scorer."
# The known history asked before deploying has this many items, and the answer this many places.
GOLDEN_ITEMS, GOLDEN_PLACES = 5, 10

Arrays = Mapping[str, npt.NDArray[Any]]


class RecommenderTraining:
    """The kind of run whose artefacts serve the slot “recommender”."""

    # What the admin's form lets staff choose.
    choices: Mapping[str, Sequence[str]] = {"algorithm": list(ALGORITHMS), "tune": list(BUDGETS)}

    def validate_config(self, config: Mapping[str, Any]) -> dict[str, Any]:
        configuration, budget = _parts(config)
        if budget is None:
            return configuration.as_run_config()
        check_tunable(configuration)
        return {**configuration.as_run_config(), "tune": budget.as_dict()}

    def train(self, run: RunHandle) -> Verdict:
        run.progress(0.0, "reading events")
        configuration, budget = _parts(run.config)
        champions = deployments.champions(run.slot)
        preferences = read_preferences(with_features=_reads_features(configuration, champions))
        _check_enough(preferences.interactions)
        run.log(_describe(preferences))
        # Tuning may find other settings for the same events.
        if champions and not run.forced and budget is None and _has_seen(champions[0], preferences.extent):
            return Verdict(deploy=False, reason=_nothing_new(champions[0], preferences.extent))
        candidate = fitting(configuration, n_items=preferences.interactions.n_items, log=run.log)
        interactions = with_unit_strengths(preferences.interactions)
        tuned = None
        if budget is not None:
            tuned = _tuned(candidate, interactions=interactions, budget=budget, run=_part(run, start=0.0, end=0.5))
            candidate, run = tuned.configuration, _part(run, start=0.5, end=1.0)
        comparison = compare(candidate, interactions=interactions, champions=champions, run=run)
        if not comparison.deploy and not run.forced:
            return Verdict(deploy=False, reason=comparison.reason, metrics=comparison.metrics)
        arrays = _refit(candidate, interactions=interactions, run=run)
        return Verdict(
            deploy=True,
            passed=comparison.deploy,
            reason=comparison.reason if comparison.deploy else f"Deployed by force. {comparison.reason}",
            metrics=comparison.metrics,
            arrays={"item_ids": preferences.item_ids, **{f"{SCORER_PREFIX}{name}": arrays[name] for name in arrays}},
            manifest=_manifest(candidate, preferences=preferences, arrays=arrays, tuned=tuned),
        )

    def check(self, artefact_path: Path) -> None:
        loaded = store.read_file(artefact_path)
        own = {name.removeprefix(SCORER_PREFIX): loaded.arrays[name] for name in loaded.arrays if name != "item_ids"}
        scorer = _scorer(Configuration.of_manifest(loaded.manifest), arrays=own)
        named = loaded.arrays["item_ids"].shape
        if named != (scorer.n_items, 16):
            raise ArtefactCorrupt(f"item_ids: have shape {named}; expected ({scorer.n_items}, 16) as the scores have")
        scores = scorer.score(golden_history(scorer.n_items))[0]
        if not np.isfinite(scores).all():
            raise ArtefactCorrupt("scores: a known history is answered with numbers that are not finite")
        golden = loaded.manifest["golden"]
        if not np.allclose(scores[golden["places"]], golden["scores"], rtol=1e-4, atol=1e-6):
            raise ArtefactCorrupt("scores: a known history is answered otherwise than before the artefact was written")


def with_unit_strengths(interactions: Interactions) -> Interactions:
    """Scale strengths so that their mean square is 1.

    Then XᵀX has people on its diagonal, and a regularisation chosen on sets of plain likes means the same here. The
    order of a ranking does not depend on the scale.
    """
    scale = float(np.sqrt(np.mean(interactions.values.astype(np.float64) ** 2)))
    return replace(interactions, values=(interactions.values / scale).astype(np.float32))


def golden_history(n_items: int) -> Csr:
    """A made-up person who met a few items, evenly spread over the catalogue; `(1, items)`."""
    items = np.unique(np.linspace(0, n_items - 1, min(GOLDEN_ITEMS, n_items)).astype(np.int32))
    history: Csr = sparse.csr_array(
        (np.ones(len(items), np.float32), (np.zeros(len(items), np.int32), items)), shape=(1, n_items)
    )
    return history


def _parts(config: Mapping[str, Any]) -> tuple[Configuration, Budget | None]:
    """What to train, and how much may be spent on tuning it; None: nothing."""
    budget = Budget.from_dict(config["tune"]) if "tune" in config else None
    return Configuration.of_run({name: config[name] for name in config if name != "tune"}), budget


def _tuned(candidate: Configuration, *, interactions: Interactions, budget: Budget, run: RunHandle) -> Tuned:
    # What the gate judges on stays out of it.
    return tune(candidate, interactions=hold_out(interactions).train, budget=budget, run=run)


def _reads_features(configuration: Configuration, champions: Sequence[Artefact]) -> bool:
    """Whether anybody who will be fitted needs to know more of the items."""
    if configuration.params.reads_features:
        return True
    for champion in champions:
        with suppress(AttuneError):  # known no more: it will not be compared with
            if Configuration.of_manifest(champion.manifest).params.reads_features:
                return True
    return False


def _part(run: RunHandle, *, start: float, end: float) -> RunHandle:
    """The run, for a part of it whose progress is its own."""
    return replace(run, progress=lambda share, stage: run.progress(start + (end - start) * share, stage))


def _check_enough(interactions: Interactions) -> None:
    """Say what is missing where nothing can be learned.

    Raises:
        InvalidInput: names what there is too little of.

    """
    if not len(interactions):
        raise InvalidInput(
            "events",
            "none tells a preference yet; expected views, clicks, additions to a cart, purchases, or ratings of 3 stars"
            " and more, of people who agreed to personalisation",
        )
    if interactions.n_users == 1:
        raise InvalidInput("customers", "all preferences are one person's; expected those of two people at least")
    if interactions.n_items == 1:
        raise InvalidInput("items", "all preferences are for one item; expected two different items at least")


def _describe(preferences: Preferences) -> str:
    interactions, extent = preferences.interactions, preferences.extent
    return (
        f"{extent.events:,} events until {extent.until:%Y-%m-%d %H:%M} tell {len(interactions):,} preferences of"
        f" {interactions.n_users:,} people for {interactions.n_items:,} items."
    )


def _has_seen(champion: Artefact, extent: Extent) -> bool:
    seen = champion.manifest
    return (seen.get("n_events"), seen.get("last_event")) == (extent.events, extent.last_event)


def _nothing_new(champion: Artefact, extent: Extent) -> str:
    return (
        f"Nothing new: {champion}, which serves, was trained on the same {extent.events:,} events. Force the run to"
        " train and deploy all the same."
    )


def _refit(candidate: Configuration, *, interactions: Interactions, run: RunHandle) -> dict[str, npt.NDArray[Any]]:
    run.log(f"Fitting {candidate.label} on all {len(interactions):,} preferences.")
    return load_fit(candidate.algorithm)(
        interactions,
        candidate.params,
        progress=lambda share, stage: run.progress(0.7 + 0.3 * share, f"fitting on all rows: {stage}"),
    )


def _manifest(
    candidate: Configuration, *, preferences: Preferences, arrays: Arrays, tuned: Tuned | None
) -> dict[str, Any]:
    interactions, extent = preferences.interactions, preferences.extent
    scores = _scorer(candidate, arrays=arrays).score(golden_history(interactions.n_items))
    places = top_items(scores, k=GOLDEN_PLACES)[0]
    return {
        "algorithm": candidate.algorithm,
        "config": candidate.params.as_dict(),
        "n_items": interactions.n_items,
        "n_users": interactions.n_users,
        "n_interactions": len(interactions),
        "n_events": extent.events,
        "last_event": extent.last_event,
        "trained_until": extent.until.isoformat() if extent.until else None,
        **({"tuning": tuned.as_manifest()} if tuned else {}),
        "golden": {"places": places.tolist(), "scores": scores[0, places].tolist()},
    }


def _scorer(configuration: Configuration, *, arrays: Arrays) -> Scorer:
    return load_scorer(configuration.algorithm).from_arrays(arrays, configuration.params)
