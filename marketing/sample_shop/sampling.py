"""Drawing one column a row."""

import numpy as np
from numpy.typing import NDArray


def pick_columns(logits: NDArray[np.floating], *, rng: np.random.Generator) -> NDArray[np.intp]:
    """One column of each row, drawn with probability softmax(row). Shape (rows, columns) → (rows,).

    A column at minus infinity is never drawn; a row needs at least one above it.
    """
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    totals = np.cumsum(weights, axis=1, dtype=np.float64)
    # Strictly below the row's total, so that a trailing column of weight 0 is never reached.
    aims = rng.random(len(logits)) * np.nextafter(totals[:, -1], 0)
    return np.asarray((totals <= aims[:, None]).sum(axis=1), dtype=np.intp)
