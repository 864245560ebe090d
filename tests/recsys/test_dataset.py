import runpy

import numpy as np
import pytest

from marketing.errors import InvalidInput
from recsys.dataset import (
    Interactions,
    Vocabulary,
    by_pair,
    encode,
    last_one_out,
    per_user_holdout,
    sequences,
    time_cut,
)


def interactions(*, users=(0, 0, 1), items=(0, 1, 1), values=None, times=None, n_users=2, n_items=2):
    return Interactions(
        users=np.array(users, dtype=None if len(users) else np.int32),
        items=np.array(items, dtype=None if len(items) else np.int32),
        values=np.ones(len(users)) if values is None else np.array(values),
        times=np.zeros(len(users)) if times is None else np.array(times),
        n_users=n_users,
        n_items=n_items,
    )


class TestInteractions:
    def test_the_matrix_sums_rows_of_one_user_and_item(self):
        rows = interactions(users=[0, 0, 1], items=[1, 1, 0], values=[2.0, 3.0, 1.0])

        matrix = rows.matrix()

        assert matrix.dtype == np.float32
        assert matrix.toarray().tolist() == [[0.0, 5.0], [1.0, 0.0]]

    def test_wider_numbers_are_narrowed_to_what_the_algorithms_take(self):
        rows = interactions(users=np.array([0, 1], np.int64), items=np.array([1, 0], np.uint8), values=[1, 2])

        assert (rows.users.dtype, rows.items.dtype) == (np.int32, np.int32)
        assert (rows.values.dtype, rows.times.dtype) == (np.float32, np.float64)

    def test_a_subset_keeps_the_vocabulary(self):
        rows = interactions()

        subset = rows.subset(np.array([False, False, True]))

        assert (subset.users.tolist(), subset.items.tolist()) == ([1], [1])
        assert subset.matrix().shape == (2, 2)

    @pytest.mark.parametrize("mask", [np.array([True]), np.array([0, 1, 2])])
    def test_a_mask_that_does_not_fit_is_refused_by_name(self, mask):
        with pytest.raises(InvalidInput, match=r"^mask: .*expected booleans of shape"):
            interactions().subset(mask)

    @pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, -1.0, 0.0, 1e7, 1e-60])
    def test_a_strength_that_is_not_a_positive_number_is_refused_with_its_row(self, value):
        with pytest.raises(InvalidInput, match=r"^values: row 1 is .* \(1 such rows\); expected"):
            interactions(values=[1.0, value, 2.0])

    @pytest.mark.parametrize("time", [np.nan, np.inf, -np.inf])
    def test_a_time_that_is_not_finite_is_refused_with_its_row(self, time):
        with pytest.raises(InvalidInput, match=r"^times: row 2 is .*; expected finite numbers"):
            interactions(times=[0.0, 1.0, time])

    @pytest.mark.parametrize("field", ["users", "items"])
    @pytest.mark.parametrize("wrong", [-1, 2, 1_000_000_007, 2**40])
    def test_an_id_outside_the_vocabulary_is_refused_with_its_row(self, field, wrong):
        with pytest.raises(InvalidInput, match=rf"^{field}: row 0 is {wrong} .*expected dense ids from 0 to 1"):
            interactions(**{field: [wrong, 0, 1]})

    @pytest.mark.parametrize("field", ["users", "items", "values", "times"])
    @pytest.mark.parametrize("wrong", [["a", "b", "c"], [[0, 1, 0]], [True, True, True], [None, 1, 1]])
    def test_a_column_of_another_kind_or_shape_is_refused_by_name(self, field, wrong):
        with pytest.raises(InvalidInput, match=f"^{field}: "):
            interactions(**{field: np.array(wrong)})

    @pytest.mark.parametrize("field", ["items", "values", "times"])
    def test_a_column_of_another_length_is_refused_by_name(self, field):
        with pytest.raises(InvalidInput, match=f"^{field}: has 2 rows; expected 3"):
            interactions(**{field: [1, 1]})

    @pytest.mark.parametrize("field", ["n_users", "n_items"])
    @pytest.mark.parametrize("size", [-1, 1.5, "2", None, True, 2**31])
    def test_a_size_that_is_no_count_is_refused_by_name(self, field, size):
        with pytest.raises(InvalidInput, match=f"^{field}: is .*expected a whole number"):
            interactions(**{field: size})

    def test_an_empty_set_has_an_empty_matrix_but_nothing_to_learn_from(self):
        rows = interactions(users=[], items=[])

        assert rows.matrix().nnz == 0
        with pytest.raises(InvalidInput, match=r"^interactions: the set is empty"):
            rows.training_matrix()


