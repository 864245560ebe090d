"""What is trending now, kept in this process for a while."""

from dataclasses import dataclass
from uuid import UUID

import numpy as np
import numpy.typing as npt

from recsys import selectors
from recsys.item_ids import as_ids
from recsys.serving.refreshed import Refreshed

# How many trending items are kept, so that a list behind a narrow filter has its trends too. They are counted anyway: ten
# times as many cost no more time, and less than a MiB.
KEPT = 5_000
REFRESH_SECONDS = 45.0
# A shop that has just been opened gets its first trends sooner.
REFRESH_SECONDS_WHEN_EMPTY = 3.0


@dataclass(frozen=True, eq=False, slots=True)
class Trends:
    """Items on offer, the most trending first: `item_ids`, the same as bytes `raw` `(n, 16)` uint8, `scores` `(n,)`."""

    item_ids: tuple[UUID, ...]
    raw: npt.NDArray[np.uint8]
    scores: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.item_ids)


def _counted() -> Trends:
    rows = selectors.trending_scores(first=KEPT)
    return Trends(
        item_ids=tuple(item_id for item_id, _score in rows),
        raw=as_ids(item_id for item_id, _score in rows),
        scores=np.array([score for _item_id, score in rows], np.float32),
    )


def _keep(counted: Trends) -> float:
    return REFRESH_SECONDS if len(counted) else REFRESH_SECONDS_WHEN_EMPTY


def fresh_trends() -> Refreshed[Trends]:
    """Items on offer and their decayed strengths, the highest first, counted now and then."""
    return Refreshed(_counted, keep=_keep)


trends = fresh_trends()
