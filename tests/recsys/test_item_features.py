import numpy as np
import pytest

from marketing.errors import InvalidInput
from recsys.dataset import Interactions, encode
from recsys.item_features import ItemFeatures, Relations, as_labels, unit_rows

VECTORS = np.array([[1, 0], [0, 1], [0, 0]], np.float32)
LABELS = as_labels(np.array([0, 1, 1], np.int32), np.array([0, 0, 1], np.int32), shape=(3, 2))


def relations(*arrows):
    """(head, kind, tail) of the kinds “fits” and “replaces”, each of weight 1."""
    heads, kinds, tails = np.array(arrows, np.int32).reshape(-1, 3).T
    return Relations(heads, kinds, tails, np.ones(len(arrows), np.float32), ("fits", "replaces"))


def features(**changed):
    return ItemFeatures(
        **{"vectors": VECTORS, "labels": LABELS, "relations": relations((0, 0, 1), (1, 1, 2)), **changed}
    )


def test_a_part_of_the_items_is_renumbered_and_keeps_what_lies_within_it():
    part = features().within(np.array([False, True, True]))

    assert part.vectors.tolist() == [[0, 1], [0, 0]]
    assert part.labels.toarray().tolist() == [[1, 1], [0, 0]]
    # 1 –replaces→ 2 is now 0 –replaces→ 1; 0 –fits→ 1 has lost its head.
    assert (part.relations.heads.tolist(), part.relations.kinds.tolist(), part.relations.tails.tolist()) == (
        [0],
        [1],
        [1],
    )
    assert part.relations.names == ("fits", "replaces")


def test_a_label_that_is_named_twice_counts_once():
    twice = as_labels(np.array([0, 0], np.int32), np.array([1, 1], np.int32), shape=(1, 2))

    assert twice.toarray().tolist() == [[0, 1]]


def test_rows_get_unit_length_and_zeros_stay():
    assert unit_rows(np.array([[3, 4], [0, 0]])).tolist() == [pytest.approx([0.6, 0.8]), [0, 0]]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"labels": as_labels(np.empty(0, np.int32), np.empty(0, np.int32), shape=(2, 1))}, "a row of each"),
        ({"vectors": np.full((3, 2), np.nan, np.float32)}, "NaN"),
        ({"relations": relations((0, 0, 3))}, "relate item 3"),
    ],
)
def test_features_that_are_not_of_these_items_are_refused(changed, told):
    with pytest.raises(InvalidInput, match=told):
        features(**changed)


class TestOfInteractions:
    ROWS = encode(users=[0, 0, 1], items=[0, 1, 2]).interactions

    def interactions(self, **changed):
        rows = self.ROWS
        return Interactions(
            **{
                "users": rows.users,
                "items": rows.items,
                "values": rows.values,
                "times": rows.times,
                "n_users": 2,
                "n_items": 3,
                "features": features(),
                **changed,
            }
        )

    def test_a_subset_of_the_rows_keeps_them(self):
        rows = self.interactions()

        assert rows.subset(np.array([True, False, False])).known_features() is rows.features

    def test_they_must_be_of_as_many_items(self):
        with pytest.raises(InvalidInput, match="of 3 items; expected 4"):
            self.interactions(n_items=4)

    def test_where_nothing_is_known_asking_says_so(self):
        with pytest.raises(InvalidInput, match="nothing is known of the items"):
            self.ROWS.known_features()
