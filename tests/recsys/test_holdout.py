import numpy as np

from recsys.dataset import Interactions
from recsys.holdout import hold_out


def interactions(users, times, *, items=None):
    users = np.array(users)
    items = np.arange(len(users)) if items is None else np.array(items)
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

    holdout = hold_out(interactions(users, times))

    assert (holdout.kind, holdout.customers, holdout.caveat) == ("time", 250, "")
    assert (len(holdout.train), len(holdout.test)) == (2250, 250)
    assert holdout.train.times.max() < holdout.test.times.min()


def test_people_without_history_before_the_cut_are_not_judged():
    # As above, with 100 newcomers who have late rows only.
    users = np.concatenate([np.repeat(np.arange(250), 10), np.arange(250, 350)])
    times = np.concatenate([np.tile([0.0] * 9 + [100.0], 250), np.full(100, 100.0)])

    holdout = hold_out(interactions(users, times))

    assert holdout.customers == 250
    assert holdout.test.users.max() == 249


def test_where_few_people_straddle_a_cut_each_ones_last_fifth_is_held_out_and_the_leak_is_told():
    # 300 people come one after the other and never again, with ten rows each.
    users = np.repeat(np.arange(300), 10)
    times = np.arange(3000)

    holdout = hold_out(interactions(users, times))

    assert (holdout.kind, holdout.customers) == ("last_part", 300)
    assert holdout.caveat.startswith("Leaky: only 0 customers")
    # Of ten rows of each, the last two.
    assert holdout.test.times[:4].tolist() == [8, 9, 18, 19]


def test_of_two_or_three_rows_one_is_held_out_and_of_one_row_none():
    holdout = hold_out(interactions([0, 0, 1, 1, 1, 2], [5, 5, 5, 5, 5, 5]))

    assert holdout.kind == "last_part"
    assert holdout.test.users.tolist() == [0, 1]
    assert holdout.customers == 2


def test_with_few_people_a_cut_in_time_is_preferred_when_it_judges_as_many():
    # Both ways judge the same two people.
    users, times = [0, 0, 0, 0, 1, 1, 1, 1, 0, 1], [0, 1, 2, 3, 0, 1, 2, 3, 9, 9]

    holdout = hold_out(interactions(users, times))

    assert (holdout.kind, holdout.customers) == ("time", 2)


def test_when_everybody_has_a_single_row_there_is_nobody_to_judge():
    holdout = hold_out(interactions([0, 1, 2], [1, 2, 3]))

    assert holdout.customers == 0
