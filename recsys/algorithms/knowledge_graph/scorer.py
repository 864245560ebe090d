"""Scores by what the graph leads to from a history, and the way there."""

from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

from marketing.errors import ArtefactCorrupt
from recsys.algorithms.contract import Arrays, Step, check_item, take
from recsys.algorithms.item_links import ItemLinksScorer
from recsys.algorithms.knowledge_graph.config import Config
from recsys.dataset import Csr


class Scorer(ItemLinksScorer):
    """Links summed over the history, each the weighted sum of all paths between two items.

    A path is told from the arrows: `ways` are matrices `(items, items)`, one for each relation and direction, and
    `paths` `(types, 3)` say along which way each type leads, then along which other one (-1: it has one step), and its
    weight.
    """

    def __init__(
        self,
        links: Csr,
        *,
        ways: list[Csr],
        kinds: list[npt.NDArray[np.int32]],
        names: list[tuple[str, bool]],
        sentences: list[str],
        paths: list[tuple[int, int, float]],
    ) -> None:
        super().__init__(links, neighbours_of="history")
        self._ways, self._kinds, self._names, self._sentences, self._paths = ways, kinds, names, sentences, paths

    @classmethod
    def from_arrays(cls, arrays: Arrays, config: Config) -> Self:  # type: ignore[override]  # noqa: ARG003 - all settings went into the arrays
        indptr = take(arrays, "indptr")
        n_items = len(indptr) - 1
        shape = (n_items, n_items)
        links: Csr = sparse.csr_array((take(arrays, "values"), take(arrays, "indices"), indptr), shape=shape)
        names = _texts(take(arrays, "way_names"))
        forward = take(arrays, "way_forward")
        starts = take(arrays, "arrow_indptr")
        if len(starts) != len(names) * n_items + 1 or len(forward) != len(names):
            raise ArtefactCorrupt(
                f"the array 'arrow_indptr' has {len(starts)} entries; expected those of {len(names)} ways over"
                f" {n_items} items"
            )
        tails, values, kinds = (take(arrays, f"arrow_{name}") for name in ("indices", "values", "kinds"))
        edges = [starts[number * n_items : (number + 1) * n_items + 1] for number in range(len(names))]
        spans = [slice(int(edge[0]), int(edge[-1])) for edge in edges]
        return cls(
            links,
            ways=[
                sparse.csr_array((values[span], tails[span], edge - edge[0]), shape=shape)
                for edge, span in zip(edges, spans, strict=True)
            ],
            kinds=[kinds[span] for span in spans],
            names=[(name, bool(ahead)) for name, ahead in zip(names, forward, strict=True)],
            sentences=_texts(take(arrays, "sentences")),
            paths=list(
                zip(
                    take(arrays, "path_first").tolist(),
                    take(arrays, "path_second").tolist(),
                    take(arrays, "path_weights").tolist(),
                    strict=True,
                )
            ),
        )

    def path(self, item: int, target: int) -> tuple[Step, ...]:
        """Give the single path with the most weight; of equal ones the first type's."""
        check_item(item, n_items=self.n_items)
        check_item(target, n_items=self.n_items, name="target")
        best: tuple[float, tuple[tuple[int, int, int], ...]] = (0.0, ())
        for first, second, weight in self._paths:
            found = self._direct(first, item, target) if second < 0 else self._between(first, second, item, target)
            if found is not None and weight * found[0] > best[0]:
                best = (weight * found[0], found[1])
        return tuple(self._step(*arrow) for arrow in best[1])

    def _direct(self, way: int, item: int, target: int) -> tuple[float, tuple[tuple[int, int, int], ...]] | None:
        ends, values = _row(self._ways[way], item)
        place = int(np.searchsorted(ends, target))
        if place == len(ends) or ends[place] != target:
            return None
        return float(values[place]), ((way, item, target),)

    def _between(
        self, first: int, second: int, item: int, target: int
    ) -> tuple[float, tuple[tuple[int, int, int], ...]] | None:
        """The heaviest path over an item between them."""
        ahead, values = _row(self._ways[first], item)
        behind, others = _row(self._into[second], target)
        middles, here, there = np.intersect1d(ahead, behind, assume_unique=True, return_indices=True)
        if not len(middles) or item == target:
            return None
        products = values[here] * others[there]
        heaviest = int(np.argmax(products))
        middle = int(middles[heaviest])
        return float(products[heaviest]), ((first, item, middle), (second, middle, target))

    def _step(self, way: int, start: int, end: int) -> Step:
        relation, forward = self._names[way]
        matrix = self._ways[way]
        place = int(matrix.indptr[start] + np.searchsorted(_row(matrix, start)[0], end))
        kind = int(self._kinds[way][place])
        # Staff's words are about what an arrow leads to.
        sentence = self._sentences[kind] if forward and 0 <= kind < len(self._sentences) else ""
        return Step(relation, forward, end, sentence)

    @cached_property
    def _into(self) -> list[Csr]:
        # [end, start]; made when first asked for, because ranking alone never needs it.
        return [way.T.tocsr() for way in self._ways]


def _row(matrix: Csr, row: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    entries = slice(matrix.indptr[row], matrix.indptr[row + 1])
    return matrix.indices[entries], matrix.data[entries]


def _texts(raw: npt.NDArray[np.int32]) -> list[str]:
    try:
        return raw.astype(np.uint8).tobytes().decode().split("\0")[:-1]
    except UnicodeDecodeError as error:
        raise ArtefactCorrupt("the names of relations are no UTF-8") from error
