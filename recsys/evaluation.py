"""Judges an algorithm: split, fit, score in bounded blocks, metrics per user, and intervals over users."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from marketing.errors import AttuneError, InvalidInput
from recsys import metrics
from recsys.algorithms import load_fit, load_scorer
from recsys.algorithms.configuration import AlgorithmConfig
from recsys.algorithms.contract import Progress, Scores, ignore_progress
from recsys.dataset import Csr, Interactions
from recsys.ranking import top_items

# Scores are dense for a block of users at a time: 4 million float32 are 16 MiB, and the ranking's masks as much.
BLOCK_ENTRIES = 4_000_000

ScoreUsers = Callable[[npt.NDArray[np.int64]], Scores]
Users = npt.NDArray[np.int64]


class NonFiniteScores(AttuneError):
    """An algorithm gave NaN or infinite scores, so that its ranking means nothing."""


class ScoresHistory(Protocol):
    def score(self, history: Csr, /) -> Scores: ...


@dataclass(frozen=True, eq=False)
class Judgement:
    """Metrics of each judged user, those with at least one test item that is not among their train items."""

    users: Users  # (m,)
    ndcg: metrics.PerUser  # (m,) at k
    recall: metrics.PerUser  # (m,) at recall_k
    precision: metrics.PerUser  # (m,) at k
    coverage: float  # of the lists of k of all judged users
    k: int
    recall_k: int

    def means(self) -> dict[str, float]:
        """Means over the judged users, by the metric's name with its cut-off."""
        return {
            f"ndcg@{self.k}": float(self.ndcg.mean()),
            f"recall@{self.recall_k}": float(self.recall.mean()),
            f"precision@{self.k}": float(self.precision.mean()),
            f"coverage@{self.k}": self.coverage,
        }


@dataclass(frozen=True, eq=False)
class Evaluation:
    judgement: Judgement
    fit_s: float  # wall seconds
    fit_cpu_s: float  # seconds of all processors
    arrays: dict[str, npt.NDArray[Any]] = field(repr=False)


@dataclass(frozen=True)
class Interval:
    mean: float
    low: float
    high: float


def evaluate(
    algorithm: str,
    config: AlgorithmConfig,
    *,
    train: Interactions,
    test: Interactions,
    k: int = 10,
    recall_k: int = 20,
    progress: Progress = ignore_progress,
) -> Evaluation:
    """Fit on `train` and rank the whole catalogue for everyone who has rows in `test`."""
    wall, cpu = time.perf_counter(), time.process_time()
    arrays = load_fit(algorithm)(train, config, progress=lambda fraction, stage: progress(fraction / 2, stage))
    fit_s, fit_cpu_s = time.perf_counter() - wall, time.process_time() - cpu
    judgement = judge(
        load_scorer(algorithm).from_arrays(arrays, config),
        train=train,
        test=test,
        k=k,
        recall_k=recall_k,
        progress=lambda fraction, stage: progress(0.5 + fraction / 2, stage),
    )
    return Evaluation(judgement=judgement, fit_s=fit_s, fit_cpu_s=fit_cpu_s, arrays=arrays)


def judge(
    scorer: ScoresHistory,
    *,
    train: Interactions,
    test: Interactions,
    k: int = 10,
    recall_k: int = 20,
    progress: Progress = ignore_progress,
) -> Judgement:
    """Judge a scorer that knows people by their train rows."""
    history = train.matrix()
    return judge_users(
        lambda users: scorer.score(history[users]),
        train=train,
        test=test,
        k=k,
        recall_k=recall_k,
        progress=progress,
    )


