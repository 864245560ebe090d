"""What a person met, and what was shown to her in vain: read fresh for every list, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.db import connection

from recsys.item_ids import of_bytes
from recsys.models.lists import PREVIEW
from recsys.signals import AGAINST_AT, COUNTED, REMOVED_AT, STRENGTH, weight_sql

# A person's newest events that count as seen. The bound keeps a robot's history from slowing its answers down.
SEEN_EVENTS = 10_000
# The lists whose items count as shown: a person's newest ones.
SHOWN_LISTS = 20
SHOWN_DAYS = 14
# An item that was shown so often since she last did anything to it loses rank with each further time, down to the floor.
PATIENCE = 2
FATIGUE = 0.8
FATIGUE_FLOOR = 0.2


@dataclass(frozen=True, eq=False)
class Penalties:
    """What lost rank: `item_ids` `(m, 16)` uint8, bytes of the UUIDs; `factors` `(m,)` float32, from the floor to below 1.

    An item that n of her newest lists have shown since she last did anything to it (viewed, clicked, bought …) has the
    factor 0.8^(n - 2), at least 0.2; one that was shown twice or less since then has none. A score above zero is
    multiplied by it.
    """

    item_ids: npt.NDArray[np.uint8]
    factors: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.factors)


@dataclass(frozen=True, eq=False)
class History:
    """What a person met, the newest first; every item once.

    `item_ids` `(k, 16)` uint8, bytes of the UUIDs; `strengths` `(k,)` float32 as `recsys.signals` defines them: above 0
    where what she did speaks for the item, 0 where it says nothing, **below 0 where it speaks against the item**: it must
    not be recommended to her, also when seen items are, and what is similar to it loses. `kinds` are the names of the
    strongest events, of the newest where none speaks for the item. `days` `(k,)` float32 have gone by since she last did
    anything to it. `penalties` are the items that were shown in vain.
    """

    item_ids: npt.NDArray[np.uint8]
    strengths: npt.NDArray[np.float32]
    kinds: Sequence[str]
    days: npt.NDArray[np.float32]
    penalties: Penalties

    def __len__(self) -> int:
        return len(self.kinds)

    def item_id(self, place: int) -> UUID:
        return UUID(bytes=self.item_ids[place].tobytes())

    def seen(self) -> frozenset[bytes]:
        """The ids as bytes. Made when asked for, since a list that the model fills alone does not need it."""
        return _as_set(self.item_ids)

    def unwanted(self) -> frozenset[bytes]:
        """The ids, as bytes, of what she is against."""
        return _as_set(self.item_ids[self.strengths < 0])


def _as_set(item_ids: npt.NDArray[np.uint8]) -> frozenset[bytes]:
    raw = item_ids.tobytes()
    return frozenset(raw[start : start + 16] for start in range(0, len(raw), 16))


NO_PENALTIES = Penalties(np.empty((0, 16), np.uint8), np.empty(0, np.float32))
NO_HISTORY = History(np.empty((0, 16), np.uint8), np.empty(0, np.float32), (), np.empty(0, np.float32), NO_PENALTIES)


def history(identity_ids: Sequence[int]) -> History:
    """What these identities of one person met, and what they were shown in vain, read fresh. One query.

    The ids travel as one string of bytes and not as rows, since making a UUID object of each costs more than the query.
    """
    if not identity_ids:
        return NO_HISTORY
    parameters: dict[str, Any] = {"identities": list(identity_ids), **history_bounds()}
    with connection.cursor() as cursor:
        cursor.execute(history_sql(), parameters)
        return history_of_row(cursor.fetchone())


def history_of_row(row: Sequence[Any]) -> History:
    """What a row of `history_sql` says."""
    raw, strengths, kinds, days, shown, times = row
    penalties = NO_PENALTIES if shown is None or times is None else Penalties(_as_rows(shown), _factors(times))
    if raw is None or kinds is None:
        return replace(NO_HISTORY, penalties=penalties)
    return History(_as_rows(raw), np.array(strengths, np.float32), kinds, np.array(days, np.float32), penalties)


def _as_rows(raw: bytes) -> npt.NDArray[np.uint8]:
    return of_bytes(raw)


def _factors(times: Sequence[int]) -> npt.NDArray[np.float32]:
    factors: npt.NDArray[np.float32] = np.maximum(FATIGUE ** (np.array(times, np.float32) - PATIENCE), FATIGUE_FLOOR)
    return factors.astype(np.float32)


def history_sql(*, identities: str = "%(identities)s") -> str:
    """One row of what one person met and was shown in vain; `identities` is an SQL array of her identities' ids."""
    return _history_sql(weight_sql(), identities)


