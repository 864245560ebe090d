"""Where the items of a list come from: streams of candidates, the best first, made only as far as they are asked for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final, Self
from uuid import UUID

import numpy as np
import numpy.typing as npt
from scipy import sparse

from recsys import selectors
from recsys.algorithms.contract import RelatingScorer, scores_of
from recsys.dataset import Csr
from recsys.item_ids import Ids, as_ids, as_keys
from recsys.ranking import top_items
from recsys.selectors import History
from recsys.serving.boosts import LEFT_OUT, Rules, multiplied
from recsys.serving.bundle import Bundle
from recsys.serving.diversity import likeness
from recsys.serving.lists import Candidate, Reason, ReasonCode, Relation
from recsys.serving.trends import Trends, trends

Scores = npt.NDArray[np.float32]

# The newest items of a history that a list is made from: an old taste should not outvote the present one.
HISTORY_ITEMS = 200
# What one did last says more of what one wants now: the weight of an item halves over so many newer ones, and stops at the
# floor. On MovieLens 100k with each one's last preference held out this lifts NDCG@10 of EASE from .081 to .094, of its
# blend with iALS from .080 to .091, of iALS from .076 to .079, of no algorithm down. Without the floor the gain is half as
# much again to twice, but a few items of one evening outvote a taste of years: of preferences that were held out at random,
# whenever they were, EASE then finds 28% less; with it, 2%.
RECENT_ITEMS, RECENCY_FLOOR = 10, 0.5
RECENCY: Final = np.maximum(0.5 ** (np.arange(HISTORY_ITEMS) / RECENT_ITEMS), RECENCY_FLOOR).astype(np.float32)
# The newest items that a person is against, whose likes lose; each costs one more row of similarities.
UNWANTED_ITEMS = 10
# What the item most similar to an unwanted one loses of its score; the unwanted one itself is never listed. People
# still choose much of what is like the films that they gave few stars: on MovieLens 100k 0.1 costs 0.5% of NDCG@10,
# 0.5 costs 6%.
PULL = 0.1
# Neighbours by shelf and tags, and companions in baskets, that are read at once.
NEIGHBOURS = 300
COMPANIONS = 200
# Scores compare within one of these sources only; the model is source 0.
NEIGHBOURHOOD, TREND, BASKETS = 1, 2, 3
# What to say of a model's item when no item of the history speaks for it.
REASON_WITHOUT_ITEM: dict[str, ReasonCode] = dict.fromkeys(("popularity", "decayed_popularity", "trending"), "popular")


@dataclass(frozen=True, slots=True)
class Reach:
    """How far down a model's ranking a list goes: `first` are wanted at once.

    Most lists are full after those. Where they aren't, since a filter is narrow (`selective`) or much of the catalogue
    is not on offer, the model ranks all that may stand in the list, whose ids `(k, 16)` `matching` gives, instead of
    going down a ranking that hardly any of them is in. So do trends, but only where a filter is narrow: all of them are
    on offer.
    """

    first: int
    matching: Callable[[], Ids]
    selective: bool = False


def personal(bundle: Bundle, past: History, *, exclude_seen: bool, rules: Rules, reach: Reach) -> Iterator[Candidate]:
    """What the artefact ranks above zero for this history.

    A score of zero or less means that nothing speaks for the item; other sources know better than such a ranking.
    """
    taste = Taste.of(past, bundle=bundle)
    if not len(taste.places):
        return
    scores = taste.adjusted(taste.scores(), rules=rules)
    if exclude_seen:
        scores[taste.met] = -np.inf
    reasons = Reasons(taste)
    for target in _best_first(bundle, scores, reach):
        yield Candidate(bundle.item_id(target), float(scores[target]), reasons.of(target))


def knows(bundle: Bundle, past: History) -> bool:
    """Whether the artefact can say anything to this history."""
    return len(Taste.of(past, bundle=bundle).places) > 0


@dataclass(frozen=True, eq=False)
class Taste:
    """A history as an artefact reads it: `columns` `(k,)` of its items, -1 where unknown, and what a list is made from.

    `places` `(p,)` are those of the newest items that the artefact knows and that the person is for.
    """

    past: History
    bundle: Bundle
    columns: npt.NDArray[np.int64]
    places: npt.NDArray[np.int64]

    @classmethod
    def of(cls, past: History, *, bundle: Bundle) -> Self:
        columns = bundle.positions(past.item_ids)
        return cls(past, bundle, columns, np.flatnonzero((columns >= 0) & (past.strengths > 0))[:HISTORY_ITEMS])

    @property
    def items(self) -> npt.NDArray[np.int64]:
        return self.columns[self.places]

    @property
    def weights(self) -> Scores:
        """The strengths, of what she did last the most."""
        return self.past.strengths[self.places] * RECENCY[: len(self.places)]

    @property
    def met(self) -> npt.NDArray[np.int64]:
        """Columns of all that the person met."""
        return self.columns[self.columns >= 0]

    def newest(self, length: int) -> npt.NDArray[np.int32]:
        """The newest of the items `(length,)`, the newest last, -1 before the first."""
        newest = np.full(length, -1, np.int32)
        known = self.items[:length][::-1]
        newest[length - len(known) :] = known
        return newest

    def scores(self) -> Scores:
        """The artefact's scores `(items,)` of this taste."""
        row = one_row(self.items, self.weights, width=self.bundle.scorer.n_items)
        scored = scores_of(self.bundle.scorer, row, sequences=lambda length: self.newest(length)[None])
        return np.array(scored[0])

    def adjusted(self, scores: Scores, *, rules: Rules) -> Scores:
        """The artefact's scores `(items,)` after what she is against, what was shown in vain, and staff's rules."""
        scores = without_unwanted(scores, self.bundle, self.past, self.columns)
        return multiplied(scores, _factors(self.bundle, self.past, rules))


