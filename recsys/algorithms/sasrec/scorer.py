"""SASRec's way from the newest items to scores, in numpy."""

from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from recsys.algorithms.contract import Arrays, Scores, check_item, strongest, take
from recsys.algorithms.directions import cosines, directions
from recsys.algorithms.history_means import known_history
from recsys.algorithms.sasrec.config import Config
from recsys.algorithms.shapes import check_shape
from recsys.dataset import Csr

# Numbers of a block of people in one layer, and weights of their attention: a million float32 are 4 MiB.
BLOCK_ENTRIES = 1_000_000
NORM_ROUNDING = 1e-5

Sequence = npt.NDArray[np.int32]


class Affine(NamedTuple):
    weight: Scores
    bias: Scores

    def norm(self, met: Scores) -> Scores:
        centred = met - met.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + np.float32(NORM_ROUNDING))
        normal: Scores = centred / spread * self.weight + self.bias
        return normal

    def linear(self, met: Scores) -> Scores:
        mapped: Scores = met @ self.weight.T + self.bias
        return mapped


class Block(NamedTuple):
    attention_norm: Affine
    projections: Affine
    joined: Affine
    layer_norm: Affine
    first: Affine
    second: Affine


class Scorer:
    def __init__(
        self, items: Scores, *, places: Scores, biases: Scores, blocks: list[Block], norm: Affine, heads: int
    ) -> None:
        self.n_items = len(items)
        self.sequence_length = len(places)
        self._items = items
        self._places = places
        self._biases = biases
        self._blocks = blocks
        self._norm = norm
        self._heads = heads

    @classmethod
    def from_arrays(cls, arrays: Arrays, config: Config) -> Self:
        items, places, biases = take(arrays, "items", ndim=2), take(arrays, "places", ndim=2), take(arrays, "biases")
        check_shape("places", places, expected=(config.sequence_length, items.shape[1]))
        check_shape("biases", biases, expected=items.shape[:1])
        blocks = [_block(arrays, number, size=items.shape[1], blocks=config.blocks) for number in range(config.blocks)]
        norm = Affine(take(arrays, "norm.weight"), take(arrays, "norm.bias"))
        for name, array in zip(("norm.weight", "norm.bias"), norm, strict=True):
            check_shape(name, array, expected=items.shape[1:])
        return cls(items, places=places, biases=biases, blocks=blocks, norm=norm, heads=config.heads)

    def score(self, history: Csr) -> Scores:
        """Without times the heaviest items are taken for the newest."""
        return self.score_sequences(history, self._by_weight(known_history(history, n_items=self.n_items)))

    def score_sequences(self, history: Csr, sequences: Sequence) -> Scores:
        """Scores of the item that comes next; items of `sequences` that `history` has at no weight are left out."""
        known = known_history(history, n_items=self.n_items)
        sequences = _within(known, sequences[:, -self.sequence_length :])
        scores: Scores = self._people(sequences) @ self._items.T
        scores += self._biases
        return scores

    def explain(self, items: npt.NDArray[np.integer[Any]], weights: npt.NDArray[Any], target: int) -> int | None:
        """Item whose vector lies most in the target's direction, by its weight."""
        target = check_item(target, n_items=self.n_items, name="target")
        unit = directions(self._items)
        return strongest(np.maximum(np.asarray(weights, np.float32), 0) * (unit[items] @ unit[target]))

    def similar(self, item: int) -> Scores | None:
        """Cosine of the items' vectors."""
        return cosines(directions(self._items), item=check_item(item, n_items=self.n_items))

    def _by_weight(self, history: Csr) -> Sequence:
        users = np.repeat(np.arange(history.shape[0]), np.diff(history.indptr))
        order = np.lexsort((history.indices, history.data, users))
        before_end = history.indptr[1:][users] - 1 - np.arange(len(users))
        newest = before_end < self.sequence_length
        sequences = np.full((history.shape[0], self.sequence_length), -1, np.int32)
        sequences[users[newest], self.sequence_length - 1 - before_end[newest]] = history.indices[order][newest]
        return sequences

    def _people(self, sequences: Sequence) -> Scores:
        """What is known `(users, k)` after the newest item."""
        people = np.empty((len(sequences), self._items.shape[1]), np.float32)
        widest = self.sequence_length * max(3 * self._items.shape[1], self._heads * self.sequence_length)
        rows = max(1, BLOCK_ENTRIES // widest)
        for start in range(0, len(sequences), rows):
            people[start : start + rows] = self._after_newest(sequences[start : start + rows])
        return people

    def _after_newest(self, sequences: Sequence) -> Scores:
        # Places before the longest one's first item are looked at by nobody.
        length = max(1, int((sequences >= 0).sum(axis=1).max(initial=0)))
        sequences = sequences[:, sequences.shape[1] - length :]
        there = sequences >= 0
        met: Scores = self._items[np.maximum(sequences, 0)] * np.float32(self._items.shape[1] ** 0.5)
        met += self._places[self.sequence_length - length :]
        met *= there[:, :, None]
        seen = (np.tri(length, dtype=bool) & there[:, None]) | np.eye(length, dtype=bool)
        for block in self._blocks[:-1]:
            met = self._passed(block, met, asking=met, seen=seen)
        # Of the last block nothing but the newest place is asked for.
        last = self._passed(self._blocks[-1], met, asking=met[:, -1:], seen=seen[:, -1:])
        return self._norm.norm(last[:, 0])

    def _passed(self, block: Block, met: Scores, *, asking: Scores, seen: npt.NDArray[np.bool_]) -> Scores:
        """One block for the places `asking` `(b, q, k)`, which look at those of `met` `(b, length, k)`."""
        size = met.shape[2]
        normal = block.attention_norm.norm(met)
        keys_values = Affine(block.projections.weight[size:], block.projections.bias[size:]).linear(normal)
        queries = Affine(block.projections.weight[:size], block.projections.bias[:size]).linear(
            normal[:, len(normal[0]) - asking.shape[1] :]
        )
        keys, values = (self._split(part) for part in np.split(keys_values, 2, axis=2))
        energies = self._split(queries) @ keys.swapaxes(2, 3)
        energies *= np.float32((size // self._heads) ** -0.5)
        energies[~np.broadcast_to(seen[:, None], energies.shape)] = -np.inf
        attended = _shares(energies) @ values
        asking = asking + block.joined.linear(attended.swapaxes(1, 2).reshape(asking.shape))
        layer = np.maximum(block.first.linear(block.layer_norm.norm(asking)), 0)
        passed: Scores = asking + block.second.linear(layer)
        return passed

    def _split(self, met: Scores) -> Scores:
        """Heads apart: `(b, length, k)` as `(b, heads, length, k / heads)`."""
        return met.reshape(*met.shape[:2], self._heads, -1).swapaxes(1, 2)


def _shares(energies: Scores) -> Scores:
    energies -= energies.max(axis=-1, keepdims=True)
    np.exp(energies, out=energies)
    energies /= energies.sum(axis=-1, keepdims=True)
    return energies


def _within(history: Csr, sequences: Sequence) -> Sequence:
    """The sequences, -1 moved to the front in place of items that are not in the `history`."""
    users, places = np.nonzero(sequences >= 0)
    keys = np.repeat(np.arange(history.shape[0]), np.diff(history.indptr)) * history.shape[1] + history.indices
    wanted = users * history.shape[1] + sequences[users, places]
    known = np.isin(wanted, keys)
    if known.all():
        return sequences
    kept = sequences.copy()
    kept[users[~known], places[~known]] = -1
    order = np.argsort(kept >= 0, axis=1, kind="stable")
    return np.take_along_axis(kept, order, axis=1)


def _block(arrays: Arrays, number: int, *, size: int, blocks: int) -> Block:
    widths = {
        "attention_norm": None,
        "projections": 3 * size,
        "joined": size,
        "layer_norm": None,
        "first": size,
        "second": size,
    }
    return Block(
        **{name: _affine(arrays, name, number, size=size, width=width, blocks=blocks) for name, width in widths.items()}
    )


def _affine(arrays: Arrays, name: str, number: int, *, size: int, width: int | None, blocks: int) -> Affine:
    """A linear map to `width` numbers; with None a norm's scale and shift."""
    weight = take(arrays, f"blocks.{name}.weight", ndim=2 if width is None else 3)
    bias = take(arrays, f"blocks.{name}.bias", ndim=2)
    check_shape(f"blocks.{name}.weight", weight, expected=(blocks, size) if width is None else (blocks, width, size))
    check_shape(f"blocks.{name}.bias", bias, expected=(blocks, width or size))
    return Affine(weight[number], bias[number])
