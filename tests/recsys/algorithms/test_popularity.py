import numpy as np
from scipy import sparse

from recsys.algorithms import config_class, load_fit, load_scorer
from recsys.dataset import encode


def test_an_item_counts_each_user_once_however_often_they_met():
    rows = encode(users=[1, 1, 1, 2, 3], items=[10, 10, 10, 20, 20], values=[5, 5, 5, 1, 1]).interactions
    config = config_class("popularity")()

    scorer = load_scorer("popularity").from_arrays(load_fit("popularity")(rows, config), config)

    # Item 10 has one user, item 20 two.
    assert scorer.score(sparse.csr_array(np.zeros((2, 2), np.float32))).tolist() == [[1.0, 2.0], [1.0, 2.0]]
    assert scorer.explain(np.array([0]), np.ones(1), 1) is None
    assert scorer.similar(0) is None