def history_bounds() -> dict[str, int]:
    """What `history_sql` takes besides the identities."""
    return {"events": SEEN_EVENTS, "lists": SHOWN_LISTS, "patience": PATIENCE}


# `told`: her events, see recsys.signals. Windows and no join to themselves, and one statement with what was shown, since
# planning is half of the time.
@cache
def _history_sql(weight: str, identities: str) -> str:
    return f"""
    WITH met AS MATERIALIZED (
        SELECT told.item_id, COALESCE({STRENGTH}, 0) AS strength, max(told.at) AS last_at,
               (array_agg(told.kind ORDER BY told.counted DESC NULLS LAST, told.at DESC))[1] AS kind
        FROM (
            SELECT told.*, {COUNTED} AS counted
            FROM (
                SELECT told.*, {AGAINST_AT} OVER item AS against_at, {REMOVED_AT} OVER item AS removed_at
                FROM (
                    SELECT marketing_event.item_id, marketing_event.kind, marketing_event.occurred_at AS at,
                           {weight} AS weight
                    FROM marketing_event
                    WHERE marketing_event.identity_id = ANY({identities}) AND marketing_event.item_id IS NOT NULL
                        AND marketing_event.quality = 'ok'
                    ORDER BY marketing_event.occurred_at DESC
                    LIMIT %(events)s
                ) told
                WINDOW item AS (PARTITION BY told.item_id)
            ) told
        ) told
        GROUP BY told.item_id
    ), history AS (
        SELECT string_agg(uuid_send(item_id), '' ORDER BY last_at DESC, item_id) AS item_ids,
               array_agg(strength ORDER BY last_at DESC, item_id) AS strengths,
               array_agg(kind ORDER BY last_at DESC, item_id) AS kinds,
               array_agg((extract(epoch FROM now() - last_at) / 86400)::float4 ORDER BY last_at DESC, item_id) AS days
        FROM met
    ), vain AS (
        SELECT string_agg(uuid_send(shown.item_id), '' ORDER BY shown.item_id) AS item_ids,
               array_agg(shown.times ORDER BY shown.item_id) AS times
        FROM (
            SELECT listed.item_id, count(*) AS times
            FROM (
                SELECT list.served_at, (jsonb_array_elements(list.items) ->> 'item')::uuid AS item_id
                FROM (
                    SELECT served_at, items
                    FROM recsys_recommendationlog
                    WHERE identity_id = ANY({identities}) AND placement <> '{PREVIEW}'
                        AND served_at > now() - interval '{SHOWN_DAYS} days'
                    ORDER BY served_at DESC
                    LIMIT %(lists)s
                ) list
            ) listed
            LEFT JOIN met ON met.item_id = listed.item_id
            WHERE met.item_id IS NULL OR met.last_at < listed.served_at
            GROUP BY listed.item_id
            HAVING count(*) > %(patience)s
        ) shown
    )
    SELECT history.item_ids, history.strengths, history.kinds, history.days, vain.item_ids, vain.times
    FROM history CROSS JOIN vain
    """  # noqa: S608 – only constants of ours are put in
