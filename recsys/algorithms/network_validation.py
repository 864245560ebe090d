"""Rows held out while a network is trained, and how well they are ranked by the scorer that would serve."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Self

import numpy as np
import numpy.typing as npt

from recsys import metrics
from recsys.algorithms.contract import Scorer, Sequences, scores_of
from recsys.algorithms.network_configuration import NetworkConfig
from recsys.dataset import Csr, Interactions, Mask, last_one_out, sequences
from recsys.ranking import top_items

# With fewer people, chance decides when to stop.
FEWEST_PEOPLE = 50
# Whoever split the rows before us with the same seed must not have drawn the same numbers.
SEED_STEP = 2_000
K = 10
# Scores are dense for a block of people at a time: 4 million float32 are 16 MiB.
BLOCK_ENTRIES = 4_000_000


@dataclass(frozen=True, eq=False)
class HeldOut:
    """The rows to learn from, and the one item that each of some people has beside them."""

    train: Interactions
    people: npt.NDArray[np.int64]  # (m,); empty: there is nothing to judge on
    wanted: npt.NDArray[np.int32]  # (m,)

    @classmethod
    def of(cls, interactions: Interactions, *, config: NetworkConfig) -> Self:
        """Cut rows of `interactions`, in which nobody has an item twice."""
        held = _held(interactions, config=config)
        if int(held.sum()) < FEWEST_PEOPLE:
            held = np.zeros(len(interactions), bool)
        return cls(interactions.subset(~held), interactions.users[held].astype(np.int64), interactions.items[held])

    def judge(self) -> Callable[[Scorer], float]:
        """Give the function that says how well a scorer ranks: NDCG@10 over all items but those learned from."""
        history, newest = self.train.matrix()[self.people], self._newest()
        block = max(1, BLOCK_ENTRIES // self.train.n_items)

        def judged(scorer: Scorer) -> float:
            found = [
                self._found(scorer, history=history, newest=newest, own=slice(start, start + block))
                for start in range(0, len(self.people), block)
            ]
            hits = np.concatenate(found)
            return float(metrics.ndcg(hits, relevant=np.ones(len(hits), np.int64)).mean())

        return judged

    def _newest(self) -> Sequences | None:
        times = self.train.times
        if not len(times) or times.min() == times.max():
            return None
        return cache(lambda length: sequences(self.train, length=length)[self.people])

    def _found(self, scorer: Scorer, *, history: Csr, newest: Sequences | None, own: slice) -> Mask:
        rows = history[own]
        given = scores_of(scorer, rows, sequences=None if newest is None else lambda length: newest(length)[own])
        scores = np.array(given, np.float32)
        scores[np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr)), rows.indices] = -np.inf
        found: Mask = top_items(scores, k=K) == self.wanted[own, None]
        return found


def _held(interactions: Interactions, *, config: NetworkConfig) -> Mask:
    """One row of each of some people who have at least two."""
    times, generator = interactions.times, np.random.default_rng(config.seed + SEED_STEP)
    if config.validation == "newest" and times.min() < times.max():
        held = last_one_out(interactions)
    else:
        held = last_one_out(replace(interactions, times=generator.random(len(interactions))))
    spare = np.flatnonzero(held)
    if len(spare) > config.validation_people:
        held[generator.permutation(spare)[config.validation_people :]] = False
    return held
