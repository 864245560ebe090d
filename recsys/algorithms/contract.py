"""What every algorithm gives and takes, and the checks that all scorers share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self, runtime_checkable

import numpy as np
import numpy.typing as npt

from marketing.errors import ArtefactCorrupt, AttuneError, InvalidInput
from recsys.dataset import Csr, Interactions

Arrays = Mapping[str, npt.NDArray[Any]]
Scores = npt.NDArray[np.float32]
# People's newest items (users, length), the newest last, -1 before the first; asked for with the length.
Sequences = Callable[[int], npt.NDArray[np.int32]]


class FitDiverged(AttuneError):
    """Fitting ended in NaN or infinite numbers, so that there is nothing to score with."""


class Progress(Protocol):
    def __call__(self, fraction: float, stage: str, /) -> None: ...


class Fit(Protocol):
    def __call__(
        self, interactions: Interactions, config: Any, *, progress: Progress = ...
    ) -> dict[str, npt.NDArray[Any]]:
        """Learn from `interactions`; the arrays are contiguous float32 or int32 and all that the scorer needs.

        Raises:
            InvalidInput: the interactions are empty, or the data and the settings don't go together.

        """
        ...


class Scorer(Protocol):
    n_items: int

    @classmethod
    def from_arrays(cls, arrays: Arrays, config: Any) -> Self:
        """Scorer over what `fit` gave; the arrays may be read-only memory maps and are not copied."""
        ...

    def score(self, history: Csr) -> Scores:
        """Scores `(users, items)` of all items for people known by their history `(users, items)` alone."""
        ...

    def explain(self, items: npt.NDArray[np.integer[Any]], weights: npt.NDArray[Any], target: int) -> int | None:
        """Position in `items` `(k,)`, a history with `weights` `(k,)`, of the one that speaks most for `target`.

        None when nothing in the history speaks for it, or the algorithm has no such item.
        """
        ...

    def similar(self, item: int) -> Scores | None:
        """Similarity `(items,)` of every item to `item`, 0 for itself; None when the algorithm knows none."""
        ...


@runtime_checkable
class OrderedScorer(Protocol):
    """What a scorer has that also makes something of the order in which a history came about."""

    sequence_length: int  # how many of the newest items it looks at

    def score_sequences(self, history: Csr, sequences: npt.NDArray[np.int32]) -> Scores:
        """Scores `(users, items)` of people with a `history` whose newest items are `sequences` `(users, length)`."""
        ...


@dataclass(frozen=True, slots=True)
class Step:
    """One arrow of a way through the knowledge graph, to `item`; taken against its direction where not `forward`."""

    relation: str
    forward: bool
    item: int
    sentence: str = ""  # staff's own words for it, with {title} for where it starts


@runtime_checkable
class RelatingScorer(Protocol):
    """What a scorer has that can say by which way an item of a history led to another one."""

    def path(self, item: int, target: int) -> tuple[Step, ...]:
        """Steps from `item` to `target`, the heaviest way; empty where there is none."""
        ...


def scores_of(scorer: Scorer, history: Csr, *, sequences: Sequences | None = None) -> Scores:
    """Scores `(users, items)`, by the order of the histories too where it is known and the scorer minds it."""
    if sequences is not None and isinstance(scorer, OrderedScorer):
        return scorer.score_sequences(history, sequences(scorer.sequence_length))
    return scorer.score(history)


def ignore_progress(fraction: float, stage: str, /) -> None:
    """Take a report of progress where nobody watches."""


def check_history(history: Csr, *, n_items: int) -> Csr:
    """Give the history with an item at most once a person, as norms and equal rows need it."""
    if history.ndim != 2 or history.shape[1] != n_items:
        raise InvalidInput("history", f"has shape {history.shape}; expected (users, {n_items})")
    if not np.isfinite(history.data).all():
        raise InvalidInput("history", "holds NaN or infinite weights; expected finite numbers")
    if not history.has_canonical_format:
        history = history.copy()
        history.sum_duplicates()
    return history


def check_item(item: int, *, n_items: int, name: str = "item") -> int:
    if not 0 <= item < n_items:
        raise InvalidInput(name, f"is {item}; expected a place from 0 to {n_items - 1}")
    return int(item)


def strongest(contributions: npt.NDArray[Any]) -> int | None:
    """Position of the largest contribution when it is positive."""
    if not len(contributions):
        return None
    position = int(np.argmax(contributions))
    return position if contributions[position] > 0 else None


def take(arrays: Arrays, name: str, *, ndim: int = 1) -> npt.NDArray[Any]:
    if name not in arrays:
        raise ArtefactCorrupt(f"the array {name!r} is missing; there are {', '.join(sorted(arrays)) or 'none'}")
    if arrays[name].ndim != ndim:
        raise ArtefactCorrupt(f"the array {name!r} has {arrays[name].ndim} dimensions; expected {ndim}")
    return arrays[name]
