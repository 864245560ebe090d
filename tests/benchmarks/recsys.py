"""Quality, time and memory of the recommendation algorithms beside implicit, on MovieLens 100k and 1M.

The split, full ranking without train items and NDCG@10 and Recall@20 are those of the published figures. Quality is the
mean over the split seeds 42 to 46, times are medians over them; all take turns within one process.
"""

import time
from statistics import fmean, median

import numpy as np

from recsys.algorithms import ALGORITHMS, config_class, load_fit, load_scorer
from recsys.evaluation import Evaluation, Judgement, bootstrap, paired_bootstrap
from recsys.ranking import top_items
from tests.benchmarks.ablation import measure_ablation
from tests.benchmarks.cold import measure_cold
from tests.benchmarks.event_to_list import measure_event_to_list
from tests.benchmarks.memory import peak_mib
from tests.benchmarks.networks import measure_networks
from tests.benchmarks.recommenders import (
    NETWORKS,
    SEEDS,
    fit_and_judge,
    implicit_is_here,
    load,
    runners,
    settings_of,
    split,
    warm_up,
)
from tests.benchmarks.report import CannotMeasure, Report, run
from tests.benchmarks.scale import measure_scale

ASKED_CUSTOMERS = 500
LIST_LENGTH = 20


def measure(report: Report) -> None:
    peers = implicit_is_here()
    if not peers:
        report.say("implicit is not installed (pip install -e '.[bench]'): its figures are left out")
    warm_up(peers=peers)
    report.device = _device()
    measured = [data for data in ("ml100k", "ml1m") if _measure_quality(report, data, peers=peers)]
    if not measured:
        raise CannotMeasure("none of the data sets ml-100k and ml-1m could be read: see the lines above")
    _measure_one_customer(report, measured[0])
    measure_scale(report)
    measure_event_to_list(report)
    measure_cold(report)
    measure_networks(report)
    measure_ablation(report)
    # Memory grows with the data, so that the larger set speaks; in a hurry the smaller one has to do.
    _measure_memory(report, measured[0] if report.quick else measured[-1], peers=peers)


def _measure_quality(report: Report, data: str, *, peers: bool) -> bool:
    try:
        interactions = load(data, quick=report.quick)
    except CannotMeasure as missing:
        report.say(f"{data} is left out. {missing}")
        return False
    report.say(f"{data}: {len(interactions):,} rows, {interactions.n_users:,} users, {interactions.n_items:,} items")
    taking_part = runners(data, peers=peers, quick=report.quick)
    results: dict[str, list[Evaluation]] = {runner.key: [] for runner in taking_part}
    for seed in SEEDS[:1] if report.quick else SEEDS:
        train, test = split(interactions, seed=seed)
        for runner in (
            taking_part if seed == SEEDS[0] else [runner for runner in taking_part if runner.key not in NETWORKS]
        ):
            results[runner.key].append(runner.run(train=train, test=test, seed=seed))
        report.say(f"{data}: seed {seed}: {_line(results)}")
    _set_figures(report, data, results)
    return True


def _line(results: dict[str, list[Evaluation]]) -> str:
    return ", ".join(f"{key} {done[-1].judgement.ndcg.mean():.3f}" for key, done in results.items())


def _set_figures(report: Report, data: str, results: dict[str, list[Evaluation]]) -> None:
    for key, done in results.items():
        report.set(f"{data}.{key}.ndcg10", fmean(float(result.judgement.ndcg.mean()) for result in done))
        report.set(f"{data}.{key}.recall20", fmean(float(result.judgement.recall.mean()) for result in done))
        report.set(f"{data}.{key}.coverage10", fmean(result.judgement.coverage for result in done))
        report.set(f"{data}.{key}.fit_cpu_s", median(result.fit_cpu_s for result in done))
        report.set(f"{data}.{key}.fit_s", median(result.fit_s for result in done))
    # People are drawn, each with the mean of what she got in the splits that judged her.
    interval = bootstrap(_per_person([result.judgement for result in results["blend"]]))
    report.set(f"{data}.blend.ndcg10_low", interval.low)
    report.set(f"{data}.blend.ndcg10_high", interval.high)
    if "implicit_tuned" in results:
        cpu = {key: median(result.fit_cpu_s for result in results[key]) for key in ("ials", "implicit_tuned")}
        report.set(f"{data}.ials_over_implicit_cpu", cpu["ials"] / cpu["implicit_tuned"])
        gain = paired_bootstrap(results["ease"][0].judgement, results["implicit_tuned"][0].judgement)
        report.set(f"{data}.ease_minus_implicit_tuned.ndcg10", gain.mean)
        report.set(f"{data}.ease_minus_implicit_tuned.ndcg10_low", gain.low)
        report.set(f"{data}.ease_minus_implicit_tuned.ndcg10_high", gain.high)


def _per_person(judgements: list[Judgement]) -> np.ndarray:
    """Mean NDCG `(people,)` over the splits in which a person was judged."""
    people = np.concatenate([judgement.users for judgement in judgements])
    values = np.concatenate([judgement.ndcg for judgement in judgements])
    sums, counts = np.bincount(people, weights=values), np.bincount(people)
    return sums[counts > 0] / counts[counts > 0]


def _measure_one_customer(report: Report, data: str) -> None:
    """From one history to the best 20 unseen items, each algorithm; how long it was fitted makes no difference."""
    train, _ = split(load(data, quick=report.quick), seed=SEEDS[0])
    history = train.matrix()
    people = np.random.default_rng(SEEDS[0]).integers(train.n_users, size=ASKED_CUSTOMERS)
    rows = [history[[person]] for person in people]
    for name in ALGORITHMS:
        config = config_class(name).from_dict(settings_of(name, data=data, quick=True))
        scorer = load_scorer(name).from_arrays(load_fit(name)(train, config), config)
        taken = []
        for row in rows:
            started = time.perf_counter()
            scores = scorer.score(row)
            scores[0, row.indices] = -np.inf
            top_items(scores, k=LIST_LENGTH)
            taken.append(time.perf_counter() - started)
        report.set(f"rank_one_customer_p50_ms.{name}", 1e3 * median(taken))
        report.say(f"{data}: one customer, {name}: {1e3 * median(taken):.3f} ms")


def _measure_memory(report: Report, data: str, *, peers: bool) -> None:
    peaks = {}
    for runner in runners(data, peers=peers, quick=report.quick):
        peaks[runner.key] = peak_mib(_one_alone, data, runner.key, report.quick)
        report.set(f"peak_mib.{runner.key}", peaks[runner.key])
        report.say(f"{data}: memory, {runner.key}: {peaks[runner.key]:.0f} MiB")
    report.set("peak_mib", max(peak for name, peak in peaks.items() if name in ALGORITHMS))


def _one_alone(data: str, key: str, quick: bool) -> None:  # noqa: FBT001 - a process takes its arguments by place
    fit_and_judge(data, key, quick=quick)


def _device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


if __name__ == "__main__":
    run("recsys", measure, description=__doc__.partition("\n")[0])
