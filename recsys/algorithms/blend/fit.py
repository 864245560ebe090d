"""Fits members on a part, their weights on the rest, and the members that got weight on all rows."""

from collections.abc import Sequence
from functools import cache, partial
from typing import Any

import numpy as np
import numpy.typing as npt

from marketing.errors import InvalidInput
from recsys.algorithms import load_fit, load_scorer
from recsys.algorithms.blend.config import Config, Member
from recsys.algorithms.blend.standardising import standardised
from recsys.algorithms.blend.validation import Validation, validation
from recsys.algorithms.blend.weighing import Weights, equal_weights, fitted_weights
from recsys.algorithms.contract import Progress, Scorer, Sequences, ignore_progress, scores_of
from recsys.dataset import Csr, Interactions, merged, sequences
from recsys.ranking import top_items

# The weights decide on the order of so many items, the best of all members' mean.
CANDIDATES = 100
# Scores are dense for a block of people at a time: 4 million float32 are 16 MiB for each member.
BLOCK_ENTRIES = 4_000_000
# Standardised scores are seldom beyond 10.
FAR_BEHIND = -50.0

Arrays = dict[str, npt.NDArray[Any]]


def fit(interactions: Interactions, config: Config, *, progress: Progress = ignore_progress) -> Arrays:
    """Weights `weights` `(members,)`, 0 for who stays out, and each other member's arrays after its number and a dot.

    Raises:
        InvalidInput: no interactions, a catalogue that no member may be tried on, or what a member refuses.

    """
    interactions.training_matrix()
    taking_part = _taking_part(config.members, interactions=interactions)
    chosen = np.zeros(len(config.members))
    chosen[taking_part] = _weights(
        merged(interactions), [config.members[number] for number in taking_part], config=config, progress=progress
    )
    arrays: Arrays = {"weights": chosen.astype(np.float32)}
    kept = np.flatnonzero(chosen)
    for place, number in enumerate(kept):
        member = config.members[number]
        part = _part(progress, start=0.5 + 0.5 * place / len(kept), end=0.5 + 0.5 * (place + 1) / len(kept))
        fitted = _fitted(member, interactions, progress=part, stage="on all rows")
        arrays |= {f"{number}.{name}": array for name, array in fitted.items()}
    return arrays


def _taking_part(members: Sequence[Member], *, interactions: Interactions) -> list[int]:
    """Numbers of those that the catalogue is not too large for, and that have what they need to know of its items."""
    n_items = interactions.n_items
    limits = [getattr(member.params, "max_items", n_items) for member in members]
    numbers = [number for number, limit in enumerate(limits) if limit >= n_items]
    if not numbers:
        raise InvalidInput(
            "members",
            f"is limited to {max(limits):,} items, and the catalogue has {n_items:,}; expected a member without a limit",
        )
    able = [number for number in numbers if interactions.features or not members[number].params.needs_features]
    if not able:
        raise InvalidInput(
            "members",
            "all need to know of the items what nobody told: texts, labels or relations; expected a member that does not",
        )
    return able


def _weights(interactions: Interactions, members: Sequence[Member], *, config: Config, progress: Progress) -> Weights:
    if len(members) == 1:
        return equal_weights(1)
    rows = validation(interactions, config=config)
    if rows is None:
        progress(0.5, "too few people to fit weights on: equal weights")
        return equal_weights(len(members))
    scorers: dict[int, Scorer] = {}
    for place, member in enumerate(members):
        part = _part(progress, start=0.4 * place / len(members), end=0.4 * (place + 1) / len(members))
        try:
            arrays = _fitted(member, rows.train, progress=part, stage="for the weights")
        except InvalidInput as refusal:
            if refusal.field != "features":
                raise
            part(1.0, f"{member.algorithm} stays out: {refusal}")
            continue
        scorers[place] = load_scorer(member.algorithm).from_arrays(arrays, member.params)
    weights = np.zeros(len(members))
    weights[list(scorers)] = _fitted_weights(list(scorers.values()), rows=rows)
    said = ", ".join(f"{member.algorithm} {weight:.2f}" for member, weight in zip(members, weights, strict=True))
    progress(0.5, f"weights: {said}")
    return weights


def _fitted(member: Member, interactions: Interactions, *, progress: Progress, stage: str) -> Arrays:
    return load_fit(member.algorithm)(
        interactions,
        member.params,
        progress=lambda share, own: progress(share, f"{member.algorithm} {stage}: {own}"),
    )


def _fitted_weights(scorers: Sequence[Scorer], *, rows: Validation) -> Weights:
    history, wanted = rows.train.matrix(), rows.test.matrix()
    people = np.flatnonzero((np.diff(wanted.indptr) > 0) & (np.diff(history.indptr) > 0))
    block = max(1, BLOCK_ENTRIES // history.shape[1])
    in_order = cache(lambda length: sequences(rows.train, length=length))
    parts = [
        best_candidates(
            scorers,
            history=history[own],
            newest=partial(_rows_of, in_order, own),
            wanted=wanted[own],
        )
        for own in (people[start : start + block] for start in range(0, len(people), block))
    ]
    features, hits = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return fitted_weights(features, hits=hits)


def _rows_of(in_order: Sequences, people: npt.NDArray[np.int64], length: int) -> npt.NDArray[np.int32]:
    return in_order(length)[people]


def best_candidates(
    scorers: Sequence[Scorer], *, history: Csr, newest: Sequences, wanted: Csr
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Standardised scores `(people, candidates, members)` and whether each candidate `(people, candidates)` is wanted."""
    scores = [standardised(scores_of(scorer, history, sequences=newest), history=history) for scorer in scorers]
    mean = np.mean(scores, axis=0)
    mean[np.repeat(np.arange(history.shape[0]), np.diff(history.indptr)), history.indices] = -np.inf
    places = top_items(mean, k=CANDIDATES)
    features = np.stack([np.take_along_axis(own, places, axis=1) for own in scores], axis=2)
    seen = ~np.isfinite(np.take_along_axis(mean, places, axis=1))
    # Somebody who has nearly everything: what is seen stays behind what is not.
    features[seen] = FAR_BEHIND
    return features, np.take_along_axis(wanted.toarray() > 0, places, axis=1) & ~seen


def _part(progress: Progress, *, start: float, end: float) -> Progress:
    return lambda share, stage: progress(start + (end - start) * share, stage)
