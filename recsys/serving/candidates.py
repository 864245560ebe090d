"""Where the items of a list come from: streams of candidates, the best first, made only as far as they are asked for."""

from collections.abc import Callable, Iterator
from uuid import UUID

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recsys import selectors
from recsys.dataset import Csr
from recsys.ranking import top_items
from recsys.selectors import History
from recsys.serving.bundle import Bundle
from recsys.serving.lists import Candidate, Reason, ReasonCode
from recsys.serving.trends import trends

# The newest items of a history that a list is made from: an old taste should not outvote the present one.
HISTORY_ITEMS = 200
# How far down its ranking a model is followed when much of the catalogue is not on offer.
DEPTH = 2_000
# Neighbours by shelf and tags that are read at once.
NEIGHBOURS = 300
# What to say of a model's item when no item of the history speaks for it.
REASON_WITHOUT_ITEM: dict[str, ReasonCode] = {"popularity": "popular"}


def personal(bundle: Bundle, past: History, *, exclude_seen: bool, first: int) -> Iterator[Candidate]:
    """What the artefact ranks above zero for this history.

    A score of zero or less means that nothing speaks for the item; other sources know better than such a ranking.
    """
    columns = bundle.positions(past.item_ids)
    places = np.flatnonzero((columns >= 0) & (past.strengths > 0))[:HISTORY_ITEMS]
    if not len(places):
        return
    items, weights = columns[places], past.strengths[places]
    scores = np.array(bundle.scorer.score(_one_row(items, weights, width=bundle.scorer.n_items))[0])
    if exclude_seen:
        scores[columns[columns >= 0]] = -np.inf
    reasons: dict[int | None, Reason] = {
        None: Reason(REASON_WITHOUT_ITEM.get(bundle.algorithm, "similar_customers")),
    }
    for target in _best_first(scores, first=first):
        speaker = bundle.scorer.explain(items, weights, target)
        if speaker not in reasons:  # a few items of a history speak for most of a list
            reasons[speaker] = _because_you(past, int(places[speaker]))
        yield Candidate(bundle.item_id(target), float(scores[target]), reasons[speaker])


def trending(*, seen: Callable[[], frozenset[bytes]] = frozenset) -> Iterator[Candidate]:
    """What is trending and not among `seen`, which is asked for only when it comes to this."""
    reason, left_out = Reason("trending"), seen()
    for item_id, score in trends.current():
        if item_id.bytes not in left_out:
            yield Candidate(item_id, score, reason)


def similar(bundle: Bundle | None, item_id: UUID, *, seen: frozenset[bytes], first: int) -> Iterator[Candidate]:
    """What the artefact finds similar, then what stands on the same shelf or has common tags."""
    reason = Reason("similar_item", because=item_id)
    if bundle is not None:
        for position, score in _similar_positions(bundle, item_id, first=first):
            found = bundle.item_id(position)
            if found.bytes not in seen:
                yield Candidate(found, score, reason)
    for found, score in selectors.neighbour_scores(item_id, first=NEIGHBOURS):
        if found.bytes not in seen:
            yield Candidate(found, score, reason)


def _similar_positions(bundle: Bundle, item_id: UUID, *, first: int) -> Iterator[tuple[int, float]]:
    position = int(bundle.positions(np.frombuffer(item_id.bytes, np.uint8).reshape(1, 16))[0])
    scores = bundle.scorer.similar(position) if position >= 0 else None
    if scores is not None:
        for found in _best_first(scores, first=first):
            yield found, float(scores[found])


def _one_row(items: npt.NDArray[np.int64], weights: npt.NDArray[np.float32], *, width: int) -> Csr:
    row: Csr = sparse.csr_array((weights, items, [0, len(items)]), shape=(1, width))
    return row


def _best_first(scores: npt.NDArray[np.float32], *, first: int) -> Iterator[int]:
    """Columns with a positive score, the best first. The ranking is made anew, four times as deep, when it runs out."""
    done, depth, limit = 0, first, min(DEPTH, len(scores))
    while done < limit:
        columns = top_items(scores[None, :], k=min(depth, limit))[0]
        for column in columns[done:].tolist():
            if not scores[column] > 0:
                return
            yield column
        done, depth = len(columns), depth * 4


def _because_you(past: History, place: int) -> Reason:
    return Reason("because_you", kind=past.kinds[place], because=past.item_id(place))
