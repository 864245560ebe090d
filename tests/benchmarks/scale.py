"""Implicit factors at the size of a large shop: generated interactions, beside implicit, in turn.

Twelve million distinct pairs of 100,000 people and 20,000 items, both with a power law; seconds of CPU for one
iteration, memory of reading and fitting alone, and lists for everybody.
"""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from recsys.algorithms import config_class, load_fit, load_scorer
from recsys.batches import top_for_all
from recsys.dataset import Csr, Interactions
from recsys.ranking import top_items
from tests.benchmarks.memory import peak_mib
from tests.benchmarks.recommenders import implicit_is_here
from tests.benchmarks.report import Report

FACTORS = 64
SETTINGS = {"regularization": 30.0, "alpha": 5.0}
FEW = 1
LISTED = 10
ASKED = 500
ONE_LIST = 20


@dataclass(frozen=True)
class Size:
    users: int
    items: int
    pairs: int
    ranked_users: int
    # The difference of two numbers of iterations is free of what is done once: 1 and this many.
    iterations: int


FULL = Size(users=100_000, items=20_000, pairs=12_000_000, ranked_users=20_000, iterations=4)
QUICK = Size(users=5_000, items=20_000, pairs=300_000, ranked_users=2_000, iterations=4)
GPU = Size(users=500_000, items=50_000, pairs=100_000_000, ranked_users=0, iterations=4)


def measure_scale(report: Report) -> None:
    """Set the keys `scale.…` and `rank_one_customer_p50_ms`."""
    size = QUICK if report.quick else FULL
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pairs.npz"
        users, items = generated(size)
        np.savez(path, users=users, items=items)
        del users, items
        report.say(f"scale: generated {size.pairs:,} pairs of {size.users:,} people and {size.items:,} items")
        report.set("scale.peak_mib", peak_mib(_fit_alone, str(path), size))
        report.say(f"scale: memory of reading and fitting: {report.figures['scale.peak_mib']:.0f} MiB")
        interactions = read(path, size)
    matrix = interactions.matrix()
    _measure_iterations(report, interactions, matrix, iterations=size.iterations)
    _measure_lists(report, interactions, matrix, size=size)
    _measure_gpu(report)


