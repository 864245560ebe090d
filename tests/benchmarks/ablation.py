"""Which algorithms pay in a blend: each alone, and the blend of all but it, on MovieLens 100k.

Members are fitted once on a part of the train rows, for the weights, and once on all of them. The weights of each blend
are fitted on validation rows as the algorithm `blend` does it; test rows only judge.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from recsys.algorithms import config_class, load_fit, load_scorer
from recsys.algorithms.blend.fit import best_candidates
from recsys.algorithms.blend.standardising import standardised
from recsys.algorithms.blend.validation import validation
from recsys.algorithms.blend.weighing import fitted_weights
from recsys.algorithms.contract import Scores
from recsys.dataset import Csr, Interactions, merged
from recsys.evaluation import Interval, Judgement, by_train_rows, judge_users, paired_bootstrap
from tests.benchmarks.recommenders import SEEDS, SETTINGS, load, split
from tests.benchmarks.report import Report

DATA = "ml100k"
MEMBERS = (
    "ease",
    "ials",
    "user_tfidf",
    "content",
    "knowledge_graph",
    "embedding_network",
    "two_tower",
    "light_gcn",
    "sasrec",
)
IN_A_HURRY = ("ease", "ials", "user_tfidf", "content", "knowledge_graph")


class Known:
    """A scorer whose scores of all people `(people, items)` are known already; people are told by their history."""

    def __init__(self, scores: Scores) -> None:
        self.n_items, self.scores = scores.shape[1], scores

    def score(self, history: Csr) -> Scores:
        return self.scores


def measure_ablation(report: Report) -> None:
    """Set `ablation.<member>.{alone,without}.ndcg10` and `ablation.all.ndcg10`, and say which members pay."""
    train, test = split(load(DATA, quick=report.quick), seed=SEEDS[0])
    names = IN_A_HURRY if report.quick else MEMBERS
    early = validation(merged(train), config=config_class("blend").from_dict({"validation": "random"}))
    assert early is not None
    for_weights = {name: _scores(name, train=early.train) for name in names}
    for_lists = {name: _scores(name, train=train) for name in names}
    history, wanted = early.train.matrix(), early.test.matrix()

    def blended(members: Sequence[str]) -> tuple[Judgement, Mapping[str, float]]:
        features, hits = best_candidates(
            [Known(for_weights[name]) for name in members],
            history=history,
            newest=lambda length: np.empty((0, length), np.int32),
            wanted=wanted,
        )
        asked = (np.diff(wanted.indptr) > 0) & (np.diff(history.indptr) > 0)
        weights = fitted_weights(features[asked], hits=hits[asked])
        summed = sum(
            weight * standardised(for_lists[name], history=train.matrix())
            for name, weight in zip(members, weights, strict=True)
        )
        return _judged(np.asarray(summed, np.float32), train=train, test=test), dict(zip(members, weights, strict=True))

    whole, weights = blended(names)
    report.set("ablation.all.ndcg10", float(whole.ndcg.mean()))
    for name in names:
        alone = _judged(for_lists[name], train=train, test=test)
        without, _ = blended([other for other in names if other != name])
        gain = paired_bootstrap(whole, without)
        report.set(f"ablation.{name}.alone.ndcg10", float(alone.ndcg.mean()))
        report.set(f"ablation.{name}.without.ndcg10", float(without.ndcg.mean()))
        report.set(f"ablation.{name}.weight", weights[name])
        report.say(_line(name, alone=alone, without=without, gain=gain, weight=weights[name]))


def _line(name: str, *, alone: Judgement, without: Judgement, gain: Interval, weight: float) -> str:
    return (
        f"ablation: {name}: alone {alone.ndcg.mean():.4f}, weight {weight:.2f}, without it {without.ndcg.mean():.4f},"
        f" gain {gain.mean:+.4f} ({gain.low:+.4f} to {gain.high:+.4f})"
    )


def _scores(name: str, *, train: Interactions) -> Scores:
    config = config_class(name).from_dict(SETTINGS[DATA].get(name, {}))
    scorer = load_scorer(name).from_arrays(load_fit(name)(train, config), config)
    return np.array(by_train_rows(scorer, train=train)(np.arange(train.n_users)))


def _judged(scores: npt.NDArray[np.float32], *, train: Interactions, test: Interactions) -> Judgement:
    return judge_users(lambda users: np.array(scores[users]), train=train, test=test)
