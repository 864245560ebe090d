"""Who takes part in the benchmark of recommenders, and how each is fitted and judged."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from recsys.algorithms import ALGORITHMS, config_class, load_fit
from recsys.dataset import Interactions, encode, per_user_holdout
from recsys.evaluation import Evaluation, evaluate, judge_users
from tests.benchmarks.datasets import movielens_1m, movielens_100k
from tests.benchmarks.report import CannotMeasure

SEEDS = (42, 43, 44, 45, 46)
EASE_100K: dict[str, Any] = {
    "regularization": 150.0,
    "dropout": 0.58,
    "activity_exponent": 0.65,
    "diagonal_exponent": 0.6,
    "nearness": 0.4,
    "run_length": 4,
}
EASE_1M: dict[str, Any] = {
    "regularization": 500.0,
    "dropout": 0.56,
    "activity_exponent": 0.68,
    "diagonal_exponent": 0.85,
}
IALS_100K: dict[str, Any] = {
    "factors": 80,
    "regularization": 28.0,
    "regularization_exponent": 0.12,
    "alpha": 2.9,
    "iterations": 16,
}
IALS_1M: dict[str, Any] = {
    "factors": 96,
    "regularization": 58.0,
    "regularization_exponent": 0.1,
    "alpha": 2.6,
    "iterations": 12,
}
MATRIX_100K: dict[str, Any] = {
    "factors": 32,
    "regularization": 0.2,
    "bias_regularization": 3.0,
    "absent_weight": 0.25,
}
MATRIX_1M: dict[str, Any] = {
    "factors": 48,
    "regularization": 0.1,
    "bias_regularization": 50.0,
    "absent_weight": 0.25,
    "iterations": 8,
}
# Rows are held out for stopping early as the test rows are, at random. For the same reason the order of a history tells
# little here: the items asked for stand anywhere between those that are known.
EMBEDDING_100K: dict[str, Any] = {"validation": "random", "hidden": 128, "patience": 6}
TWO_TOWER_100K: dict[str, Any] = {"validation": "random", "recent": 0}
LIGHT_GCN_100K: dict[str, Any] = {"validation": "random", "embedding_size": 128}
SASREC_100K: dict[str, Any] = {
    "validation": "random",
    "shuffled": 1.0,
    "sequence_length": 100,
    "batch_size": 32,
    "patience": 8,
}
# Sixteen times as many rows, so that fewer epochs do.
EMBEDDING_1M: dict[str, Any] = {"validation": "random", "batch_size": 4_096, "epochs": 20, "patience": 3}
TWO_TOWER_1M: dict[str, Any] = {**TWO_TOWER_100K, "batch_size": 2_048, "epochs": 6, "patience": 2}
LIGHT_GCN_1M: dict[str, Any] = {
    "validation": "random",
    "batch_size": 16_384,
    "learning_rate": 0.01,
    "layers": 2,
    "epochs": 25,
    "patience": 2,
}


def blend_of(ease: dict[str, Any], ials: dict[str, Any]) -> dict[str, Any]:
    """Both members; the rows that weights are fitted on are drawn as the test rows are, at random."""
    members = [{"algorithm": "ease", "params": ease}, {"algorithm": "ials", "params": ials}]
    return {"members": members, "validation": "random"}


# Chosen on validation rows by choose_settings.py, rounded; what is not named here has its default on both sets.
SETTINGS: dict[str, dict[str, dict[str, Any]]] = {
    "ml100k": {
        "ease": EASE_100K,
        "ials": IALS_100K,
        "matrix_factorization": MATRIX_100K,
        "embedding_network": EMBEDDING_100K,
        "two_tower": TWO_TOWER_100K,
        "light_gcn": LIGHT_GCN_100K,
        "sasrec": SASREC_100K,
        "blend": blend_of(EASE_100K, IALS_100K),
    },
    "ml1m": {
        "ease": EASE_1M,
        "ials": IALS_1M,
        "matrix_factorization": MATRIX_1M,
        "embedding_network": EMBEDDING_1M,
        "two_tower": TWO_TOWER_1M,
        "light_gcn": LIGHT_GCN_1M,
        "blend": blend_of(EASE_1M, IALS_1M),
    },
}
# Learned step by step, which takes minutes: judged on one split.
NETWORKS = ("embedding_network", "two_tower", "light_gcn", "sasrec")
IN_A_HURRY = 1  # epochs
# Of MovieLens 1M only pairs are known: no texts, no relations, no times.
NEEDS = dict.fromkeys(("content", "knowledge_graph", "sasrec"), ("ml100k",))
# Beside the registry: the settings that reproduce other published figures, or that validation rows prefer.
VARIANTS: dict[str, tuple[str, dict[str, Any]]] = {
    "item_cosine_history": ("item_cosine", {"neighbours_of": "history"}),
    "item_cosine_all": ("item_cosine", {"neighbours": None}),
    "user_cosine_100": ("user_cosine", {"neighbours": 100}),
}
# The published settings for MovieLens 100k; on 1M the tuned ones reach its published figure too. "Default" means the
# peer's own regularization and alpha: with its default of 100 factors instead of 64 it gets .184 instead of .221.
PEERS: dict[str, dict[str, Any]] = {
    "implicit_default": {"factors": 64},
    "implicit_tuned": {"factors": 64, "regularization": 30, "alpha": 5},
}


@dataclass(frozen=True)
class Runner:
    """One entrant; calling it with train, test and seed fits and judges."""

    key: str
    run: Callable[..., Evaluation] = field(repr=False)


def load(data: str, *, quick: bool) -> Interactions:
    if data == "ml100k":
        return movielens_100k()
    return movielens_1m(every_user=9 if quick else 1)


def split(interactions: Interactions, *, seed: int) -> tuple[Interactions, Interactions]:
    test = per_user_holdout(interactions.users, seed=seed)
    return interactions.subset(~test), interactions.subset(test)


def runners(data: str, *, peers: bool, quick: bool = False) -> list[Runner]:
    """Ours, as far as the data have what they need, and the peers, in the order in which they take turns."""
    taking_part = [name for name in ALGORITHMS if data in NEEDS.get(name, SETTINGS)]
    ours = [Runner(name, partial(_run_ours, name, settings_of(name, data=data, quick=quick))) for name in taking_part]
    variants = [Runner(key, partial(_run_ours, name, settings)) for key, (name, settings) in VARIANTS.items()]
    theirs = [Runner(key, partial(_run_implicit, settings)) for key, settings in PEERS.items()]
    return [*ours, *variants, *(theirs if peers else [])]


def settings_of(name: str, *, data: str, quick: bool) -> dict[str, Any]:
    """The chosen settings; in a hurry networks go over the rows but once."""
    settings = SETTINGS[data].get(name, {})
    return {**settings, "epochs": IN_A_HURRY} if quick and name in NETWORKS else settings


def implicit_is_here() -> bool:
    try:
        import implicit
    except ModuleNotFoundError:
        return False
    return hasattr(implicit, "als")


def warm_up(*, peers: bool) -> None:
    """Load libraries and start their thread pools, so that the first to be measured doesn't pay for all."""
    tiny = encode(users=[0, 0, 1, 1, 2], items=[0, 1, 1, 2, 0]).interactions
    for name in ALGORITHMS:
        if not config_class(name)().needs_features:
            load_fit(name)(tiny, config_class(name)())
    if peers:
        _fit_implicit(PEERS["implicit_default"], tiny, seed=42)


