"""Judges an algorithm: split, fit, score in bounded blocks, metrics per user, and intervals over users."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from marketing.errors import AttuneError, InvalidInput
from recsys import metrics
from recsys.algorithms import load_fit, load_scorer
from recsys.algorithms.configuration import AlgorithmConfig
from recsys.algorithms.contract import Progress, Scorer, Scores, ignore_progress, scores_of
from recsys.dataset import Csr, Interactions, Mask, sequences
from recsys.ranking import top_items

# Scores are dense for a block of users at a time: 4 million float32 are 16 MiB, and the ranking's masks as much.
BLOCK_ENTRIES = 4_000_000
# What is measured for each user, by the field of `Judgement`, with the name that readers know and the cut-off.
PER_USER = {
    "ndcg": ("ndcg", "k"),
    "recall": ("recall", "recall_k"),
    "precision": ("precision", "k"),
    "average_precision": ("map", "k"),
    "reciprocal_rank": ("mrr", "k"),
    "hit_rate": ("hit_rate", "k"),
    "novelty": ("novelty", "k"),
    "popularity_divergence": ("popularity_divergence", "k"),
}

ScoreUsers = Callable[[npt.NDArray[np.int64]], Scores]
Users = npt.NDArray[np.int64]


class NonFiniteScores(AttuneError):
    """An algorithm gave NaN or infinite scores, so that its ranking means nothing."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Judgement:
    """Metrics of each judged user, those with at least one test item that is not among their train items.

    All per-user arrays are `(m,)` and finite. `history_length` and `history_surprise` say who a user is, not how the
    algorithm did: how many train items, and their mean self-information in bits.
    """

    users: Users
    ndcg: metrics.PerUser
    recall: metrics.PerUser
    precision: metrics.PerUser
    average_precision: metrics.PerUser
    reciprocal_rank: metrics.PerUser
    hit_rate: metrics.PerUser
    novelty: metrics.PerUser
    popularity_divergence: metrics.PerUser
    history_length: npt.NDArray[np.int64]
    history_surprise: npt.NDArray[np.float64]
    coverage: float  # of the lists of k of all judged users
    gini: float  # of the same lists
    k: int
    recall_k: int

    def per_user(self) -> dict[str, metrics.PerUser]:
        """What is measured for each user, by the metric's name with its cut-off."""
        return {f"{name}@{getattr(self, cut)}": getattr(self, own) for own, (name, cut) in PER_USER.items()}

    def of_all_lists(self) -> dict[str, float]:
        """What is measured of all lists together, by the same kind of name."""
        return {f"coverage@{self.k}": self.coverage, f"gini@{self.k}": self.gini}

    def means(self) -> dict[str, float]:
        """Means over the judged users and what is measured of all lists, by name."""
        return {name: float(values.mean()) for name, values in self.per_user().items()} | self.of_all_lists()


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
    scorer: Scorer,
    *,
    train: Interactions,
    test: Interactions,
    k: int = 10,
    recall_k: int = 20,
    progress: Progress = ignore_progress,
) -> Judgement:
    """Judge a scorer that knows people by their train rows, and by the order of these where they have times."""
    return judge_users(
        by_train_rows(scorer, train=train),
        train=train,
        test=test,
        k=k,
        recall_k=recall_k,
        progress=progress,
    )


