"""Which rows a candidate is judged on: those after a common cut in time or, where few people straddle it, each one's last."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from marketing.errors import InvalidInput
from marketing.runs.gate import ENOUGH_JUDGED
from recsys.dataset import Interactions, Mask, time_cut

# Shares of the rows after the cut, tried in this order until enough people stand on both sides.
SHARES = (0.10, 0.15, 0.20)
LAST_PART = 0.2
# More people make the figures hardly more certain, only slower.
MOST_JUDGED = 20_000
SEED = 42


@dataclass(frozen=True, eq=False)
class Holdout:
    """Rows to learn from and rows to judge on, the latter of `customers` people who have some of both."""

    kind: str  # "time" or "last_part"
    train: Interactions
    test: Interactions
    customers: int
    description: str
    caveat: str = ""


def hold_out(interactions: Interactions) -> Holdout:
    """The first cut in time with enough people on both sides; else whichever way has the most people to judge."""
    cuts = []
    for share in SHARES:
        cut = _time_holdout(interactions, share=share)
        if cut is not None and cut.customers >= ENOUGH_JUDGED:
            return cut
        cuts.append(cut)
    honest = max((cut for cut in cuts if cut), key=lambda cut: cut.customers, default=None)
    straddling = honest.customers if honest else 0
    leaky = _last_part_holdout(interactions, straddling=straddling)
    return leaky if honest is None or leaky.customers > straddling else honest


def _time_holdout(interactions: Interactions, *, share: float) -> Holdout | None:
    try:
        newer = time_cut(interactions, fraction=share)
    except InvalidInput:  # all rows are of one instant
        return None
    train, test = _split(interactions, newer)
    customers = len(np.unique(test.users))
    cut = datetime.fromtimestamp(interactions.times[newer].min(), UTC)
    description = (
        f"Cut at {cut:%Y-%m-%d %H:%M} UTC: {len(train):,} preferences before it to learn from,"
        f" {customers:,} customers with new ones after it to judge by."
    )
    return Holdout("time", train, test, customers, description)


def _last_part_holdout(interactions: Interactions, *, straddling: int) -> Holdout:
    train, test = _split(interactions, _last_part(interactions))
    customers = len(np.unique(test.users))
    description = (
        f"The last fifth of each customer's preferences held out: {len(train):,} preferences to learn from,"
        f" {customers:,} customers to judge by."
    )
    caveat = (
        f"Leaky: only {straddling:,} customers have preferences on both sides of a common instant, so the last fifth of"
        " each customer's was held out, and what others did later was learned from."
    )
    return Holdout("last_part", train, test, customers, description, caveat)


def _last_part(interactions: Interactions) -> Mask:
    """Mask of each user's newest fifth of rows, at least one, of users with two rows or more."""
    order = np.lexsort((interactions.times, interactions.users))
    _, first, count = np.unique(interactions.users[order], return_index=True, return_counts=True)
    rank_from_end = np.repeat(first + count, count) - 1 - np.arange(len(order))
    held = np.where(count > 1, np.maximum(np.floor(count * LAST_PART), 1), 0)
    last = np.zeros(len(order), bool)
    last[order] = rank_from_end < np.repeat(held, count)
    return last


def _split(interactions: Interactions, held: Mask) -> tuple[Interactions, Interactions]:
    """Rows to learn from, and those held-out rows that somebody with a history before them wants."""
    train = interactions.subset(~held)
    known = np.zeros(interactions.n_users, bool)
    known[train.users] = True
    straddling = np.unique(interactions.users[held & known[interactions.users]])
    if len(straddling) > MOST_JUDGED:
        straddling = np.random.default_rng(SEED).choice(straddling, MOST_JUDGED, replace=False)
    judged = np.zeros(interactions.n_users, bool)
    judged[straddling] = True
    return train, interactions.subset(held & judged[interactions.users])