def fit_and_judge(data: str, key: str, *, quick: bool) -> None:
    """Do the whole of one entrant from its data file on; for measuring it in a process of its own."""
    train, test = split(load(data, quick=quick), seed=SEEDS[0])
    # Networks need as much memory for a few epochs as for many.
    taking_part = runners(data, peers=key in PEERS, quick=quick or key in NETWORKS)
    chosen = next(runner for runner in taking_part if runner.key == key)
    chosen.run(train=train, test=test, seed=SEEDS[0])


def _run_ours(name: str, settings: dict[str, Any], *, train: Interactions, test: Interactions, seed: int) -> Evaluation:
    return evaluate(name, config_class(name).from_dict({**settings, "seed": seed}), train=train, test=test)


def _run_implicit(settings: dict[str, Any], *, train: Interactions, test: Interactions, seed: int) -> Evaluation:
    wall, cpu = time.perf_counter(), time.process_time()
    model = _fit_implicit(settings, train, seed=seed)
    fit_s, fit_cpu_s = time.perf_counter() - wall, time.process_time() - cpu
    judgement = judge_users(lambda users: model.user_factors[users] @ model.item_factors.T, train=train, test=test)
    return Evaluation(judgement=judgement, fit_s=fit_s, fit_cpu_s=fit_cpu_s, arrays={})


def _fit_implicit(settings: dict[str, Any], train: Interactions, *, seed: int) -> Any:
    try:
        from implicit.als import AlternatingLeastSquares
        from scipy.sparse import csr_matrix
        from threadpoolctl import threadpool_limits
    except ModuleNotFoundError:
        raise CannotMeasure("implicit is not installed: pip install -e '.[bench]'") from None
    # The peer's own advice: its threads and those of the linear algebra get in each other's way otherwise.
    with threadpool_limits(1, "blas"):
        model = AlternatingLeastSquares(**settings, random_state=seed)
        model.fit(csr_matrix(train.matrix()), show_progress=False)
    return model