def generated(size: Size, *, seed: int = 42) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Distinct pairs `(n,)`: people and items drawn by power laws, their numbers shuffled."""
    draw = np.random.default_rng(seed)
    people = _cumulated(size.users, offset=size.users / 50, exponent=0.7)
    things = _cumulated(size.items, offset=size.items / 400, exponent=0.9)
    pairs = np.empty(0, np.int64)
    while len(pairs) < size.pairs:
        more = int((size.pairs - len(pairs)) * 1.3) + 1_000
        users = np.searchsorted(people, draw.random(more)).astype(np.int64)
        pairs = np.unique(np.concatenate((pairs, users * size.items + np.searchsorted(things, draw.random(more)))))
    pairs = np.sort(draw.choice(pairs, size.pairs, replace=False))
    user_numbers = draw.permutation(size.users).astype(np.int32)
    item_numbers = draw.permutation(size.items).astype(np.int32)
    return user_numbers[pairs // size.items], item_numbers[pairs % size.items]


def read(path: Path, size: Size) -> Interactions:
    with np.load(path) as stored:
        return _interactions(stored["users"], stored["items"], size)


def _interactions(users: npt.NDArray[np.int32], items: npt.NDArray[np.int32], size: Size) -> Interactions:
    return Interactions(
        users=users,
        items=items,
        values=np.ones(len(users), np.float32),
        times=np.zeros(len(users)),
        n_users=size.users,
        n_items=size.items,
    )


def _cumulated(size: int, *, offset: float, exponent: float) -> npt.NDArray[np.float64]:
    weights = np.cumsum((np.arange(size) + offset) ** -exponent)
    return weights / weights[-1]


def _fit_alone(path: str, size: Size) -> None:
    fit_ials(read(Path(path), size), iterations=2)


def fit_ials(interactions: Interactions, *, iterations: int, device: str = "cpu") -> tuple[Any, dict[str, Any]]:
    config = config_class("ials").from_dict(
        {**SETTINGS, "factors": FACTORS, "iterations": iterations, "device": device}
    )
    return config, load_fit("ials")(interactions, config)


def _fit_implicit(matrix: Csr, *, iterations: int) -> Any:
    from implicit.als import AlternatingLeastSquares
    from scipy.sparse import csr_matrix
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, "blas"):
        model = AlternatingLeastSquares(factors=FACTORS, **SETTINGS, iterations=iterations, random_state=42)
        model.fit(csr_matrix(matrix), show_progress=False)
    return model


def _cpu_s(work: Any) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _measure_iterations(report: Report, interactions: Interactions, matrix: Csr, *, iterations: int) -> None:
    entrants = {"ials": lambda n: fit_ials(interactions, iterations=n)}
    if implicit_is_here():
        entrants["implicit"] = lambda n: _fit_implicit(matrix, iterations=n)
    taken: dict[str, list[float]] = {name: [] for name in entrants}
    for work in entrants.values():  # threads and libraries are started before anything is measured
        work(FEW)
    for _ in range(2 if report.quick else 3):
        for name, work in entrants.items():
            few, many = _cpu_s(lambda work=work: work(FEW)), _cpu_s(lambda work=work: work(iterations))
            taken[name].append((many - few) / (iterations - FEW))
    for name, seconds in taken.items():
        report.set(f"scale.{name}_iter_cpu_s", median(seconds))
        report.say(f"scale: one iteration of {name}: {median(seconds):.2f} s of CPU")
    if "implicit" in taken:
        report.set("scale.ials_over_implicit_cpu", median(taken["ials"]) / median(taken["implicit"]))


def _measure_lists(report: Report, interactions: Interactions, matrix: Csr, *, size: Size) -> None:
    config, arrays = fit_ials(interactions, iterations=FEW)
    scorer = load_scorer("ials").from_arrays(arrays, config)
    history = matrix[: size.ranked_users]
    _measure_one(report, scorer, history)
    ours, theirs = [], []
    model = _fit_implicit(matrix, iterations=FEW) if implicit_is_here() else None
    for _ in range(2 if report.quick else 3):
        started = time.perf_counter()
        for _batch in top_for_all(scorer, history, k=LISTED, seen=history):
            continue
        ours.append(size.ranked_users / (time.perf_counter() - started))
        if model is not None:
            theirs.append(_implicit_users_per_s(model, history))
    report.set("scale.recommend_users_per_s", median(ours))
    report.say(f"scale: lists for everybody: {median(ours):,.0f} people/s")
    if theirs:
        report.set("scale.implicit_recommend_users_per_s", median(theirs))
        report.set("scale.recommend_over_implicit", median(ours) / median(theirs))
        report.say(f"scale: lists for everybody, implicit: {median(theirs):,.0f} people/s")


def _implicit_users_per_s(model: Any, history: Csr) -> float:
    from scipy.sparse import csr_matrix
    from threadpoolctl import threadpool_limits

    rows = csr_matrix(history)
    started = time.perf_counter()
    with threadpool_limits(1, "blas"):  # as for fitting: it has threads of its own, and is half as fast otherwise
        model.recommend(np.arange(rows.shape[0]), rows, N=LISTED, filter_already_liked_items=True)
    return rows.shape[0] / (time.perf_counter() - started)


def _measure_one(report: Report, scorer: Any, history: Csr) -> None:
    """From one history to the best 20 unseen of 20,000 items."""
    people = np.random.default_rng(42).integers(history.shape[0], size=ASKED)
    taken = []
    for row in [history[[person]] for person in people]:
        started = time.perf_counter()
        scores = scorer.score(row)
        scores[0, row.indices] = -np.inf
        top_items(scores, k=ONE_LIST)
        taken.append(time.perf_counter() - started)
    report.set("rank_one_customer_p50_ms", 1e3 * median(taken))
    report.say(f"scale: one customer over {history.shape[1]:,} items: {1e3 * median(taken):.3f} ms")


def _measure_gpu(report: Report) -> None:
    import torch

    if not torch.cuda.is_available():
        report.say("scale: no CUDA device: seconds of a sweep over 100 million interactions are left out")
        return
    size = QUICK if report.quick else GPU
    interactions = _interactions(*generated(size), size)
    marks = []
    for iterations in (FEW, size.iterations):
        started = time.perf_counter()
        fit_ials(interactions, iterations=iterations, device="cuda")
        marks.append(time.perf_counter() - started)
    report.set("scale.gpu_sweep_s", (marks[1] - marks[0]) / (size.iterations - FEW))