def judge_users(
    score_users: ScoreUsers,
    *,
    train: Interactions,
    test: Interactions,
    k: int = 10,
    recall_k: int = 20,
    progress: Progress = ignore_progress,
) -> Judgement:
    """Judge whatever gives scores `(b, items)` for users `(b,)`: all items ranked, those of `train` left out.

    A test item that the user also has in `train` can't be recommended and is not asked for.

    Raises:
        InvalidInput: the parts differ in vocabulary, or nobody has a test item to find.
        NonFiniteScores: a score is NaN or infinite.

    """
    seen, wanted = _seen_and_wanted(train, test)
    users = np.flatnonzero(np.diff(wanted.indptr))
    if not len(users):
        raise InvalidInput("test", "nobody has a test item that is new to them; expected at least one")
    rows = max(1, BLOCK_ENTRIES // train.n_items)
    lists, hits = [], []
    for start in range(0, len(users), rows):
        block = users[start : start + rows]
        ranked = _rank_unseen(score_users(block), seen=seen[block], k=max(k, recall_k))
        lists.append(ranked)
        hits.append(np.take_along_axis(wanted[block].toarray() > 0, ranked, axis=1))
        progress(min(start + rows, len(users)) / len(users), "judging")
    return _judgement(
        users, lists=np.concatenate(lists), hits=np.concatenate(hits), wanted=wanted, k=k, recall_k=recall_k
    )


def bootstrap(per_user: npt.NDArray[np.float64], *, level: float = 0.95, draws: int = 2000, seed: int = 42) -> Interval:
    """Mean over users with its percentile bootstrap interval (Efron and Tibshirani 1993, §13.3)."""
    if not len(per_user) or not np.isfinite(per_user).all():
        raise InvalidInput("per_user", "is empty or holds NaN; expected a finite number for each user")
    generator = np.random.default_rng(seed)
    at_once = max(1, BLOCK_ENTRIES // len(per_user))
    means = np.concatenate(
        [
            per_user[generator.integers(len(per_user), size=(min(at_once, draws - start), len(per_user)))].mean(axis=1)
            for start in range(0, draws, at_once)
        ]
    )
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(mean=float(per_user.mean()), low=float(low), high=float(high))


def paired_bootstrap(
    ours: Judgement, theirs: Judgement, *, metric: str = "ndcg", level: float = 0.95, draws: int = 2000, seed: int = 42
) -> Interval:
    """Mean of ours minus theirs user by user, with its interval: the users are drawn, each with both results."""
    if not np.array_equal(ours.users, theirs.users):
        raise InvalidInput(
            "users", "differ between the two judgements; expected the same users, judged on the same rows"
        )
    if metric not in ("ndcg", "recall", "precision"):
        raise InvalidInput("metric", f"is {metric!r}; expected ndcg, recall or precision")
    return bootstrap(getattr(ours, metric) - getattr(theirs, metric), level=level, draws=draws, seed=seed)


def _seen_and_wanted(train: Interactions, test: Interactions) -> tuple[Csr, Csr]:
    if (train.n_users, train.n_items) != (test.n_users, test.n_items):
        raise InvalidInput("test", "has another vocabulary than train; expected subsets of the same interactions")
    seen, wanted = train.matrix(), test.matrix()
    seen.data[:] = 1.0
    wanted.data[:] = 1.0
    wanted = (wanted - wanted.multiply(seen)).tocsr()
    wanted.eliminate_zeros()
    return seen, wanted


def _rank_unseen(scores: Scores, *, seen: Csr, k: int) -> npt.NDArray[np.int64]:
    if not np.isfinite(scores).all():
        raise NonFiniteScores("scores hold NaN or infinity; expected finite numbers")
    # Copied, because a scorer may give a view of its own arrays.
    unseen = np.array(scores, np.float32)
    unseen[np.repeat(np.arange(seen.shape[0]), np.diff(seen.indptr)), seen.indices] = -np.inf
    return top_items(unseen, k=k)


def _judgement(
    users: Users, *, lists: npt.NDArray[np.int64], hits: npt.NDArray[np.bool_], wanted: Csr, k: int, recall_k: int
) -> Judgement:
    relevant = np.diff(wanted.indptr)[users]
    return Judgement(
        users=users,
        ndcg=metrics.ndcg(hits[:, :k], relevant=relevant),
        recall=metrics.recall(hits[:, :recall_k], relevant=relevant),
        precision=metrics.precision(hits[:, :k], relevant=relevant),
        coverage=metrics.coverage(lists[:, :k], n_items=wanted.shape[1]),
        k=k,
        recall_k=recall_k,
    )
