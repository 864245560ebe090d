"""Which customers are judged apart: by how long their history is, and those whose taste is unlike most others'."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from recsys.dataset import Mask

# Items in the history that was learned from. With fewer than NEW_BELOW there is hardly a taste to see; from LOYAL_FROM
# on one more changes little.
NEW_BELOW = 5
LOYAL_FROM = 20
# This share of the judged customers, those whose histories are the least likely, counts as unlike the others.
UNLIKE_SHARE = 0.1


class Segment(NamedTuple):
    title: str
    explain: str


# In the order in which they are shown.
SEGMENTS = {
    "new": Segment("New", f"fewer than {NEW_BELOW} items in the history"),
    "casual": Segment("Casual", f"{NEW_BELOW} to {LOYAL_FROM - 1} items in the history"),
    "loyal": Segment("Loyal", f"{LOYAL_FROM} items or more in the history"),
    "unlike": Segment("Unlike the others", "the tenth whose histories hold the least popular items"),
}


def segments(*, history_length: npt.NDArray[np.int64], history_surprise: npt.NDArray[np.float64]) -> dict[str, Mask]:
    """Masks `(users,)` of those segments that anybody is in.

    `history_surprise` `(users,)` is the mean self-information of the history's items. Under the popularity of items
    alone, a history's likelihood per item is 2 to the power of minus that, so that the customers unlike the others are
    the tenth where it is largest; of equal ones the earlier. The length of a history plays no part in it.
    """
    unlike = np.zeros(len(history_surprise), bool)
    unlike[np.argsort(-history_surprise, kind="stable")[: int(UNLIKE_SHARE * len(unlike))]] = True
    masks = {
        "new": history_length < NEW_BELOW,
        "casual": (history_length >= NEW_BELOW) & (history_length < LOYAL_FROM),
        "loyal": history_length >= LOYAL_FROM,
        "unlike": unlike,
    }
    return {name: mask for name, mask in masks.items() if mask.any()}
