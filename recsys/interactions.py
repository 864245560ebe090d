"""Events to interactions, in SQL: who preferred which item how strongly, with dense ids made where the rows are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from recsys.catalogue import read_item_features
from recsys.cursors import hashing_cursor
from recsys.dataset import Interactions
from recsys.item_ids import of_bytes
from recsys.signals import AGAINST_AT, COUNTED, REMOVED_AT, STRENGTH, against_sql, weight_sql

# Who is learned from, by identity. A person is a customer with all identities, or a visitor (whose key can't collide: a
# UUID of version 7 is never that small). Whoever did not agree to personalisation is left out; the newest answer
# counts, and without one the sources' defaults.
LEARNERS = """
CREATE TEMPORARY TABLE learner ON COMMIT DROP AS
WITH known AS MATERIALIZED (
    SELECT identity.id AS identity_id,
           COALESCE(identity.customer_id, lpad(to_hex(identity.id), 32, '0')::uuid) AS person,
           COALESCE((source.consent ->> 'personalisation')::boolean, false) AS by_default
    FROM marketing_identity identity
    JOIN marketing_source source ON source.id = identity.source_id
    WHERE identity.kind <> 'nobody'
), answer AS MATERIALIZED (
    SELECT DISTINCT ON (known.person) known.person, consent.granted
    FROM marketing_consent consent
    JOIN known ON known.identity_id = consent.identity_id
    WHERE consent.purpose = 'personalisation'
    ORDER BY known.person, consent.given_at DESC, consent.id DESC
), willing AS MATERIALIZED (
    SELECT known.person
    FROM known
    LEFT JOIN answer ON answer.person = known.person
    GROUP BY known.person
    HAVING COALESCE(bool_or(answer.granted), bool_and(known.by_default))
)
SELECT known.identity_id, known.person FROM known JOIN willing ON willing.person = known.person
"""

# One row for each person and item, of those too who are against it: what they did has been seen. Retired items are left
# out. What takes back is rare, so it is looked for first and joined: a window over all events would have to sort them.
PREFERENCES = """
CREATE TEMPORARY TABLE preference ON COMMIT DROP AS
WITH taken_back AS (
    SELECT told.person, told.item_id, {against_at} AS against_at, {removed_at} AS removed_at
    FROM (
        SELECT learner.person, marketing_event.item_id, marketing_event.kind, marketing_event.occurred_at AS at,
               {weight} AS weight
        FROM marketing_event JOIN learner ON learner.identity_id = marketing_event.identity_id
        WHERE {against} AND marketing_event.quality = 'ok' AND marketing_event.item_id IS NOT NULL
    ) told
    WHERE told.weight < 0 OR told.kind = 'remove_from_cart'
    GROUP BY told.person, told.item_id
)
SELECT told.person,
       told.item_id,
       COALESCE({strength}, 0)::real AS strength,
       min(told.at) AS since,
       max(told.at) AS until,
       count(*) AS events,
       max(told.id) AS last_event
FROM (
    SELECT told.*, {counted} AS counted
    FROM (
        SELECT learner.person, marketing_event.item_id, marketing_event.kind, marketing_event.occurred_at AS at,
               marketing_event.id, {weight} AS weight, taken_back.against_at, taken_back.removed_at
        FROM marketing_event
        JOIN learner ON learner.identity_id = marketing_event.identity_id
        JOIN marketing_item item ON item.id = marketing_event.item_id AND item.deleted_at IS NULL
        LEFT JOIN taken_back
            ON taken_back.person = learner.person AND taken_back.item_id = marketing_event.item_id
        WHERE ({weight}) IS NOT NULL OR (marketing_event.kind = 'remove_from_cart' AND marketing_event.quality = 'ok')
    ) told
) told
GROUP BY told.person, told.item_id
"""

# Ten thousand rows travel as one string of bytes: half the time of a binary COPY, which is read row by row in Python.
ROWS = """
SELECT string_agg(
    int4send(person_place) || int4send(item_place) || float4send(strength) || float8send(since), '' ORDER BY place)
FROM (
    SELECT (dense_rank() OVER (ORDER BY person) - 1)::int4 AS person_place,
           (dense_rank() OVER (ORDER BY item_id) - 1)::int4 AS item_place,
           strength,
           extract(epoch FROM since)::float8 AS since,
           row_number() OVER (ORDER BY person, since, item_id) AS place
    FROM preference WHERE strength > 0) AS placed
GROUP BY place / 10000
ORDER BY place / 10000
"""
ROW = np.dtype([("person", ">i4"), ("item", ">i4"), ("strength", ">f4"), ("since", ">f8")])
ITEM_IDS = """
SELECT string_agg(uuid_send(item_id), '' ORDER BY item_id)
FROM (SELECT DISTINCT item_id FROM preference WHERE strength > 0) AS item
"""
EXTENT = """
SELECT count(DISTINCT person) FILTER (WHERE strength > 0), COALESCE(sum(events), 0)::int8,
       COALESCE(max(last_event), 0), max(until)
FROM preference
"""


@dataclass(frozen=True)
class Extent:
    """Which events a training has seen: with the same figures there is nothing new to learn."""

    events: int
    last_event: int  # largest id
    until: datetime | None  # of the newest, None when there is none


@dataclass(frozen=True, eq=False)
class Preferences:
    """All that there is to learn from.

    `item_ids` `(items, 16)` uint8 are the bytes of the items' UUIDs in the order of the dense ids. The time of an
    interaction is when the person first met the item: from then on the item counts as seen.
    """

    interactions: Interactions
    item_ids: npt.NDArray[np.uint8]
    extent: Extent


def read_preferences(*, with_features: bool = False) -> Preferences:
    """Everybody's preferences, of one moment; `with_features` also what else is known of the items."""
    with hashing_cursor() as cursor:
        cursor.execute(LEARNERS)
        cursor.execute("ANALYZE learner")
        cursor.execute(preferences_sql())
        cursor.execute(EXTENT)
        n_users, events, last_event, until = cursor.fetchone()
        rows = np.frombuffer(_joined(cursor, ROWS), ROW)
        item_ids = of_bytes(_joined(cursor, ITEM_IDS))
        cursor.execute("DROP TABLE preference, learner")
    return Preferences(
        interactions=Interactions(
            users=rows["person"].astype(np.int32),
            items=rows["item"].astype(np.int32),
            values=rows["strength"].astype(np.float32),
            times=rows["since"].astype(np.float64),
            n_users=n_users,
            n_items=len(item_ids),
            features=read_item_features(item_ids) if with_features else None,
        ),
        item_ids=item_ids,
        extent=Extent(events=events, last_event=last_event, until=until),
    )


def preferences_sql() -> str:
    """`PREFERENCES` with this installation's weights."""
    return PREFERENCES.format(
        weight=weight_sql(),
        against=against_sql(),
        against_at=AGAINST_AT,
        removed_at=REMOVED_AT,
        counted=COUNTED,
        strength=STRENGTH,
    )


def _joined(cursor: Any, statement: str) -> bytes:
    """All bytes that a statement gives, in its order."""
    cursor.execute(statement)
    return b"".join(block for (block,) in cursor.fetchall() if block is not None)
