"""Chooses the settings of the benchmark of recommenders, on validation rows alone.

Of the train rows of split seed 42 a tenth of each user's is held out, in several ways, and settings are tried within an
algorithm's search space, its defaults first. A tenth, not a fifth: the smaller the part, the nearer is what is fitted
to what is judged in the end, and with it the order of the settings. Test rows are never looked at.

    python -m tests.benchmarks.choose_settings ml100k ease --trials 60
"""

import argparse
import json
from statistics import fmean
from typing import Any

import optuna

from recsys.algorithms import ALGORITHMS, config_class
from recsys.dataset import Interactions, per_user_holdout
from recsys.evaluation import evaluate
from tests.benchmarks.recommenders import SEEDS, SETTINGS, load, split

VALIDATION_SEEDS = (1042, 2042, 3042)
FRACTION = 0.1


def main() -> None:
    options = _options()
    train, _ = split(load(options.data, quick=False), seed=SEEDS[0])
    folds = [_fold(train, seed=seed) for seed in VALIDATION_SEEDS[: options.folds]]
    print(f"Settings now: {SETTINGS[options.data].get(options.algorithm, {})}", flush=True)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        direction="maximize",
        sampler=optuna.samplers.TPESampler(
            seed=SEEDS[0], multivariate=True, n_startup_trials=max(8, options.trials // 5)
        ),
    )
    for settings in ({}, SETTINGS[options.data].get(options.algorithm, {})):
        study.enqueue_trial({**_defaults(options.algorithm, vary=options.vary), **_known(settings, options.vary)})
    study.optimize(
        lambda trial: _value(trial, options=options, folds=folds), n_trials=options.trials, timeout=options.seconds
    )
    print(f"{len(study.trials)} trials; the best: {json.dumps(study.best_params)} with {study.best_value:.4f} NDCG@10")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", choices=sorted(SETTINGS))
    parser.add_argument("algorithm", choices=sorted(ALGORITHMS))
    parser.add_argument(
        "--vary", nargs="*", help="only these settings; all that the algorithm lets tuning vary if left out"
    )
    parser.add_argument("--set", nargs=2, action="append", default=[], metavar=("NAME", "VALUE"), help="fixed, as JSON")
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--seconds", type=float, help="no new trial is begun after these")
    parser.add_argument("--folds", type=int, default=3, help=f"of {len(VALIDATION_SEEDS)}")
    return parser.parse_args()


def _fold(train: Interactions, *, seed: int) -> tuple[Interactions, Interactions]:
    held = per_user_holdout(train.users, fraction=FRACTION, seed=seed)
    return train.subset(~held), train.subset(held)


def _space(algorithm: str, *, vary: list[str] | None) -> dict[str, Any]:
    space = config_class(algorithm).search_space()
    return {name: space[name] for name in (vary if vary is not None else space)}


def _defaults(algorithm: str, *, vary: list[str] | None) -> dict[str, Any]:
    given = config_class(algorithm)().as_dict()
    return {
        name: min(max(given[name], dimension.low), dimension.high)
        for name, dimension in _space(algorithm, vary=vary).items()
        if given[name] is not None
    }


def _known(settings: dict[str, Any], vary: list[str] | None) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if vary is None or name in vary}


def _value(
    trial: optuna.Trial, *, options: argparse.Namespace, folds: list[tuple[Interactions, Interactions]]
) -> float:
    settings = {name: json.loads(value) for name, value in options.set}
    for name, dimension in _space(options.algorithm, vary=options.vary).items():
        settings[name] = (
            trial.suggest_int(name, int(dimension.low), int(dimension.high), log=dimension.log)
            if dimension.whole
            else trial.suggest_float(name, dimension.low, dimension.high, log=dimension.log)
        )
    config = config_class(options.algorithm).from_dict(settings)
    judged = [evaluate(options.algorithm, config, train=train, test=test).judgement for train, test in folds]
    value = fmean(float(judgement.ndcg.mean()) for judgement in judged)
    recall = fmean(float(judgement.recall.mean()) for judgement in judged)
    print(f"{value:.4f} NDCG@10, {recall:.4f} Recall@20: {json.dumps(settings)}", flush=True)
    return value


if __name__ == "__main__":
    main()