def by_train_rows(scorer: Scorer, *, train: Interactions) -> ScoreUsers:
    """Scores of users `(b,)` whose history is what they have in `train`."""
    history = train.matrix()
    if not len(train) or train.times.min() == train.times.max():
        return lambda users: scorer.score(history[users])
    in_order = cache(lambda length: sequences(train, length=length))
    return lambda users: scores_of(scorer, history[users], sequences=lambda length: in_order(length)[users])


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

    A test item that the user also has in `train` can't be recommended and is not asked for. Items that nobody has in
    `train` are asked for as all others are; `recsys.holdout` leaves them out of both parts beforehand.

    Raises:
        InvalidInput: the parts differ in vocabulary, or nobody has a test item to find.
        NonFiniteScores: a score is NaN or infinite.

    """
    seen, wanted = _seen_and_wanted(train, test)
    users = np.flatnonzero(np.diff(wanted.indptr))
    if not len(users):
        raise InvalidInput("test", "nobody has a test item that is new to them; expected at least one")
    known = _Known.of(seen)
    rows = max(1, BLOCK_ENTRIES // train.n_items)
    blocks, exposed = [], np.zeros(train.n_items, np.int64)
    for start in range(0, len(users), rows):
        block = users[start : start + rows]
        ranked = _rank_unseen(score_users(block), seen=seen[block], k=max(k, recall_k))
        exposed += metrics.exposure(ranked[:, :k], n_items=train.n_items)
        blocks.append(_measure(ranked, seen=seen[block], wanted=wanted[block], known=known, k=k, recall_k=recall_k))
        progress(min(start + rows, len(users)) / len(users), "judging")
    return Judgement(
        users=users,
        coverage=metrics.coverage(exposed),
        gini=metrics.gini(exposed),
        k=k,
        recall_k=recall_k,
        **{name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]},
    )


def bootstrap(per_user: npt.NDArray[np.float64], *, level: float = 0.95, draws: int = 2000, seed: int = 42) -> Interval:
    """Mean over users with its percentile bootstrap interval (Efron and Tibshirani 1993, §13.3)."""
    return bootstrap_all({"per_user": per_user}, level=level, draws=draws, seed=seed)["per_user"]


def bootstrap_all(
    per_user: Mapping[str, npt.NDArray[np.float64]], *, level: float = 0.95, draws: int = 2000, seed: int = 42
) -> dict[str, Interval]:
    """Give the same as `bootstrap` for several metrics of the same users, who are drawn once for all of them."""
    values = np.stack([np.asarray(own, np.float64) for own in per_user.values()], axis=1)
    if not len(values) or not np.isfinite(values).all():
        raise InvalidInput("per_user", "is empty or holds NaN; expected a finite number for each user")
    generator = np.random.default_rng(seed)
    at_once = max(1, BLOCK_ENTRIES // len(values))
    means = np.concatenate(
        [
            _means_of_draws(values, n=min(at_once, draws - start), generator=generator)
            for start in range(0, draws, at_once)
        ]
    )
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return {
        name: Interval(mean=float(values[:, place].mean()), low=float(low[place]), high=float(high[place]))
        for place, name in enumerate(per_user)
    }


def paired_bootstrap(
    ours: Judgement, theirs: Judgement, *, metric: str = "ndcg", level: float = 0.95, draws: int = 2000, seed: int = 42
) -> Interval:
    """Mean of ours minus theirs user by user, with its interval: the users are drawn, each with both results."""
    if metric not in PER_USER:
        raise InvalidInput("metric", f"is {metric!r}; expected {', '.join(PER_USER)}")
    return bootstrap(_differences(ours, theirs)[metric], level=level, draws=draws, seed=seed)


def paired_bootstrap_all(ours: Judgement, theirs: Judgement, *, among: Mask | None = None) -> dict[str, Interval]:
    """Give the same for all metrics that there are per user, by their names; of the users `among` `(m,)` when given."""
    named = zip(ours.per_user(), _differences(ours, theirs).values(), strict=True)
    return bootstrap_all({name: own if among is None else own[among] for name, own in named})


def _differences(ours: Judgement, theirs: Judgement) -> dict[str, metrics.PerUser]:
    if not np.array_equal(ours.users, theirs.users):
        raise InvalidInput(
            "users", "differ between the two judgements; expected the same users, judged on the same rows"
        )
    return {own: getattr(ours, own) - getattr(theirs, own) for own in PER_USER}


def _means_of_draws(
    values: npt.NDArray[np.float64], *, n: int, generator: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Means `(n, metrics)` over as many users as there are, drawn with replacement n times."""
    m = len(values)
    drawn = generator.integers(m, size=(n, m)) + m * np.arange(n)[:, None]
    times = np.bincount(drawn.ravel(), minlength=n * m).reshape(n, m)
    means: npt.NDArray[np.float64] = times @ values / m
    return means


@dataclass(frozen=True, eq=False)
class _Known:
    """What the train rows tell of the items, and of a person about whom nothing else is known."""

    surprise: npt.NDArray[np.float64]  # (items,)
    groups: npt.NDArray[np.int8]  # (items,)
    in_group: npt.NDArray[np.float64]  # (items, 3), one-hot
    usual_shares: npt.NDArray[np.float64]  # (3,) of all train rows
    usual_surprise: float

    @classmethod
    def of(cls, seen: Csr) -> "_Known":
        owners = np.bincount(seen.indices, minlength=seen.shape[1])
        groups = metrics.popularity_groups(owners)
        surprise = metrics.self_information(owners, n_users=seen.shape[0])
        in_group = np.eye(metrics.GROUPS)[groups]
        total = max(1, owners.sum())
        return cls(surprise, groups, in_group, owners @ in_group / total, float(owners @ surprise / total))


def _measure(
    ranked: npt.NDArray[np.int64], *, seen: Csr, wanted: Csr, known: _Known, k: int, recall_k: int
) -> dict[str, npt.NDArray[Any]]:
    """What is measured of a block of users, by the field of `Judgement`."""
    hits = np.take_along_axis(wanted.toarray() > 0, ranked, axis=1)
    relevant, length = np.diff(wanted.indptr), np.diff(seen.indptr)
    # Who has no history is held against everybody's.
    rows, stranger = np.maximum(length, 1)[:, None], (length == 0)[:, None]
    shares = np.where(stranger, known.usual_shares, seen @ known.in_group / rows)
    surprise = np.where(stranger[:, 0], known.usual_surprise, seen @ known.surprise / rows[:, 0])
    return {
        "ndcg": metrics.ndcg(hits[:, :k], relevant=relevant),
        "recall": metrics.recall(hits[:, :recall_k], relevant=relevant),
        "precision": metrics.precision(hits[:, :k], relevant=relevant),
        "average_precision": metrics.average_precision(hits[:, :k], relevant=relevant),
        "reciprocal_rank": metrics.reciprocal_rank(hits[:, :k], relevant=relevant),
        "hit_rate": metrics.hit_rate(hits[:, :k], relevant=relevant),
        "novelty": metrics.novelty(ranked[:, :k], surprise=known.surprise),
        "popularity_divergence": metrics.jensen_shannon(
            shares, metrics.group_shares(ranked[:, :k], groups=known.groups)
        ),
        "history_length": length.astype(np.int64),
        "history_surprise": surprise,
    }


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
