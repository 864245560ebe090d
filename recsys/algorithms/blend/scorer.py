"""The weighted sum of the members' standardised scores."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from marketing.errors import ArtefactCorrupt
from recsys.algorithms import load_scorer
from recsys.algorithms.blend.config import Config, Member
from recsys.algorithms.blend.standardising import standardised
from recsys.algorithms.contract import (
    Arrays,
    OrderedScorer,
    RelatingScorer,
    Scores,
    Sequences,
    Step,
    check_history,
    check_item,
    scores_of,
    take,
)
from recsys.algorithms.contract import Scorer as MemberScorer
from recsys.dataset import Csr


class Scorer:
    def __init__(self, members: Sequence[tuple[float, MemberScorer]]) -> None:
        """Blend members `(weight, scorer)`; one at least, all over the same items."""
        self._members = sorted(members, key=lambda member: -member[0])
        self.n_items = self._members[0][1].n_items
        self.sequence_length = max(
            (scorer.sequence_length for _, scorer in members if isinstance(scorer, OrderedScorer)), default=0
        )

    @classmethod
    def from_arrays(cls, arrays: Arrays, config: Config) -> Self:
        weights = take(arrays, "weights")
        if len(weights) != len(config.members) or not (weights > 0).any():
            raise ArtefactCorrupt(
                f"the array 'weights' has {len(weights)} entries, {np.sum(weights > 0)} of them positive; expected"
                f" {len(config.members)}, one for each member"
            )
        members = [
            (float(weights[number]), _member(config.members[number], number=number, arrays=arrays))
            for number in np.flatnonzero(weights > 0)
        ]
        sizes = {scorer.n_items for _, scorer in members}
        if len(sizes) > 1:
            raise ArtefactCorrupt(f"the members' arrays are over {sorted(sizes)} items; expected the same number")
        return cls(members)

    def score(self, history: Csr) -> Scores:
        return self._summed(history, sequences=None)

    def score_sequences(self, history: Csr, sequences: npt.NDArray[np.int32]) -> Scores:
        """As `score`, where members who mind the order are told of it."""
        return self._summed(history, sequences=lambda length: sequences[:, sequences.shape[1] - length :])

    def explain(self, items: npt.NDArray[np.integer[Any]], weights: npt.NDArray[Any], target: int) -> int | None:
        """Give the reason of the member with the most weight among those that have one."""
        check_item(target, n_items=self.n_items, name="target")
        for _, scorer in self._members:
            reason = scorer.explain(items, weights, target)
            if reason is not None:
                return reason
        return None

    def path(self, item: int, target: int) -> tuple[Step, ...]:
        """Give the way of the member with the most weight among those that know one."""
        for _, scorer in self._members:
            if isinstance(scorer, RelatingScorer) and (steps := scorer.path(item, target)):
                return steps
        return ()

    def similar(self, item: int) -> Scores | None:
        """Weighted sum of the members' similarities, each divided by its largest."""
        check_item(item, n_items=self.n_items)
        total = None
        for weight, scorer in self._members:
            own = scorer.similar(item)
            if own is None:
                continue
            largest = np.abs(own).max()
            total = np.zeros(self.n_items, np.float32) if total is None else total
            total += np.float32(weight) * own / (largest if largest > 0 else np.float32(1))
        return total

    def _summed(self, history: Csr, *, sequences: Sequences | None) -> Scores:
        history = check_history(history, n_items=self.n_items)
        total = np.zeros(history.shape, np.float32)
        for weight, scorer in self._members:
            own = scores_of(scorer, history, sequences=sequences)
            total += np.float32(weight) * standardised(own, history=history)
        return total


def _member(member: Member, *, number: np.intp, arrays: Arrays) -> MemberScorer:
    prefix = f"{number}."
    own = {name.removeprefix(prefix): arrays[name] for name in arrays if name.startswith(prefix)}
    try:
        return load_scorer(member.algorithm).from_arrays(own, member.params)
    except ArtefactCorrupt as error:
        # The member knows its arrays by the names that it gave them, the artefact by those with the number before.
        raise ArtefactCorrupt(str(error).replace("the array '", f"the array '{prefix}")) from error
