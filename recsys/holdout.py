"""Which rows are learned from and which are judged on: the ways to hold rows out, and the one that the gate takes.

Only what the rows to learn from know takes part. Their people and items are the whole vocabulary of both parts, so
that not even the number of items tells what came later; rows of an item that is first seen after the cut are counted
and not asked for, because nothing could recommend it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from marketing.errors import InvalidInput
from marketing.runs.gate import ENOUGH_JUDGED
from recsys.dataset import Interactions, Mask, last_one_out, per_user_holdout, time_cut

# Shares of the rows after the cut, tried in this order until enough people stand on both sides.
SHARES = (0.10, 0.15, 0.20)
LAST_PART = 0.2
RANDOM_PART = 0.2
# More people make the figures hardly more certain, only slower.
MOST_JUDGED = 20_000
SEED = 42


@dataclass(frozen=True, eq=False)
class Holdout:
    """Rows to learn from and rows to judge on, the latter of `customers` people who have some of both."""

    kind: str  # a name of HOLDOUTS
    train: Interactions
    test: Interactions
    customers: int
    description: str
    caveat: str = ""
    unknown_rows: int = 0  # held out, but of items that nobody has in `train`
    unknown_items: int = 0


@dataclass(frozen=True)
class Way:
    """A way to hold rows out. `leak` says how the rows to learn from know of the future; empty when they don't."""

    title: str
    leak: str
    leak_label: str
    hold_out: Callable[[Interactions], Holdout]


def hold_out(interactions: Interactions) -> Holdout:
    """The first cut in time with enough people on both sides; else whichever way has the most people to judge."""
    honest = _best_cut(interactions)
    if honest is not None and honest.customers >= ENOUGH_JUDGED:
        return honest
    straddling = honest.customers if honest else 0
    leaky = _last_part_holdout(interactions, straddling=straddling)
    return leaky if honest is None or leaky.customers > straddling else honest


def hold_out_by(way: str, *, interactions: Interactions) -> Holdout:
    """Hold rows out in the way that is asked for by its name in HOLDOUTS.

    Raises:
        InvalidInput: there is no such way, the rows' times don't allow it, or it leaves nobody to judge.

    """
    check_way(way)
    holdout = HOLDOUTS[way].hold_out(interactions)
    if not holdout.customers:
        raise InvalidInput(
            "holdout", f"{way} leaves nobody to judge, who has both rows to learn from and held-out ones"
        )
    return holdout


def check_way(way: str) -> None:
    if way not in HOLDOUTS:
        raise InvalidInput("holdout", f"{way!r} is not known; expected one of {', '.join(HOLDOUTS)}")


def _by_time(interactions: Interactions) -> Holdout:
    _check_times("time", interactions)
    cut = _best_cut(interactions)
    assert cut is not None
    return cut


def _by_last_one(interactions: Interactions) -> Holdout:
    _check_times("last_one_out", interactions)
    return _split(
        interactions,
        last_one_out(interactions),
        kind="last_one_out",
        told="The newest preference of each customer held out",
    )


def _by_last_part(interactions: Interactions) -> Holdout:
    _check_times("last_part", interactions)
    cut = _best_cut(interactions)
    return _last_part_holdout(interactions, straddling=cut.customers if cut else 0)


def _by_chance(interactions: Interactions) -> Holdout:
    held = per_user_holdout(interactions.users, fraction=RANDOM_PART, seed=SEED)
    return _split(
        interactions,
        held,
        kind="per_user_random",
        told="A random fifth of each customer's preferences held out",
        caveat="Leaky: what a customer did later was learned from, and what others did later too.",
    )


OTHERS_LATER = "what others did after a customer's held-out preferences is learned from"
HOLDOUTS = {
    "time": Way("cut in time", "", "", _by_time),
    "last_one_out": Way("each one's last", OTHERS_LATER, "partly leaky", _by_last_one),
    "last_part": Way("each one's last fifth", OTHERS_LATER, "partly leaky", _by_last_part),
    "per_user_random": Way(
        "random part of each one's", "what the customer, and others, did later is learned from", "leaky", _by_chance
    ),
}


def _check_times(way: str, interactions: Interactions) -> None:
    if not len(interactions) or interactions.times.min() == interactions.times.max():
        raise InvalidInput("holdout", f"{way} needs rows that are newer than others; these have a single time or none")


