"""The graph as one sparse matrix for each relation and direction, and the paths that two of them make."""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

from marketing.errors import InvalidInput
from recsys.algorithms.knowledge_graph.config import Config
from recsys.dataset import Csr
from recsys.item_features import ItemFeatures, Labels, Relations

# What sharing a label is called; no relation of a shop can be, since those are slugs.
SHARES = "shares label"
# The ways with the most arrows that are joined to paths of two steps: with 8 there are 64 types of them.
MOST_JOINED = 8
# Two-step paths are made for a block of items at a time: some 20 million of them.
BLOCK_PATHS = 20_000_000

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Way:
    """A relation taken in one direction.

    `arrows` `(items, items)` are damped and hold no item's arrow to itself; `kinds` has, for each of the arrows' values,
    the place of its sentence.
    """

    relation: str
    forward: bool
    arrows: Csr
    kinds: npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class PathType:
    """Paths along way `first`, and then `second` where it is not -1: how much of them lead from item to item."""

    first: int
    second: int
    reach: Csr


def ways_of(features: ItemFeatures, *, config: Config) -> list[Way]:
    """Both directions of every relation, and sharing a label.

    Raises:
        InvalidInput: names `features` when they hold neither a relation between two items nor a label.

    """
    relations, n_items = features.relations, len(features)
    between = relations.heads != relations.tails
    labelled = config.label_items > 0 and features.labels.nnz > 0
    if not between.any() and not labelled:
        raise InvalidInput(
            "features",
            "relate no item to another and hold no labels; expected relations, or categories, brands or tags",
        )
    ways = []
    for name in dict.fromkeys(relations.names):
        ours = between & np.array([other == name for other in relations.names], bool)[relations.kinds]
        if ours.any():
            arrows = _Arrows.of(relations, ours, n_items=n_items).damped(by=config.damping, n_items=n_items)
            for forward, own in ((True, arrows), (False, arrows.turned())):
                ways.append(own.way(relation=name, forward=forward, n_items=n_items, kept=config.neighbours))
    if labelled:
        shared = _sharing(features.labels, config=config)
        ways.append(Way(SHARES, True, shared, np.full(shared.nnz, -1, np.int32)))
    return ways


def path_types(ways: list[Way], *, config: Config) -> list[PathType]:
    """Each way alone, and each pair of the relations' largest ways."""
    types = [PathType(number, -1, way.arrows) for number, way in enumerate(ways)]
    if config.steps < 2:
        return types
    related = [number for number, way in enumerate(ways) if way.relation != SHARES]
    joined = sorted(sorted(related, key=lambda number: -ways[number].arrows.nnz)[:MOST_JOINED])
    for first in joined:
        for second in joined:
            reach = _product(ways[first].arrows, ways[second].arrows, kept=config.neighbours)
            if reach.nnz:
                types.append(PathType(first, second, reach))
    return types


def strongest(matrix: Csr, *, kept: int) -> Places:
    """Places in `matrix.data` of the `kept` largest values of each row, in their order; of equal ones the lower column."""
    counts = np.diff(matrix.indptr)
    if counts.max(initial=0) <= kept:
        return np.arange(matrix.nnz)
    rows = np.repeat(np.arange(len(counts)), counts)
    order = np.lexsort((matrix.indices, -matrix.data, rows))
    rank = np.arange(matrix.nnz) - np.repeat(matrix.indptr[:-1], counts)
    places: Places = np.sort(order[rank < kept])
    return places


def part_of(matrix: Csr, places: Places) -> Csr:
    """The same matrix with the values at `places`, sorted, alone."""
    before = np.searchsorted(places, matrix.indptr)
    part: Csr = sparse.csr_array((matrix.data[places], matrix.indices[places], before), shape=matrix.shape)
    return part


@dataclass(frozen=True, eq=False)
class _Arrows:
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]
    kinds: npt.NDArray[np.int32]

    @classmethod
    def of(cls, relations: Relations, ours: npt.NDArray[np.bool_], *, n_items: int) -> Self:
        """One for a pair of items: weights summed, and the kind of the heaviest."""
        heads, tails = relations.heads[ours].astype(np.int64), relations.tails[ours].astype(np.int64)
        weights, kinds = relations.weights[ours].astype(np.float64), relations.kinds[ours]
        pairs = heads * n_items + tails
        order = np.lexsort((kinds, -weights, pairs))
        pairs, first = np.unique(pairs[order], return_index=True)
        return cls(pairs // n_items, pairs % n_items, np.add.reduceat(weights[order], first), kinds[order][first])

    def damped(self, *, by: float, n_items: int) -> Self:
        out, into = (np.bincount(ends, weights=self.values, minlength=n_items) for ends in (self.starts, self.ends))
        return replace(self, values=self.values / (out[self.starts] * into[self.ends]) ** by)

    def turned(self) -> Self:
        return replace(self, starts=self.ends, ends=self.starts)

    def way(self, *, relation: str, forward: bool, n_items: int, kept: int) -> Way:
        order = np.lexsort((self.ends, self.starts))
        indptr = np.concatenate(([0], np.cumsum(np.bincount(self.starts, minlength=n_items))))
        arrows: Csr = sparse.csr_array(
            (self.values[order].astype(np.float32), self.ends[order], indptr), shape=(n_items, n_items)
        )
        places = strongest(arrows, kept=kept)
        return Way(relation, forward, part_of(arrows, places), self.kinds[order][places])


def _sharing(labels: Labels, *, config: Config) -> Csr:
    """How much items share labels: paths item – label – item, damped at the items and at the label."""
    on = np.bincount(labels.indices, minlength=labels.shape[1])
    telling = labels[:, np.flatnonzero((on > 1) & (on <= config.label_items))].astype(np.float64)
    own, on = np.diff(telling.indptr), np.bincount(telling.indices, minlength=telling.shape[1])
    rows = np.repeat(np.arange(len(own)), own)
    telling.data /= (own[rows] * on[telling.indices]) ** config.damping
    return _product(telling.tocsr(), telling.T.tocsr(), kept=config.neighbours)


def _product(first: Any, second: Any, *, kept: int) -> Csr:
    """Paths along both from item to item, but for those that lead back to where they started; the strongest kept."""
    n_items = first.shape[0]
    # How many paths start at each item, to cut the items into blocks with about as many each.
    longest = np.diff(second.indptr)
    per_entry = np.concatenate(([0], np.cumsum(longest[first.indices])))
    started = per_entry[first.indptr[1:]]
    edges = np.unique(np.searchsorted(started, np.arange(0, started[-1] + BLOCK_PATHS, BLOCK_PATHS), side="right"))
    edges = np.unique(np.concatenate(([0], edges, [n_items])))
    blocks = []
    for start, stop in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        block = (first[start:stop] @ second).tocsr()
        block.sort_indices()
        rows = np.repeat(np.arange(start, stop), np.diff(block.indptr))
        block.data[block.indices == rows] = 0
        block.eliminate_zeros()
        blocks.append(part_of(block, strongest(block, kept=kept)))
    product: Csr = sparse.vstack(blocks, format="csr").astype(np.float32)
    return product
