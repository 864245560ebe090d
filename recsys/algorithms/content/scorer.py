"""Scores from what items of a history ask for and candidates offer."""

from typing import Any, Self

import numpy as np
import numpy.typing as npt

from marketing.errors import ArtefactCorrupt
from recsys.algorithms.content.config import Config
from recsys.algorithms.contract import Arrays, Scores, check_history, check_item, strongest, take
from recsys.dataset import Csr


class Scorer:
    """An item of which nothing is known, no text, no label and nobody who preferred it, scores 0."""

    def __init__(self, *, asking: Scores, offering: Scores) -> None:
        self.n_items = len(asking)
        self._asking, self._offering = asking, offering  # (items, dimensions)

    @classmethod
    def from_arrays(cls, arrays: Arrays, config: Config) -> Self:  # noqa: ARG003 - all settings went into the arrays
        asking, offering = take(arrays, "asking", ndim=2), take(arrays, "offering", ndim=2)
        if asking.shape != offering.shape:
            raise ArtefactCorrupt(f"the array 'offering' has shape {offering.shape}; expected {asking.shape}")
        return cls(asking=asking, offering=offering)

    def score(self, history: Csr) -> Scores:
        wanted = check_history(history, n_items=self.n_items) @ self._asking
        scores: Scores = (wanted @ self._offering.T).astype(np.float32, copy=False)
        return scores

    def explain(self, items: npt.NDArray[np.integer[Any]], weights: npt.NDArray[Any], target: int) -> int | None:
        target = check_item(target, n_items=self.n_items, name="target")
        return strongest(np.asarray(weights) * (self._asking[items] @ self._offering[target]))

    def similar(self, item: int) -> Scores | None:
        """Cosine of what they offer."""
        own = self._offering[check_item(item, n_items=self.n_items)]
        lengths = np.linalg.norm(self._offering, axis=1) * np.linalg.norm(own)
        products = self._offering @ own
        similarities: Scores = np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
        similarities[item] = 0.0
        return similarities
