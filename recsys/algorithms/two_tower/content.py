"""What is known of items besides who has them, as one row of numbers each."""

import numpy as np
import numpy.typing as npt

from recsys.item_features import ItemFeatures


def content_of(features: ItemFeatures | None) -> npt.NDArray[np.float32]:
    """Vectors of the text and labels side by side `(items, d + l)`, each part of length 1; `(0, 0)` without any.

    Labels are weighed by how rare they are, as words are: what all items have tells nothing.
    """
    if features is None:
        return np.zeros((0, 0), np.float32)
    labels = features.labels
    owners = np.bincount(labels.indices, minlength=labels.shape[1])
    rareness = np.log1p(len(features) / np.maximum(owners, 1)).astype(np.float32)
    dense = labels.toarray() * rareness
    lengths = np.linalg.norm(dense, axis=1, keepdims=True)
    unit = np.divide(dense, lengths, out=np.zeros_like(dense), where=lengths > 0)
    return np.concatenate((features.vectors, unit), axis=1, dtype=np.float32)
