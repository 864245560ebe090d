"""Finds good settings for an algorithm: tries on validation rows, within a budget, that a run may go on with later.

The validation rows are cut from those to learn from by the same rule as the rows that the gate judges on, which tuning
never sees.
"""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from marketing.errors import AttuneError, InvalidInput
from marketing.runs.kinds import RunHandle
from recsys.algorithms.configuration import Dimension, check_number, check_whole
from recsys.configuration import Configuration
from recsys.dataset import Interactions
from recsys.evaluation import evaluate
from recsys.holdout import Holdout, hold_out
from recsys.models import TuningTrial

if TYPE_CHECKING:
    import optuna

METRIC = "ndcg@10"


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Tuning ends after so many trials or so many seconds, whichever comes first; one trial is always made."""

    trials: int = 30
    seconds: float = 600.0

    def __post_init__(self) -> None:
        check_whole("tune.trials", self.trials, low=1, high=10_000)
        check_number("tune.seconds", self.seconds, low=1, high=7 * 24 * 3600)

    @classmethod
    def from_dict(cls, settings: object) -> "Budget":
        """From {"trials", "seconds"}, where what is left out has its default, or from one of the names in BUDGETS.

        Raises:
            InvalidInput: names the field that is unknown or wrong.

        """
        if isinstance(settings, str) and settings in BUDGETS:
            return BUDGETS[settings]
        if not isinstance(settings, Mapping):
            known = ", ".join(BUDGETS)
            raise InvalidInput(
                "tune", f"is {settings!r}; expected an object with trials and seconds, or one of {known}"
            )
        for name in settings:
            if name not in ("trials", "seconds"):
                raise InvalidInput(f"tune.{name}", "is not known; expected trials or seconds")
        return cls(**settings)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


# What staff choose from.
BUDGETS = {
    "two minutes": Budget(trials=1_000, seconds=120),
    "ten minutes": Budget(trials=1_000, seconds=600),
    "an hour": Budget(trials=1_000, seconds=3_600),
}


@dataclass(frozen=True)
class Tuned:
    """What came out: the best configuration, and how it did on validation rows beside the one that was given."""

    configuration: Configuration
    value: float
    value_before: float | None  # None when the given settings could not be judged
    trials: int
    failed: int
    seconds: float

    def as_manifest(self) -> dict[str, Any]:
        return {
            "metric": METRIC,
            "value": round(self.value, 6),
            "value_before": None if self.value_before is None else round(self.value_before, 6),
            "trials": self.trials,
            "failed": self.failed,
            "seconds": round(self.seconds, 1),
        }


def check_tunable(configuration: Configuration) -> None:
    """Refuse what has no setting to vary.

    Raises:
        InvalidInput: naming `tune`.

    """
    if not configuration.params.search_space():
        raise InvalidInput("tune", f"{configuration.algorithm} has no setting that tuning varies; leave it out")


def tune(configuration: Configuration, *, interactions: Interactions, budget: Budget, run: RunHandle) -> Tuned:
    """Try settings of the configuration's algorithm, the given ones first, and give the best.

    `interactions` are those that the gate lets candidates learn from. Each trial is a row of the run; when the run is
    started again, the trials that it has are not made again and count for the budget.

    Raises:
        InvalidInput: the algorithm has nothing to tune, nobody is left to validate on, or no trial could be judged.

    """
    check_tunable(configuration)
    validation = hold_out(interactions)
    if not validation.customers:
        raise InvalidInput("tune", "nobody is left to validate on: no customer has two preferences before the cut")
    trials = list(TuningTrial.objects.filter(run_id=run.run_id).order_by("number"))
    study = _study(configuration, trials=trials)
    if trials:
        run.log(f"Tuning goes on after {len(trials)} trials that were made before.")
    while not _spent(trials, budget=budget):
        run.progress(_share(trials, budget=budget), f"tuning {configuration.algorithm}: trial {len(trials) + 1}")
        trials.append(_try(study, configuration, validation=validation, run=run, number=len(trials)))
    return _best(configuration, trials=trials, run=run)


def _study(configuration: Configuration, *, trials: list[TuningTrial]) -> "optuna.Study":
    """What is known so far, so that the next suggestion follows from it."""
    # Imported here: those who serve read this module's settings, and have no use for the library.
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    # Another seed after each start, or the same suggestions would come again.
    sampler = optuna.samplers.TPESampler(seed=configuration.params.seed + len(trials))
    study = optuna.create_study(direction="maximize", sampler=sampler)
    distributions = _distributions(configuration.params.search_space())
    states = optuna.trial.TrialState
    for trial in trials:
        state = states.FAIL if trial.value is None else states.COMPLETE
        # A run may have begun under a version that varied other settings.
        known = {name: distributions[name] for name in trial.params if name in distributions}
        own = {name: trial.params[name] for name in known}
        study.add_trial(optuna.trial.create_trial(state=state, params=own, distributions=known, value=trial.value))
    if not trials:
        study.enqueue_trial(_within(configuration))
    return study


def _distributions(space: Mapping[str, Dimension]) -> dict[str, "optuna.distributions.BaseDistribution"]:
    from optuna.distributions import FloatDistribution, IntDistribution

    return {
        name: IntDistribution(int(dimension.low), int(dimension.high), log=dimension.log)
        if dimension.whole
        else FloatDistribution(dimension.low, dimension.high, log=dimension.log)
        for name, dimension in space.items()
    }


def _within(configuration: Configuration) -> dict[str, Any]:
    """The given settings, moved to the nearest values that tuning may try."""
    given = configuration.params.as_dict()
    return {
        name: min(max(given[name], dimension.low), dimension.high)
        for name, dimension in configuration.params.search_space().items()
        if given[name] is not None
    }


def _try(
    study: "optuna.Study", configuration: Configuration, *, validation: Holdout, run: RunHandle, number: int
) -> TuningTrial:
    distributions = _distributions(configuration.params.search_space())
    suggested = study.ask(distributions)
    params = _short(suggested.params, space=configuration.params.search_space())
    started = time.monotonic()
    value, failure = None, ""
    try:
        value = _judge(_varied(configuration, params), validation=validation)
    except AttuneError as error:
        failure = str(error)[:300]
    if value is None:
        study.tell(suggested, state=_failed())
    else:
        study.tell(suggested, value)
    trial = TuningTrial.objects.create(
        run_id=run.run_id,
        number=number,
        params=params,
        value=value,
        failure=failure,
        seconds=time.monotonic() - started,
    )
    outcome = failure if value is None else f"{METRIC} {value:.4f}"
    run.log(f"Trial {number + 1}: {_said(params)}: {outcome} ({trial.seconds:.1f} s).")
    return trial


def _short(params: Mapping[str, Any], *, space: Mapping[str, Dimension]) -> dict[str, Any]:
    """Numbers of four digits: more say nothing, and the settings are a configuration's name."""
    return {
        name: min(max(float(f"{value:.4g}"), space[name].low), space[name].high) if isinstance(value, float) else value
        for name, value in params.items()
    }