class Reasons:
    """Why the artefact lists an item for a taste; a few items of a history speak for most of a list.

    Where the artefact knows relations, the way from the item that speaks for it is the reason.
    """

    def __init__(self, taste: Taste) -> None:
        self._taste = taste
        self._items, self._weights = taste.items, taste.weights
        self._known: dict[int | None, Reason] = {
            None: Reason(REASON_WITHOUT_ITEM.get(taste.bundle.algorithm, "similar_customers"))
        }

    def of(self, target: int) -> Reason:
        speaker = self._taste.bundle.scorer.explain(self._items, self._weights, target)
        if speaker is not None and (way := self._way(int(self._items[speaker]), target)):
            place = int(self._taste.places[speaker])
            return replace(_because_you(self._taste.past, place), code="related", way=way)
        if speaker not in self._known:
            self._known[speaker] = _because_you(self._taste.past, int(self._taste.places[speaker]))
        return self._known[speaker]

    def _way(self, item: int, target: int) -> tuple[Relation, ...]:
        bundle = self._taste.bundle
        if not isinstance(bundle.scorer, RelatingScorer):
            return ()
        return tuple(
            Relation(step.relation, step.forward, bundle.item_id(step.item), step.sentence)
            for step in bundle.scorer.path(item, target)
        )


def trending(
    *, rules: Rules, seen: Callable[[], frozenset[bytes]] = frozenset, reach: Reach | None = None
) -> Iterator[Candidate]:
    """What is trending and not among `seen`, which is asked for only when it comes to this."""
    reason, left_out, now = Reason("trending"), seen(), trends.current()
    scores, order = now.scores, np.arange(len(now))
    if (factors := rules.factors_of(now.raw)) is not None:
        scores = multiplied(now.scores, factors)
        order = np.argsort(-scores, kind="stable")[: np.count_nonzero(np.isfinite(scores))]
    for places in _reached(order, now, reach):
        for place in places:
            item_id = now.item_ids[place]
            if item_id.bytes not in left_out:
                yield Candidate(item_id, float(scores[place]), reason, TREND)


def _reached(order: npt.NDArray[np.intp], now: Trends, reach: Reach | None) -> Iterator[list[int]]:
    """All places in order; behind a narrow filter those that may stand in the list, after the first ones."""
    if reach is None or not reach.selective or len(order) <= reach.first:
        yield order.tolist()
        return
    yield order[: reach.first].tolist()
    rest = order[reach.first :]
    yield rest[np.isin(as_keys(now.raw[rest]), as_keys(reach.matching()))].tolist()


def bought_together(item_id: UUID, *, seen: frozenset[bytes], rules: Rules) -> Iterator[Candidate]:
    """What lay in the same baskets."""
    reason = Reason("bought_together", because=item_id)
    companions = [
        Candidate(found, score, reason, BASKETS)
        for found, score in selectors.bought_together(item_id, first=COMPANIONS)
        if found.bytes not in seen
    ]
    yield from by_rules(companions, rules)


