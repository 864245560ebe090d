"""How much each type of path counts: the weights under which what people chose next is likeliest."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recsys.algorithms.blend.weighing import equal_weights, fitted_weights
from recsys.algorithms.knowledge_graph.graph import PathType
from recsys.dataset import Csr, Interactions, merged

# With fewer choices to learn from, chance decides on the weights.
FEWEST = 50
MOST = 5_000
# The choice is judged against so many items drawn from the catalogue.
DRAWN = 100
# The newest items before a choice that led to it, perhaps.
HISTORY_ITEMS = 50
# Features are dense: 20 million float32 are 80 MiB.
MOST_FEATURES = 20_000_000
# Scores are dense for a block of choices at a time: 4 million float32 are 16 MiB.
BLOCK_ENTRIES = 4_000_000
# Standardised scores are seldom beyond 10.
FAR_BEHIND = -50.0

Weights = npt.NDArray[np.float64]  # (types,)


@dataclass(frozen=True, eq=False)
class Choices:
    """What people chose, and what they had chosen before: `history` `(choices, items)` of unit rows, `items` `(choices,)`."""

    history: Csr
    items: npt.NDArray[np.int32]

    @classmethod
    def of(cls, interactions: Interactions, *, most: int, seed: int) -> Self:
        """At most `most` of people's rows that have earlier ones; without times, in an order drawn at random."""
        generator, rows = np.random.default_rng(seed), merged(interactions)
        timed = len(rows) > 0 and rows.times.min() < rows.times.max()
        order = np.lexsort((rows.times if timed else generator.random(len(rows)), rows.users))
        users, items, values = rows.users[order], rows.items[order], rows.values[order]
        starts = np.searchsorted(users, users)
        chosen = np.flatnonzero(np.arange(len(users)) > starts)
        if len(chosen) > most:
            chosen = np.sort(generator.choice(chosen, most, replace=False))
        since = np.maximum(starts[chosen], chosen - HISTORY_ITEMS)
        ends = np.cumsum(chosen - since)
        before = np.arange(ends[-1] if len(ends) else 0) + np.repeat(chosen - ends, chosen - since)
        history: Csr = sparse.csr_array(
            (values[before], items[before], np.concatenate(([0], ends))), shape=(len(chosen), interactions.n_items)
        )
        norms = np.sqrt(np.asarray(history.multiply(history).sum(axis=1), np.float64)).ravel()
        history.data /= np.repeat(norms, np.diff(history.indptr)).astype(np.float32)
        return cls(history, items[chosen])


def weights_of(types: list[PathType], *, interactions: Interactions, seed: int) -> Weights:
    """Weights `(types,)`, 0 for those that lead nowhere; equal ones where there is too little to learn from."""
    most = min(MOST, max(FEWEST, MOST_FEATURES // ((1 + DRAWN) * len(types))))
    choices = Choices.of(interactions, most=most, seed=seed)
    if len(choices.items) < FEWEST:
        return equal_weights(len(types))
    candidates = np.random.default_rng(seed).integers(0, interactions.n_items, (len(choices.items), 1 + DRAWN))
    candidates[:, 0] = choices.items
    features = np.stack([_features(choices.history, kind.reach, candidates) for kind in types], axis=2)
    # What was chosen before, or is the choice itself again, is no alternative.
    out = _features(choices.history, None, candidates) > 0
    out[:, 1:] |= candidates[:, 1:] == choices.items[:, None]
    telling = np.flatnonzero((features[:, 0] > 0).any(axis=0))
    if not len(telling):
        return equal_weights(len(types))
    features = features[:, :, telling]
    scale = features[~out].std(axis=0)
    features /= scale
    features[out] = FAR_BEHIND
    hits = np.zeros(candidates.shape, bool)
    hits[:, 0] = True
    weights = np.zeros(len(types))
    weights[telling] = fitted_weights(features, hits=hits) / scale
    weights /= weights.sum()
    return weights


def with_rules(weights: Weights, types: list[PathType], *, ruled: npt.NDArray[np.bool_], share: float) -> Weights:
    """The weights, with those of the types that are `ruled` `(types,)` raised until their strongest path counts enough.

    That is `share` of the strongest path of all; the sum is 1 again.
    """
    strongest = np.array([kind.reach.data.max(initial=0.0) for kind in types])
    floor = share * (weights * strongest).max()
    least = np.divide(floor, strongest, out=np.zeros_like(weights), where=ruled & (strongest > 0))
    raised: Weights = np.maximum(weights, least)
    raised /= raised.sum()
    return raised


def _features(history: Csr, reach: "Csr | None", candidates: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """Scores `(choices, candidates)` by one type of path; without one, what stands in the history."""
    block = max(1, BLOCK_ENTRIES // history.shape[1])
    found = []
    for start in range(0, history.shape[0], block):
        rows = history[start : start + block]
        scores = (rows if reach is None else rows @ reach).toarray()
        found.append(np.take_along_axis(scores, candidates[start : start + block], axis=1))
    return np.concatenate(found).astype(np.float32)