def _best_cut(interactions: Interactions) -> Holdout | None:
    """The first cut with enough people, else the one with the most; None when all rows are of one instant."""
    cuts = []
    for share in SHARES:
        cut = _time_holdout(interactions, share=share)
        if cut is None or cut.customers >= ENOUGH_JUDGED:
            return cut
        cuts.append(cut)
    return max(cuts, key=lambda cut: cut.customers)


def _time_holdout(interactions: Interactions, *, share: float) -> Holdout | None:
    try:
        newer = time_cut(interactions, fraction=share)
    except InvalidInput:  # all rows are of one instant
        return None
    cut = datetime.fromtimestamp(interactions.times[newer].min(), UTC)
    return _split(interactions, newer, kind="time", told=f"Cut at {cut:%Y-%m-%d %H:%M} UTC")


def _last_part_holdout(interactions: Interactions, *, straddling: int) -> Holdout:
    caveat = (
        f"Leaky: only {straddling:,} customers have preferences on both sides of a common instant, so the last fifth of"
        " each customer's was held out, and what others did later was learned from."
    )
    told = "The last fifth of each customer's preferences held out"
    return _split(interactions, _last_part(interactions), kind="last_part", told=told, caveat=caveat)


def _last_part(interactions: Interactions) -> Mask:
    """Mask of each user's newest fifth of rows, at least one, of users with two rows or more."""
    order = np.lexsort((interactions.times, interactions.users))
    _, first, count = np.unique(interactions.users[order], return_index=True, return_counts=True)
    rank_from_end = np.repeat(first + count, count) - 1 - np.arange(len(order))
    held = np.where(count > 1, np.maximum(np.floor(count * LAST_PART), 1), 0)
    last = np.zeros(len(order), bool)
    last[order] = rank_from_end < np.repeat(held, count)
    return last


def _split(interactions: Interactions, held: Mask, *, kind: str, told: str, caveat: str = "") -> Holdout:
    """Rows to learn from, and those held-out rows whose customer and item are known from them."""
    known_users = _occurring(interactions.users[~held], size=interactions.n_users)
    known_items = _occurring(interactions.items[~held], size=interactions.n_items)
    of_known_user = held & known_users[interactions.users]
    unknown = interactions.items[of_known_user & ~known_items[interactions.items]]
    asked = of_known_user & known_items[interactions.items]
    asked &= _some(interactions.users[asked], size=interactions.n_users)[interactions.users]
    train = _within(interactions, ~held, users=known_users, items=known_items)
    test = _within(interactions, asked, users=known_users, items=known_items)
    customers = len(np.unique(test.users))
    description = f"{told}: {len(train):,} preferences to learn from, {customers:,} customers to judge by."
    unknown_items = len(np.unique(unknown))
    if len(unknown):
        description += (
            f" {len(unknown):,} held-out preferences for {unknown_items:,} items that nobody preferred before can't be"
            " foretold and are not asked for."
        )
    return Holdout(kind, train, test, customers, description, caveat, len(unknown), unknown_items)


def _some(users: npt.NDArray[np.int32], *, size: int) -> Mask:
    """Mask `(size,)` of the users among these, at most MOST_JUDGED of them."""
    distinct = np.unique(users)
    if len(distinct) > MOST_JUDGED:
        distinct = np.random.default_rng(SEED).choice(distinct, MOST_JUDGED, replace=False)
    return _occurring(distinct, size=size)


def _occurring(ids: npt.NDArray[np.int32], *, size: int) -> Mask:
    mask = np.zeros(size, bool)
    mask[ids] = True
    return mask


def _within(interactions: Interactions, rows: Mask, *, users: Mask, items: Mask) -> Interactions:
    """Those rows, in a vocabulary of these users and items alone; their order stays."""
    user_codes, item_codes = np.cumsum(users) - 1, np.cumsum(items) - 1
    return Interactions(
        users=user_codes[interactions.users[rows]],
        items=item_codes[interactions.items[rows]],
        values=interactions.values[rows],
        times=interactions.times[rows],
        n_users=int(users.sum()),
        n_items=int(items.sum()),
        features=interactions.features.within(items) if interactions.features is not None else None,
    )
