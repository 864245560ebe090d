"""Which texts are worth a person's look: those that a model is least sure of, and no two that say the same."""

import numpy as np
import numpy.typing as npt

from marketing.text.encoders import Vectors

# Texts nearer than this say the same.
SAME = 0.95


def least_sure(probabilities: npt.NDArray[np.float32], vectors: Vectors, *, k: int) -> list[int]:
    """Places of at most `k` texts with the smallest margin between their two likeliest classes (Scheffer et al. 2001).

    `probabilities` are `(texts, classes)`, `vectors` `(texts, dimensions)` of unit length. The least sure comes first;
    what is nearly the same as one before is passed over.
    """
    if probabilities.shape[1] < 2:
        return []
    best = np.partition(probabilities, -2, axis=1)[:, -2:]
    chosen: list[int] = []
    for place in np.argsort(best[:, 1] - best[:, 0], kind="stable").tolist():
        if len(chosen) == k:
            break
        if not chosen or float((vectors[chosen] @ vectors[place]).max()) < SAME:
            chosen.append(place)
    return chosen
