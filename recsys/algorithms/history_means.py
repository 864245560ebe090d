"""People as the mean of what they have, each item by its weight."""

import numpy as np
from scipy import sparse

from recsys.algorithms.contract import Scores, check_history
from recsys.dataset import Csr


def known_history(history: Csr, *, n_items: int) -> Csr:
    """Give the entries above zero, each item at most once a person."""
    checked = check_history(history, n_items=n_items)
    if checked.data.min(initial=1.0) > 0:
        return checked
    kept: Csr = sparse.csr_array(
        (np.maximum(checked.data, 0), checked.indices, checked.indptr), shape=checked.shape, copy=True
    )
    kept.eliminate_zeros()
    return kept


def history_means(history: Csr, rows: Scores) -> Scores:
    """Weighted means `(users, k)` of `rows` `(items, k)` over a history without zeros; zeros for who has nothing."""
    # Divided before they are summed: weights of a million must not drown the small ones in 32 bits.
    totals = (
        np.add.reduceat(np.append(history.data, 0).astype(np.float64), history.indptr[:-1])
        if history.shape[0]
        else np.empty(0)
    )
    shares = history.data / np.repeat(totals, np.diff(history.indptr))
    mean: Csr = sparse.csr_array((shares.astype(np.float32), history.indices, history.indptr), shape=history.shape)
    means: Scores = np.asarray(mean @ rows, np.float32)
    return means
