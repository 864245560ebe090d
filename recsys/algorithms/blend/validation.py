"""Which rows the weights of a blend are fitted on."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from recsys.algorithms.blend.config import Config
from recsys.dataset import Interactions, Mask, last_one_out, per_user_holdout, time_cut

# With fewer, chance decides on the weights.
FEWEST_PEOPLE = 50
# More make the weights hardly more certain, only slower.
MOST_PEOPLE = 5_000
# Whoever split the rows before us with the same seed must not have drawn the same numbers.
SEED_STEP = 1_000


@dataclass(frozen=True, eq=False)
class Validation:
    """Rows to learn from, and others of the same people to fit the weights on."""

    train: Interactions
    test: Interactions


def validation(interactions: Interactions, *, config: Config) -> Validation | None:
    """The first way of holding rows out that leaves enough people to judge by; None when there is none.

    A common cut in time comes first, because nothing of what was learned is then newer than what is asked for; then
    the newest row of each person.
    """
    for held in _ways(interactions, config=config):
        train, test = interactions.subset(~held), interactions.subset(held)
        people = np.intersect1d(train.users, test.users)
        if len(people) >= FEWEST_PEOPLE:
            return Validation(train, _of_some(test, people=people, seed=config.seed))
    return None


def _ways(interactions: Interactions, *, config: Config) -> Iterator[Mask]:
    times = interactions.times
    timed = len(times) > 0 and times.min() < times.max()
    if config.validation == "newest" and timed:
        yield time_cut(interactions, fraction=config.validation_fraction)
    else:
        yield per_user_holdout(interactions.users, fraction=config.validation_fraction, seed=config.seed + SEED_STEP)
    yield last_one_out(interactions)


def _of_some(test: Interactions, *, people: np.ndarray, seed: int) -> Interactions:
    if len(people) > MOST_PEOPLE:
        people = np.random.default_rng(seed).choice(people, MOST_PEOPLE, replace=False)
    chosen = np.zeros(test.n_users, bool)
    chosen[people] = True
    return test.subset(chosen[test.users])
