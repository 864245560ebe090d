"""Near-duplicates: the same person doing the same to the same within a moment, told under different ids.

A finger that hits twice, a page that counts itself two times. Of several the earliest counts.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

# What people did around the times at which they now did something. OFFSET keeps this a look-up in the index for each of
# them: joined otherwise, all that happened meanwhile would be read. The batch's whole time spares Postgres the months
# that none of it can be in.
AROUND: Final = """
SELECT stored.identity_id, stored.kind, stored.item_id, stored.value, stored.payload::text, stored.occurred_at
FROM unnest(string_to_array(%(people)s, ',')::bigint[], string_to_array(%(times)s, ',')::timestamptz[])
    AS incoming(identity_id, occurred_at)
CROSS JOIN LATERAL (
    SELECT * FROM marketing_event
    WHERE marketing_event.identity_id = incoming.identity_id
        AND marketing_event.occurred_at BETWEEN incoming.occurred_at - %(window)s AND incoming.occurred_at + %(window)s
        AND marketing_event.occurred_at BETWEEN %(since)s AND %(until)s
        AND marketing_event.quality = 'ok'
    OFFSET 0
) stored
"""

# Identity, kind, item, value, payload as JSON, when.
StoredDeed = tuple[int, str, UUID | None, float | None, str, datetime]


def near_duplicates(events: Iterable[tuple[Hashable, datetime, str]], *, window: timedelta) -> set[str]:
    """The keys of those that repeat an earlier one of the same batch, given (what is the same, when, key).

    The order in which they are given doesn't matter: ties in time go to the smaller key.
    """
    alike: defaultdict[Hashable, list[tuple[datetime, str]]] = defaultdict(list)
    for same, when, key in events:
        alike[same].append((when, key))
    return {key for group in alike.values() if len(group) > 1 for key in _repeated(sorted(group), window=window)}


def deeds_around(
    people: Sequence[int], times: Sequence[str], *, since: datetime, until: datetime, window: timedelta
) -> list[StoredDeed]:
    """What is stored of each person (key of the identity) near the time beside it, ISO 8601. One query.

    `since` and `until` are the earliest and the latest of the times.
    """
    parameters: dict[str, Any] = {
        "people": ",".join(map(str, people)),
        "times": ",".join(times),
        "window": window,
        "since": since - window,
        "until": until + window,
    }
    with connection.cursor() as cursor:
        cursor.execute(AROUND, parameters)
        rows: list[StoredDeed] = cursor.fetchall()
    return rows


def _repeated(group: list[tuple[datetime, str]], *, window: timedelta) -> list[str]:
    repeated = []
    counted = group[0][0]
    for when, key in group[1:]:
        if when - counted <= window:
            repeated.append(key)
        else:
            counted = when
    return repeated
