import numpy as np
import pytest

from marketing.errors import InvalidInput
from recsys import holdout as module
from recsys.dataset import Interactions
from recsys.holdout import HOLDOUTS, hold_out, hold_out_by


def interactions(users, times, *, items=None):
    """Of everybody the first row is item 0's, the second item 1's and so on, unless items are given."""
    users = np.array(users)
    if items is None:
        items = [(users[:row] == user).sum() for row, user in enumerate(users)]
    items = np.array(items)
    return Interactions(
        users=users,
        items=items,
        values=np.ones(len(users)),
        times=np.array(times, float),
        n_users=int(users.max()) + 1,
        n_items=int(items.max()) + 1,
    )


def test_with_enough_people_on_both_sides_the_cut_is_one_instant():
    # 250 people with nine early rows and one late row each: the newest tenth are the late ones.
    users = np.repeat(np.arange(250), 10)
    times = np.tile([0] * 9 + [100], 250) + np.arange(2500) / 1e6

    holdout = hold_out(interactions(users, times, items=np.arange(2500) % 9))

    assert (holdout.kind, holdout.customers, holdout.caveat) == ("time", 250, "")
    assert (len(holdout.train), len(holdout.test)) == (2250, 250)
    assert holdout.train.times.max() < holdout.test.times.min()


def test_people_without_history_before_the_cut_are_not_judged():
    # As above, with 100 newcomers who have late rows only.
    users = np.concatenate([np.repeat(np.arange(250), 10), np.arange(250, 350)])
    times = np.concatenate([np.tile([0.0] * 9 + [100.0], 250), np.full(100, 100.0)])

    holdout = hold_out(interactions(users, times, items=np.arange(2600) % 9))

    assert holdout.customers == 250
    assert holdout.test.users.max() == 249


def test_where_few_people_straddle_a_cut_each_ones_last_fifth_is_held_out_and_the_leak_is_told():
    # 300 people come one after the other and never again, with ten rows each.
    users = np.repeat(np.arange(300), 10)
    times = np.arange(3000)

    holdout = hold_out(interactions(users, times, items=np.arange(3000) % 7))

    assert (holdout.kind, holdout.customers) == ("last_part", 300)
    assert holdout.caveat.startswith("Leaky: only 0 customers")
    # Of ten rows of each, the last two.
    assert holdout.test.times[:4].tolist() == [8, 9, 18, 19]


def test_of_two_or_three_rows_one_is_held_out_and_of_one_row_none():
    holdout = hold_out(interactions([0, 0, 1, 1, 1, 2], [5, 5, 5, 5, 5, 5], items=[0, 1, 1, 2, 0, 0]))

    assert holdout.kind == "last_part"
    assert holdout.test.users.tolist() == [0, 1]
    assert holdout.customers == 2


def test_with_few_people_a_cut_in_time_is_preferred_when_it_judges_as_many():
    # Both ways judge the same two people.
    users, times = [0, 0, 0, 0, 1, 1, 1, 1, 0, 1], [0, 1, 2, 3, 0, 1, 2, 3, 9, 9]

    holdout = hold_out(interactions(users, times, items=[0, 1, 2, 3, 4, 1, 2, 3, 4, 0]))

    assert (holdout.kind, holdout.customers) == ("time", 2)


def test_when_everybody_has_a_single_row_there_is_nobody_to_judge():
    holdout = hold_out(interactions([0, 1, 2], [1, 2, 3]))

    assert holdout.customers == 0


def test_an_item_first_seen_after_the_cut_is_counted_and_neither_asked_for_nor_known():
    # Items 0, 1, 2 before the instant 9, when user 0 meets item 2 and the new item 3, user 1 the new items 3 and 4.
    users, items = [0, 0, 1, 1, 1, 2, 2, 0, 0, 1, 1], [0, 1, 0, 1, 2, 0, 1, 2, 3, 3, 4]
    times = [0, 1, 0, 1, 2, 0, 1, 9, 9, 9, 9]

    holdout = hold_out_by("time", interactions=interactions(users, times, items=items))

    assert (holdout.unknown_rows, holdout.unknown_items) == (3, 2)
    assert "3 held-out preferences for 2 items that nobody preferred before" in holdout.description
    # User 1 has nothing left to find.
    assert (holdout.customers, len(holdout.test), holdout.test.items.tolist()) == (1, 1, [2])
    assert holdout.train.n_items == holdout.test.n_items == 3


def test_the_vocabulary_is_that_of_the_rows_to_learn_from():
    # Item 1 and user 1 come after the cut; user 2 and item 2 move up into their places.
    users, items, times = [0, 2, 1, 0, 2], [0, 2, 1, 2, 0], [0, 1, 9, 9, 9]

    holdout = hold_out_by("time", interactions=interactions(users, times, items=items))

    assert (holdout.train.n_users, holdout.train.n_items) == (2, 2)
    assert (holdout.train.users.tolist(), holdout.train.items.tolist()) == ([0, 1], [0, 1])
    assert (holdout.test.users.tolist(), holdout.test.items.tolist()) == ([0, 1], [1, 0])
    assert holdout.test.times.tolist() == [9, 9]


def test_the_last_row_of_each_is_held_out():
    users, times, items = [0, 0, 0, 1, 1, 2], [3, 1, 2, 1, 2, 1], [0, 1, 2, 0, 1, 0]

    holdout = hold_out_by("last_one_out", interactions=interactions(users, times, items=items))

    assert (holdout.kind, holdout.customers) == ("last_one_out", 2)
    assert (holdout.test.users.tolist(), holdout.test.items.tolist()) == ([0, 1], [0, 1])


def test_a_random_fifth_is_held_out_only_when_asked_for_and_is_labelled_leaky():
    users, items = np.repeat(np.arange(6), 10), np.arange(60) % 10

    holdout = hold_out_by("per_user_random", interactions=interactions(users, np.zeros(60), items=items))

    assert (holdout.customers, len(holdout.train), len(holdout.test)) == (6, 48, 12)
    assert holdout.caveat.startswith("Leaky: ")
    assert [name for name, way in HOLDOUTS.items() if way.leak_label == "leaky"] == ["per_user_random"]
    assert HOLDOUTS["time"].leak == ""


def test_only_so_many_people_are_judged(monkeypatch):
    monkeypatch.setattr(module, "MOST_JUDGED", 20)
    users, times = np.repeat(np.arange(50), 4), np.tile([0.0, 1.0, 2.0, 9.0], 50)

    holdout = hold_out_by("last_one_out", interactions=interactions(users, times, items=np.arange(200) % 3))

    assert holdout.customers == len(holdout.test) == 20
    assert len(holdout.train) == 150


@pytest.mark.parametrize("way", ["time", "last_one_out", "last_part"])
def test_without_times_a_holdout_by_time_is_refused_by_name(way):
    with pytest.raises(InvalidInput, match=rf"^holdout: {way} needs rows that are newer"):
        hold_out_by(way, interactions=interactions([0, 0, 1, 1], [0, 0, 0, 0]))


def test_a_way_that_leaves_nobody_is_refused():
    with pytest.raises(InvalidInput, match=r"^holdout: last_one_out leaves nobody to judge"):
        hold_out_by("last_one_out", interactions=interactions([0, 1, 2], [1, 2, 3]))


def test_a_way_that_is_not_known_is_refused_with_those_that_are():
    with pytest.raises(InvalidInput, match=r"^holdout: 'monthly' is not known; expected one of time, last_one_out"):
        hold_out_by("monthly", interactions=interactions([0, 0], [1, 2]))
