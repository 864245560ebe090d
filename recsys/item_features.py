"""What is known of items besides who preferred them: what their texts say, how they are labelled, how they relate."""

from dataclasses import dataclass
from typing import Any, Self, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

from marketing.errors import InvalidInput

Labels: TypeAlias = "sparse.csr_array[np.float32, tuple[int, int]]"


@dataclass(frozen=True, eq=False)
class Relations:
    """Arrows of the knowledge graph, head –relation→ tail, between dense items; one row each.

    `heads`, `kinds`, `tails` `(m,)` int32, `weights` `(m,)` float32 above 0; `names` are what kinds are called, and
    `sentences` what to say of an item that is reached by one, with {title} for where it starts; empty for none.
    """

    heads: npt.NDArray[np.int32]
    kinds: npt.NDArray[np.int32]
    tails: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float32]
    names: tuple[str, ...]
    sentences: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.heads)

    @classmethod
    def none(cls) -> Self:
        nothing = np.empty(0, np.int32)
        return cls(nothing, nothing, nothing, np.empty(0, np.float32), ())

    def within(self, items: npt.NDArray[np.bool_]) -> Self:
        """Those between `items` `(n,)` alone, renumbered."""
        kept = items[self.heads] & items[self.tails]
        codes = (np.cumsum(items) - 1).astype(np.int32)
        return type(self)(
            codes[self.heads[kept]],
            self.kinds[kept],
            codes[self.tails[kept]],
            self.weights[kept],
            self.names,
            self.sentences,
        )


@dataclass(frozen=True, eq=False)
class ItemFeatures:
    """One row for each item, in the order of the dense ids.

    `vectors` `(items, d)` float32 of unit length, zeros where an item has no text; d is 0 where there are none at all.
    `labels` `(items, l)`: 1 where an item has a category, brand, tag or genre.
    """

    vectors: npt.NDArray[np.float32]
    labels: Labels
    relations: Relations

    def __post_init__(self) -> None:
        if self.vectors.ndim != 2 or self.labels.shape[0] != len(self.vectors):
            raise InvalidInput(
                "features",
                f"have vectors of shape {self.vectors.shape} and labels of shape {self.labels.shape}; expected a row of"
                " each for every item",
            )
        if not np.isfinite(self.vectors).all():
            raise InvalidInput("features", "hold vectors with NaN or infinite numbers; expected finite numbers")
        largest = max(self.relations.heads.max(initial=-1), self.relations.tails.max(initial=-1))
        if largest >= len(self):
            raise InvalidInput("features", f"relate item {largest}; expected places below {len(self)}")

    def __len__(self) -> int:
        return len(self.vectors)

    def within(self, items: npt.NDArray[np.bool_]) -> Self:
        """Those of `items` `(n,)` alone, in the same order."""
        return type(self)(self.vectors[items], self.labels[np.flatnonzero(items)], self.relations.within(items))


def as_labels(rows: npt.NDArray[np.int32], columns: npt.NDArray[np.int32], *, shape: tuple[int, int]) -> Labels:
    """Labels from the places of their ones; a label that is named twice counts once."""
    labels: Labels = sparse.csr_array((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)
    labels.sum_duplicates()
    labels.data[:] = 1.0
    return labels


def unit_rows(vectors: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Rows `(n, d)` brought to unit length; rows of zeros stay."""
    wide = np.asarray(vectors, np.float32)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    scaled: npt.NDArray[np.float32] = np.divide(wide, lengths, out=np.zeros_like(wide), where=lengths > 0)
    return scaled