def _varied(configuration: Configuration, params: Mapping[str, Any]) -> Configuration:
    settings = {**configuration.params.as_dict(), **params}
    return Configuration(configuration.algorithm, type(configuration.params).from_dict(settings))


def _judge(configuration: Configuration, *, validation: Holdout) -> float:
    evaluation = evaluate(configuration.algorithm, configuration.params, train=validation.train, test=validation.test)
    return float(evaluation.judgement.ndcg.mean())


def _failed() -> "optuna.trial.TrialState":
    from optuna.trial import TrialState

    return TrialState.FAIL


def _spent(trials: list[TuningTrial], *, budget: Budget) -> bool:
    return bool(trials) and _share(trials, budget=budget) >= 1


def _share(trials: list[TuningTrial], *, budget: Budget) -> float:
    """How much of the budget is used, from 0 to 1."""
    seconds = sum(trial.seconds for trial in trials)
    return min(1.0, max(len(trials) / budget.trials, seconds / budget.seconds))


def _best(configuration: Configuration, *, trials: list[TuningTrial], run: RunHandle) -> Tuned:
    judged = [(trial.value, trial) for trial in trials if trial.value is not None]
    if not judged:
        raise InvalidInput("tune", f"none of {len(trials)} trials could be judged; the last said: {trials[-1].failure}")
    value, best = max(judged, key=lambda pair: (pair[0], -pair[1].number))
    before = trials[0].value
    tuned = Tuned(
        configuration=_varied(configuration, best.params),
        value=value,
        value_before=before,
        trials=len(trials),
        failed=len(trials) - len(judged),
        seconds=sum(trial.seconds for trial in trials),
    )
    run.log(
        f"Tuned in {tuned.trials} trials: {_said(best.params)} with {METRIC} {value:.4f} on validation rows"
        + (f", {before:.4f} before." if before is not None else ".")
    )
    return tuned


def _said(params: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}" for name, value in params.items()
    )