class TestEncoding:
    def test_ids_far_apart_become_neighbours(self):
        encoded = encode(users=[1_000_000_007, 5, 5], items=[2**62, 7, 2**62])

        assert encoded.users.ids.tolist() == [5, 1_000_000_007]
        assert encoded.interactions.users.tolist() == [1, 0, 0]
        assert encoded.items.ids.tolist() == [7, 2**62]
        assert encoded.interactions.items.tolist() == [1, 0, 1]
        assert encoded.interactions.matrix().shape == (2, 2)

    def test_texts_are_ids_too(self):
        encoded = encode(users=["b", "a", "é"], items=["x", "x", "y"], values=[1, 2, 3], times=[4, 5, 6])

        assert encoded.users.ids.tolist() == ["a", "b", "é"]
        assert encoded.interactions.users.tolist() == [1, 0, 2]
        assert encoded.interactions.times.tolist() == [4.0, 5.0, 6.0]

    def test_an_unknown_id_has_the_code_minus_one(self):
        vocabulary = Vocabulary.of([5, 1_000_000_007])

        assert vocabulary.codes([6, 1_000_000_007, 2**60, -3]).tolist() == [-1, 1, -1, -1]

    def test_an_empty_vocabulary_knows_nothing(self):
        assert Vocabulary.of(np.array([], np.int64)).codes([1, 2]).tolist() == [-1, -1]
        assert len(encode(users=[], items=[]).interactions) == 0

    @pytest.mark.parametrize("column", ["users", "items"])
    @pytest.mark.parametrize("ids", [[1.5, 2.0], [np.nan, 1.0], [None, 1], [True, False], [2**63, 2**63 + 1]])
    def test_ids_that_are_neither_whole_numbers_nor_texts_are_refused_by_name(self, column, ids):
        columns = {"users": [1, 2], "items": [1, 2], column: ids}

        with pytest.raises(InvalidInput, match=f"^{column}: "):
            encode(**columns)

    def test_texts_are_not_looked_up_among_numbers(self):
        with pytest.raises(InvalidInput, match=r"^customer: holds .* ids; this vocabulary knows int64 ids"):
            Vocabulary.of([1, 2]).codes(["1"], field="customer")


class TestPerUserHoldout:
    def test_each_user_gives_the_floor_of_the_fraction(self):
        users = np.repeat([3, 8, 9], [4, 5, 11])

        test = per_user_holdout(users, fraction=0.2)

        # floor(.2 * 4) = 0, floor(.2 * 5) = 1, floor(.2 * 11) = 2
        assert [int(test[users == user].sum()) for user in (3, 8, 9)] == [0, 1, 2]

    def test_the_rows_are_pinned(self):
        users = np.array([7, 1, 7, 1, 7, 1, 7, 1, 7, 1, 7, 7])

        assert np.flatnonzero(per_user_holdout(users, fraction=0.5, seed=42)).tolist() == [1, 4, 8, 9, 10]
        assert np.flatnonzero(per_user_holdout(users, fraction=0.5, seed=43)).tolist() == [1, 2, 4, 5, 8]

    def test_it_is_the_published_split(self, data_folder):
        published = runpy.run_path(str(data_folder("ml-100k").parent / "splits.py"))
        ratings = np.loadtxt(data_folder("ml-100k") / "ml-100k.inter", skiprows=1)
        users = ratings[ratings[:, 2] >= 4, 0].astype(int)

        for seed in (42, 46):
            test = per_user_holdout(users, seed=seed)

            assert np.array_equal(test, published["per_user_holdout"](users, seed=seed))
            assert test.sum() == 10_696

    @pytest.mark.parametrize("fraction", [0.0, 1.0, -0.1, 2.0, np.nan])
    def test_a_fraction_that_leaves_one_side_empty_is_refused(self, fraction):
        with pytest.raises(InvalidInput, match=r"^fraction: "):
            per_user_holdout(np.array([1, 1]), fraction=fraction)


