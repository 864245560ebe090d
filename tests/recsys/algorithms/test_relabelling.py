import numpy as np

from recsys.algorithms.relabelling import Relabelling
from recsys.dataset import Interactions

# Items 4 (three times), 0 and 2 (once each); users 3 (three times), 0 and 1 (once each). Of 5 items and 5 users.
ROWS = Interactions(
    users=np.array([3, 3, 3, 0, 1]),
    items=np.array([4, 0, 2, 4, 4]),
    values=np.array([1, 2, 3, 4, 5]),
    times=np.zeros(5),
    n_users=5,
    n_items=5,
)


def test_the_busiest_come_first_and_those_without_entries_are_left_out():
    relabelling = Relabelling.of(ROWS)

    assert relabelling.items.tolist() == [4, 0, 2]
    assert relabelling.users.tolist() == [3, 0, 1]


def test_the_rows_are_the_same_under_other_labels():
    relabelled = Relabelling.of(ROWS).applied(ROWS)

    # By users 3, 0, 1 and items 4, 0, 2.
    assert relabelled.matrix().toarray().tolist() == [[1, 2, 3], [4, 0, 0], [5, 0, 0]]


def test_rows_of_items_go_back_to_their_codes():
    restored = Relabelling.of(ROWS).items_restored(np.array([[4.0], [10.0], [2.0]]), n_items=5)

    assert restored.tolist() == [[10], [0], [2], [0], [4]]
