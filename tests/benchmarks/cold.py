"""How well what nobody has met yet is recommended, by what is known of it: MovieLens 100k."""

import numpy as np

from recsys.algorithms import ALGORITHMS, config_class, load_fit, load_scorer
from recsys.dataset import Interactions
from recsys.metrics import recall
from tests.benchmarks.datasets import movielens_100k
from tests.benchmarks.recommenders import settings_of
from tests.benchmarks.report import Report, run

SEED = 42
HIDDEN = 0.1  # of the items
LENGTH = 20
# Those that know something of items without rows, and popularity, which doesn't.
ENTRANTS = ("content", "two_tower", "popularity")


def measure_cold(report: Report) -> None:
    """Set `cold.<algorithm>.recall20`, and `cold.hindsight.recall20` for comparison.

    A tenth of the items, drawn with seed 42, is hidden: all their rows are taken out before training, so that an
    algorithm knows their titles, genres and years alone. Then each person who liked at least one of them, and anything
    else, has the hidden items ranked by the rest of her history; recall is the share of hers among the first 20 of the
    145. Equal scores are ordered by chance: popularity, for which they are all equal, finds what chance does. Hindsight
    is popularity that was told how many people would come to like them.
    """
    interactions = movielens_100k()
    hidden = hidden_items(interactions, seed=SEED)
    train, test = split_by_items(interactions, hidden=hidden)
    for name in ENTRANTS:
        if name in ALGORITHMS:
            config = config_class(name).from_dict(settings_of(name, data="ml100k", quick=report.quick))
            scorer = load_scorer(name).from_arrays(load_fit(name)(train, config), config)
            _set(report, name, recall_of_hidden(scorer.score(train.matrix()), test=test, hidden=hidden))
    counts = np.bincount(test.items, minlength=test.n_items).astype(np.float32)
    hindsight = np.tile(counts, (train.n_users, 1))
    _set(report, "hindsight", recall_of_hidden(hindsight, test=test, hidden=hidden))


def hidden_items(interactions: Interactions, *, seed: int) -> np.ndarray:
    """Mask `(items,)` of the tenth that is hidden."""
    hidden = np.zeros(interactions.n_items, bool)
    number = round(HIDDEN * interactions.n_items)
    hidden[np.random.default_rng(seed).choice(interactions.n_items, number, replace=False)] = True
    return hidden


def split_by_items(interactions: Interactions, *, hidden: np.ndarray) -> tuple[Interactions, Interactions]:
    """Rows of the other items, and rows of the hidden ones by people who have any other."""
    rows = hidden[interactions.items]
    train = interactions.subset(~rows)
    met = np.bincount(train.users, minlength=train.n_users) > 0
    return train, interactions.subset(rows & met[interactions.users])


def recall_of_hidden(scores: np.ndarray, *, test: Interactions, hidden: np.ndarray) -> float:
    """Mean over people of the share of their hidden items among the first 20 of all hidden ones."""
    places = np.flatnonzero(hidden)
    shuffled = np.random.default_rng(SEED).permutation(places)
    people = np.unique(test.users)
    wanted = test.matrix()[people][:, shuffled].toarray() > 0
    best = np.argsort(-scores[people][:, shuffled], axis=1, kind="stable")[:, :LENGTH]
    hits = np.take_along_axis(wanted, best, axis=1)
    return float(recall(hits, relevant=wanted.sum(axis=1)).mean())


def _set(report: Report, name: str, value: float) -> None:
    report.set(f"cold.{name}.recall20", value)
    report.say(f"ml100k: items that training never saw, {name}: recall@20 {value:.3f}")


if __name__ == "__main__":
    run("cold", measure_cold, description=__doc__.partition("\n")[0])
