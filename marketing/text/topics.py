"""Which topic a text is about: the nearest centroid, if it is near enough."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

# Below this cosine a text is about none of the topics.
LEAST_SIMILARITY: Final = 0.4

Vectors = npt.NDArray[np.float32]
NONE: Final = -1


def nearest(vectors: Vectors, centroids: Vectors, *, floor: float = LEAST_SIMILARITY) -> npt.NDArray[np.int64]:
    """Place of each text's nearest centroid `(texts,)`, -1 where none is as near as `floor`.

    `vectors` `(texts, dimensions)` and `centroids` `(topics, dimensions)` have unit rows; a text that says nothing has a
    zero row, and so no topic.
    """
    if not len(centroids) or not len(vectors):
        return np.full(len(vectors), NONE, np.int64)
    similarity = np.asarray(vectors @ centroids.T)
    best = similarity.argmax(axis=1)
    near = similarity[np.arange(len(best)), best] >= floor
    return np.where(near, best, NONE)


def matched(new: Vectors, old: Vectors, *, floor: float) -> npt.NDArray[np.int64]:
    """Which old centroid each new one continues `(new,)`, -1 for none; each old one at most once, the nearest pair first."""
    places = np.full(len(new), NONE, np.int64)
    if not len(new) or not len(old):
        return places
    similarity: npt.NDArray[Any] = np.asarray(new @ old.T).astype(np.float64)
    for _ in range(min(similarity.shape)):
        row, column = np.unravel_index(similarity.argmax(), similarity.shape)
        if similarity[row, column] < floor:
            break
        places[row] = column
        similarity[row, :] = similarity[:, column] = -np.inf
    return places
