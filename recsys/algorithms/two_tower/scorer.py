"""Scores of two towers: the items' vectors are there, people's are made of their history."""

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse, special

from recsys.algorithms.contract import Arrays, Scores, check_item, strongest, take
from recsys.algorithms.directions import cosines, directions
from recsys.algorithms.history_means import history_means, known_history
from recsys.algorithms.shapes import check_shape
from recsys.algorithms.two_tower.config import Config
from recsys.dataset import Csr

# Scale of log(1 + number of items), which then is about 1 for a busy customer.
ACTIVITY = 0.2

Layer = tuple[Scores, Scores]


class Scorer:
    def __init__(self, items: Scores, *, biases: Scores, first: Layer, second: Layer, recent: int) -> None:
        self.n_items = len(items)
        self.sequence_length = recent
        self._items = items  # [items, k]
        self._biases = biases
        self._first = first
        self._second = second

    @classmethod
    def from_arrays(cls, arrays: Arrays, config: Config) -> Self:
        items, biases = take(arrays, "items", ndim=2), take(arrays, "biases")
        size = items.shape[1]
        check_shape("biases", biases, expected=items.shape[:1])
        shapes = {"first": (config.hidden, 2 * size + 1), "second": (size, config.hidden)}
        layers = {}
        for name, shape in shapes.items():
            weight, bias = take(arrays, f"{name}.weight", ndim=2), take(arrays, f"{name}.bias")
            check_shape(f"{name}.weight", weight, expected=shape)
            check_shape(f"{name}.bias", bias, expected=shape[:1])
            layers[name] = weight, bias
        return cls(items, biases=biases, first=layers["first"], second=layers["second"], recent=config.recent)

    def score(self, history: Csr) -> Scores:
        known = known_history(history, n_items=self.n_items)
        mean = history_means(known, self._items)
        return self._scores(known, mean=mean, newest=mean)

    def score_sequences(self, history: Csr, sequences: npt.NDArray[np.int32]) -> Scores:
        """Scores of people whose newest items are in `sequences`: what they are after just now counts besides."""
        known = known_history(history, n_items=self.n_items)
        mean = history_means(known, self._items)
        newest = self._newest(known, sequences[:, max(sequences.shape[1] - self.sequence_length, 0) :])
        means = history_means(newest, self._items)
        ordered = (np.diff(newest.indptr) > 0)[:, None]
        return self._scores(known, mean=mean, newest=np.where(ordered, means, mean).astype(np.float32))

    def explain(self, items: npt.NDArray[np.integer[Any]], weights: npt.NDArray[Any], target: int) -> int | None:
        """Item whose vector, by its weight, brings the person nearest to the target."""
        target = check_item(target, n_items=self.n_items, name="target")
        return strongest(np.maximum(np.asarray(weights, np.float32), 0) * (self._items[items] @ self._items[target]))

    def similar(self, item: int) -> Scores | None:
        """Cosine of the items' vectors."""
        return cosines(directions(self._items), item=check_item(item, n_items=self.n_items))

    def _scores(self, history: Csr, *, mean: Scores, newest: Scores) -> Scores:
        activity = np.log1p(np.diff(history.indptr)).astype(np.float32)[:, None] * np.float32(ACTIVITY)
        met = np.concatenate((mean, newest, activity), axis=1) @ self._first[0].T + self._first[1]
        people = mean + (met * special.expit(met)) @ self._second[0].T + self._second[1]
        scores: Scores = (people @ self._items.T).astype(np.float32, copy=False)
        scores += self._biases
        return scores

    def _newest(self, history: Csr, sequences: npt.NDArray[np.int32]) -> Csr:
        """The newest items as a history of their own, without those that the whole one has not got."""
        users, places = np.nonzero(sequences >= 0)
        items = sequences[users, places]
        owners = np.repeat(np.arange(history.shape[0]), np.diff(history.indptr))
        own = np.isin(users * self.n_items + items, owners * self.n_items + history.indices)
        ones = np.ones(int(own.sum()), np.float32)
        newest: Csr = sparse.csr_array((ones, (users[own], items[own])), shape=history.shape)
        newest.sum_duplicates()
        return newest
