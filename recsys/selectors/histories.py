"""What a person met: read fresh for every list, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.db import connection

from recsys.interactions import STRENGTH

# A person's newest events that count as seen. The bound keeps a robot's history from slowing its answers down.
SEEN_EVENTS = 10_000


@dataclass(frozen=True, eq=False)
class History:
    """What a person met, the newest first; every item once, with its strongest event.

    `item_ids` `(k, 16)` uint8, bytes of the UUIDs; `strengths` `(k,)` float32, 0 where the person met the item but did
    not prefer it; `kinds` the names of the strongest events.
    """

    item_ids: npt.NDArray[np.uint8]
    strengths: npt.NDArray[np.float32]
    kinds: Sequence[str]

    def __len__(self) -> int:
        return len(self.kinds)

    def item_id(self, place: int) -> UUID:
        return UUID(bytes=self.item_ids[place].tobytes())

    def seen(self) -> frozenset[bytes]:
        """The ids as bytes. Made when asked for, since a list that the model fills alone does not need it."""
        raw = self.item_ids.tobytes()
        return frozenset(raw[start : start + 16] for start in range(0, len(raw), 16))


NO_HISTORY = History(np.empty((0, 16), np.uint8), np.empty(0, np.float32), ())


def history(identity_ids: Sequence[int]) -> History:
    """What these identities of one person met, read fresh. One query.

    The ids travel as one string of bytes and not as rows, since making a UUID object of each costs more than the query.
    """
    if not identity_ids:
        return NO_HISTORY
    with connection.cursor() as cursor:
        cursor.execute(HISTORY, [list(identity_ids), SEEN_EVENTS])
        raw, strengths, kinds = cursor.fetchone()
    if raw is None:
        return NO_HISTORY
    return History(np.frombuffer(raw, np.uint8).reshape(-1, 16), np.array(strengths, np.float32), kinds)


HISTORY = f"""
WITH recent AS (
    SELECT marketing_event.item_id, marketing_event.kind, marketing_event.occurred_at,
           COALESCE({STRENGTH}, 0) AS strength
    FROM marketing_event
    WHERE marketing_event.identity_id = ANY(%s) AND marketing_event.item_id IS NOT NULL
        AND marketing_event.quality = 'ok'
    ORDER BY marketing_event.occurred_at DESC
    LIMIT %s
), met AS (
    SELECT item_id, max(strength) AS strength, max(occurred_at) AS last_at,
           (array_agg(kind ORDER BY strength DESC, occurred_at DESC))[1] AS kind
    FROM recent
    GROUP BY item_id
)
SELECT string_agg(uuid_send(item_id), '' ORDER BY last_at DESC, item_id),
       array_agg(strength ORDER BY last_at DESC, item_id),
       array_agg(kind ORDER BY last_at DESC, item_id)
FROM met
"""  # noqa: S608 – only constants of ours are put in
