"""Topics without labels: texts that lie together, and the words that set each group apart."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from marketing.text.segmentation import PARTICLES, words
from marketing.text.stop_words import STOP_WORDS
from marketing.text.topics import NONE, Vectors

# Fewer texts are no topic, and of fewer than two of those nothing can be found.
LEAST_TEXTS: Final = 8
MOST_TOPICS: Final = 24
# How many topics there are is judged on so many texts at most; the silhouette is quadratic in them.
JUDGED_TEXTS: Final = 1_500
TERMS: Final = 8
# A word of one letter, or of digits, says nothing.
LEAST_LETTERS: Final = 2

Report = Callable[[float], None]


@dataclass(frozen=True, eq=False)
class Topics:
    """`centroids` `(topics, dimensions)` unit rows; `assignment` `(texts,)` places of centroids, -1 for no topic.

    The largest topic comes first.
    """

    centroids: Vectors
    terms: tuple[tuple[str, ...], ...]
    assignment: npt.NDArray[np.int64]

    @property
    def sizes(self) -> list[int]:
        counts = np.bincount(self.assignment[self.assignment >= 0], minlength=len(self.centroids))
        return [int(count) for count in counts]


def discover(
    texts: Sequence[str], vectors: Vectors, *, seed: int = 0, most: int = MOST_TOPICS, progress: Report | None = None
) -> Topics:
    """Topics of texts with vectors `(texts, dimensions)`; none where there is too little to find any in.

    k-means on the sphere, whose k is the one of the best mean silhouette (Rousseeuw 1987); terms by class-based TF-IDF
    (Grootendorst 2022, §3.3). Texts without words, whose rows are zero, belong to no topic.
    """
    said = np.flatnonzero(np.linalg.norm(vectors, axis=1) > 0)
    distinct = len(np.unique(vectors[said].round(5), axis=0)) if len(said) else 0
    most = min(most, len(said) // LEAST_TEXTS, distinct - 1)
    assignment = np.full(len(texts), NONE, np.int64)
    if most < 2:
        return Topics(np.zeros((0, vectors.shape[1]), np.float32), (), assignment)
    found = _best_of(vectors[said], most=most, seed=seed, progress=progress)
    found = _large_enough(found)
    assignment[said] = found
    count = int(found.max()) + 1
    centroids = np.stack([_unit(vectors[assignment == topic].mean(axis=0)) for topic in range(count)])
    return Topics(centroids.astype(np.float32), _terms(texts, assignment, count=count), assignment)


def _best_of(vectors: Vectors, *, most: int, seed: int, progress: Report | None) -> npt.NDArray[np.int64]:
    """Group of each text, for the number of groups that parts them best."""
    tried: list[tuple[float, npt.NDArray[np.int64]]] = []
    sizes = _numbers(most)
    for place, clusters in enumerate(sizes):
        groups = KMeans(clusters, n_init=3, random_state=seed).fit_predict(vectors).astype(np.int64)
        if len(np.unique(groups)) > 1:
            sample = min(JUDGED_TEXTS, len(vectors))
            score = float(silhouette_score(vectors, groups, sample_size=sample, random_state=seed))
            tried.append((score, groups))
        if progress:
            progress((place + 1) / len(sizes))
    # Of equally good ones the smaller number: fewer topics are easier to name.
    return max(tried, key=lambda one: one[0])[1] if tried else np.zeros(len(vectors), np.int64)


def _numbers(most: int) -> list[int]:
    """Numbers of topics to try: all small ones, then every third or so."""
    numbers = [2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 18, 21, 24]
    return [number for number in numbers if number <= most] or [most]


def _large_enough(groups: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Groups renumbered, the largest first; those of too few texts are no topics."""
    sizes = np.bincount(groups)
    order = np.argsort(-sizes, kind="stable")
    order = order[sizes[order] >= min(LEAST_TEXTS, sizes.max())]
    renumbered = np.full(len(sizes), NONE, np.int64)
    renumbered[order] = np.arange(len(order))
    return renumbered[groups]


def _terms(texts: Sequence[str], assignment: npt.NDArray[np.int64], *, count: int) -> tuple[tuple[str, ...], ...]:
    """Words that are frequent in a topic and not in the others, the most telling first."""
    frequencies = [Counter[str]() for _ in range(count)]
    for text, topic in zip(texts, assignment.tolist(), strict=True):
        if topic != NONE:
            # A text says a word once, so that one who repeats himself does not name the topic.
            frequencies[topic].update({word for word in words(text) if _tells(word)})
    vocabulary = sorted({word for counts in frequencies for word in counts})
    if not vocabulary:
        return ((),) * count
    places = {word: place for place, word in enumerate(vocabulary)}
    rows = [topic for topic, counts in enumerate(frequencies) for _ in counts]
    columns = [places[word] for counts in frequencies for word in counts]
    values = [float(n) for counts in frequencies for n in counts.values()]
    matrix: Any = sparse.csr_array((values, (rows, columns)), shape=(count, len(vocabulary)))
    everywhere = np.asarray(matrix.sum(axis=0)).ravel()
    mean_length = everywhere.sum() / count
    scores = matrix.toarray() * np.log1p(mean_length / everywhere)
    return tuple(_strongest(row, vocabulary) for row in scores)


def _strongest(scores: npt.NDArray[Any], vocabulary: list[str]) -> tuple[str, ...]:
    order = np.argsort(-scores, kind="stable")
    chosen: list[str] = []
    for place in order.tolist():
        word = vocabulary[place]
        if scores[place] <= 0 or len(chosen) == TERMS:
            break
        # A Chinese word comes with the shorter words within it.
        if word.isascii() or not any(word in other or other in word for other in chosen):
            chosen.append(word)
    return tuple(chosen)


def _tells(word: str) -> bool:
    return len(word) >= LEAST_LETTERS and not word.isdigit() and word not in STOP_WORDS and word not in PARTICLES


def _unit(vector: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    norm = float(np.linalg.norm(vector))
    return vector / norm if norm else vector