def similar(
    bundle: Bundle | None,
    item_id: UUID,
    *,
    seen: frozenset[bytes],
    rules: Rules,
    reach: Reach,
) -> Iterator[Candidate]:
    """What the artefact finds similar, then what stands on the same shelf or has common tags."""
    reason = Reason("similar_item", because=item_id)
    if bundle is not None:
        for position, score in _similar_positions(bundle, item_id, rules=rules, reach=reach):
            found = bundle.item_id(position)
            if found.bytes not in seen:
                yield Candidate(found, score, reason)
    neighbours = [
        Candidate(found, score, reason, NEIGHBOURHOOD)
        for found, score in selectors.neighbour_scores(item_id, first=NEIGHBOURS)
        if found.bytes not in seen
    ]
    yield from by_rules(neighbours, rules)


def without_unwanted(scores: Scores, bundle: Bundle, past: History, columns: npt.NDArray[np.int64]) -> Scores:
    """Take out what she is against, and from positive scores of what is like it up to `PULL`, as far as it is like it.

    The unwanted ones are no negative weights in the history, since few algorithms can make sense of those: people with
    similar histories and factors fitted to confidences can't. Similarities of items mean the same for all that have them.
    """
    unwanted = columns[(past.strengths < 0) & (columns >= 0)]
    if not len(unwanted):
        return scores
    rows = [row for column in unwanted[:UNWANTED_ITEMS].tolist() if (row := likeness(bundle, column)) is not None]
    if rows:
        pull = 1 - PULL * np.maximum.reduce(rows)
        scores = np.where(scores > 0, scores * pull, scores).astype(np.float32)
    scores[unwanted] = -np.inf
    return scores


def _factors(bundle: Bundle, past: History, rules: Rules) -> Scores | None:
    """What the scores are multiplied with: staff's rules, and what was shown in vain."""
    factors = rules.factors_in(bundle)
    if not len(past.penalties):
        return factors
    columns = bundle.positions(past.penalties.item_ids)
    known = columns >= 0
    own = np.ones(bundle.scorer.n_items, np.float32) if factors is None else factors.copy()
    own[columns[known]] *= past.penalties.factors[known]
    return own


def by_rules(candidates: list[Candidate], rules: Rules) -> Iterator[Candidate]:
    """Candidates of one source as staff's rules order them, and none that is left out."""
    if not candidates or not len(rules.keys):
        yield from candidates
        return
    factors = rules.factors_of(as_ids(candidate.item_id for candidate in candidates))
    if factors is None:
        yield from candidates
        return
    scores = multiplied(np.array([candidate.score for candidate in candidates], np.float32), factors)
    for place in np.argsort(-scores, kind="stable").tolist():
        if factors[place] != LEFT_OUT:
            yield replace(candidates[place], score=float(scores[place]))


def _similar_positions(bundle: Bundle, item_id: UUID, *, rules: Rules, reach: Reach) -> Iterator[tuple[int, float]]:
    position = int(bundle.positions(as_ids([item_id]))[0])
    scores = bundle.scorer.similar(position) if position >= 0 else None
    if scores is not None:
        scores = multiplied(scores, rules.factors_in(bundle))
        for found in _best_first(bundle, scores, reach):
            yield found, float(scores[found])


def one_row(items: npt.NDArray[np.int64], weights: npt.NDArray[np.float32], *, width: int) -> Csr:
    row: Csr = sparse.csr_array((weights, items, [0, len(items)]), shape=(1, width))
    return row


def _best_first(bundle: Bundle, scores: Scores, reach: Reach) -> Iterator[int]:
    """Columns with a positive score, the best first, ranked in steps as they are asked for."""
    done = np.empty(0, np.int64)
    for depth in (reach.first,) if reach.selective else (reach.first, 5 * reach.first):
        top = _positive(scores, top_items(scores[None, :], k=depth)[0])
        yield from top[len(done) :].tolist()
        done = top
        if len(top) < depth:  # nothing else has a positive score
            return
    columns = bundle.positions(reach.matching())
    columns = np.setdiff1d(columns[columns >= 0], done)  # ascending, so that of equal scores the lower comes first
    order = np.argsort(-scores[columns], kind="stable")
    yield from _positive(scores, columns[order]).tolist()


def _positive(scores: Scores, columns: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return columns[scores[columns] > 0]


def _because_you(past: History, place: int) -> Reason:
    return Reason("because_you", kind=past.kinds[place], because=past.item_id(place))
