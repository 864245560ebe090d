from datetime import UTC, datetime, timedelta
from itertools import permutations

from marketing.cleaning.duplicates import near_duplicates

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def told(same, seconds, key):
    return same, NOON + timedelta(seconds=seconds), key


def test_of_what_repeats_within_the_window_the_earliest_counts_in_any_order():
    # a at 0 counts; b at 2 is within 2 s of it; c at 3 is not, counts, and takes d at 3 with it, whose key is larger.
    events = [told("x", 0, "a"), told("x", 2, "b"), told("x", 3, "c"), told("x", 3, "d"), told("y", 0, "e")]

    found = {frozenset(near_duplicates(order, window=timedelta(seconds=2))) for order in permutations(events)}

    assert found == {frozenset({"b", "d"})}