class TestTimeCut:
    def test_the_newest_rows_of_all_users_are_the_test(self):
        rows = interactions(users=[0, 1, 0, 1, 0], items=[0, 1, 0, 1, 0], times=[50, 10, 40, 20, 30])

        assert np.flatnonzero(time_cut(rows, fraction=0.4)).tolist() == [0, 2]

    def test_rows_of_one_instant_stay_on_one_side(self):
        rows = interactions(users=[0] * 5, items=[0] * 5, times=[10, 20, 20, 20, 30])

        # Two rows would be 40%, but the second of them shares its instant with two others.
        assert np.flatnonzero(time_cut(rows, fraction=0.4)).tolist() == [4]

    def test_a_crowded_newest_instant_is_the_test_as_a_whole(self):
        rows = interactions(users=[0] * 4, items=[0] * 4, times=[10, 30, 30, 30])

        assert np.flatnonzero(time_cut(rows, fraction=0.25)).tolist() == [1, 2, 3]

    def test_rows_without_different_times_are_refused(self):
        with pytest.raises(InvalidInput, match=r"^times: no row is newer than another"):
            time_cut(interactions())
        with pytest.raises(InvalidInput, match=r"^times: no row is newer than another"):
            time_cut(interactions(users=[], items=[]))


class TestLastOneOut:
    def test_each_user_gives_the_newest_row_and_keeps_an_only_one(self):
        rows = interactions(users=[1, 0, 1, 0, 2], items=[0] * 5, times=[9, 5, 3, 7, 1], n_users=3)

        assert np.flatnonzero(last_one_out(rows)).tolist() == [0, 3]

    def test_of_one_instant_the_later_row_counts(self):
        rows = interactions(users=[0, 0, 0], items=[0, 1, 0], times=[5, 5, 1])

        assert np.flatnonzero(last_one_out(rows)).tolist() == [1]


class TestSequences:
    def test_the_newest_items_come_last_and_nothing_fills_the_front(self):
        # User 0 meets 2, then 0, then 1; user 1 meets 1 alone.
        rows = encode(users=[0, 0, 1, 0], items=[0, 1, 1, 2], times=[2, 3, 5, 1]).interactions

        assert sequences(rows, length=2).tolist() == [[0, 1], [-1, 1]]
        assert sequences(rows, length=4).tolist() == [[-1, 2, 0, 1], [-1, -1, -1, 1]]

    def test_of_one_instant_the_later_row_is_newer(self):
        rows = encode(users=[0, 0], items=[1, 0]).interactions

        assert sequences(rows, length=2).tolist() == [[1, 0]]

    def test_people_without_rows_have_empty_ones(self):
        rows = encode(users=[0, 1], items=[0, 1]).interactions.subset(np.array([False, True]))

        assert sequences(rows, length=1).tolist() == [[-1], [1]]


class TestPairs:
    def test_rows_of_one_user_and_item_stand_together_by_time(self):
        rows = encode(users=[1, 0, 1, 1], items=[0, 0, 1, 0], times=[9, 1, 2, 3]).interactions

        order, first = by_pair(rows)

        # (0, 0); (1, 0) at 3 and at 9; (1, 1)
        assert (order.tolist(), first.tolist()) == ([1, 3, 0, 2], [0, 1, 3])

    def test_no_rows_have_no_pairs(self):
        rows = encode(users=[0], items=[0]).interactions.subset(np.array([False]))

        order, first = by_pair(rows)

        assert (len(order), len(first)) == (0, 0)
