"""What came of the lists that were given out: which were clicked, which were bought from, and for how much.

An event is set down to a list when the same person (with any name of theirs) did it to an item of the list: views and
clicks within a day after it, purchases within seven. One that names its list in its context counts for that list alone.
A purchase makes a bought list of each, but its money counts once, for the last of them, so that sums are sums of money.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.utils import timezone

from marketing.features.days import DAY_OF, whole
from recsys.cursors import hashing_cursor
from recsys.models.lists import PREVIEW

CLICK_WINDOW, PURCHASE_WINDOW = timedelta(days=1), timedelta(days=7)
# Days behind today that are counted again: a list of the first of them may have been bought from until yesterday.
COUNTED_AGAIN = 8
# The column's end. One absurd price must not keep the others from being counted.
MOST_REVENUE = 10**14 - 1

# `list`: one row for each personal list that was given out between `begin` and `end`, with what came of it. Prices
# without a currency are in the shop's own; those without an exchange rate of their day count nothing.
LISTS = f"""
WITH given AS MATERIALIZED (
    SELECT log.id, log.list_id, log.artefact_id, log.served_at, log.items, log.identity_id,
           COALESCE(identity.customer_id, lpad(to_hex(identity.id), 32, '0')::uuid) AS person
    FROM recsys_recommendationlog log
    JOIN marketing_identity identity ON identity.id = log.identity_id
    WHERE log.served_at >= %(begin)s AND log.served_at < %(end)s
      AND log.basis = 'personal' AND log.artefact_id IS NOT NULL AND log.placement <> %(preview)s
      AND (%(artefacts)s::uuid[] IS NULL OR log.artefact_id = ANY(%(artefacts)s::uuid[]))
), name AS MATERIALIZED (
    SELECT person, identity_id FROM given
    UNION
    SELECT given.person, identity.id FROM given JOIN marketing_identity identity ON identity.customer_id = given.person
), shown AS MATERIALIZED (
    SELECT given.id, given.list_id, given.person, given.served_at, (entry.value ->> 'item')::uuid AS item_id
    FROM given CROSS JOIN LATERAL jsonb_array_elements(given.items) AS entry
), happened AS MATERIALIZED (
    SELECT event.id, name.person, event.item_id, event.kind = 'purchase' AS bought, event.occurred_at, event.value,
           event.payload,
           substring(lower(event.context ->> 'list') FROM '^[0-9a-f]{{8}}-[0-9a-f-]{{27}}$') AS list_id
    FROM name
    JOIN marketing_event event ON event.identity_id = name.identity_id
    WHERE event.occurred_at >= %(begin)s AND event.occurred_at < %(end)s + %(purchase_window)s
      AND event.kind IN ('view', 'click', 'purchase') AND event.quality = 'ok' AND event.item_id IS NOT NULL
), hit AS MATERIALIZED (
    SELECT shown.id, shown.item_id, happened.bought, happened.occurred_at, happened.value, happened.payload,
           row_number() OVER (PARTITION BY happened.id ORDER BY shown.served_at DESC, shown.id DESC) AS backwards
    FROM shown
    JOIN happened ON happened.person = shown.person AND happened.item_id = shown.item_id
        AND happened.occurred_at >= shown.served_at
        AND happened.occurred_at
            < shown.served_at + CASE WHEN happened.bought THEN %(purchase_window)s ELSE %(click_window)s END
        AND (happened.list_id IS NULL OR happened.list_id = shown.list_id::text)
), paid AS (
    SELECT hit.id, COALESCE(hit.value, 1)::numeric * (hit.payload ->> 'price')::numeric
        * CASE WHEN COALESCE(hit.payload ->> 'currency', %(base)s) = %(base)s THEN 1 ELSE exchanged.rate END AS revenue
    FROM hit
    LEFT JOIN LATERAL (
        SELECT exchange.rate FROM marketing_exchangerate exchange
        WHERE exchange.base = %(base)s AND exchange.currency = hit.payload ->> 'currency'
          AND exchange.day <= {DAY_OF.format(instant="hit.occurred_at")}
        ORDER BY exchange.day DESC LIMIT 1
    ) exchanged ON true
    WHERE hit.bought AND hit.backwards = 1 AND jsonb_typeof(hit.payload -> 'price') = 'number'
), told AS (
    -- Stacked and grouped, not joined: a join would be planned by a guess of how many hits there are.
    SELECT id, artefact_id, person, served_at, jsonb_array_length(items) AS items, NULL::uuid AS clicked_item,
           false AS bought, 0::numeric AS revenue
    FROM given
    UNION ALL SELECT id, NULL, NULL, NULL, NULL, CASE WHEN NOT bought THEN item_id END, bought, 0 FROM hit
    UNION ALL SELECT id, NULL, NULL, NULL, NULL, NULL, false, revenue FROM paid
), list AS (
    SELECT any_value(artefact_id) AS artefact_id, any_value(person) AS person,
           {DAY_OF.format(instant="max(served_at)")} AS day, max(items) AS items,
           count(DISTINCT clicked_item) AS clicked_items, count(clicked_item) > 0 AS clicked, bool_or(bought) AS bought,
           COALESCE(sum(revenue), 0) AS revenue
    FROM told
    GROUP BY id
)
"""  # noqa: S608 - only constants of ours are put in

COUNT = f"""
{LISTS}
INSERT INTO recsys_onlineresult AS stored
    (day, artefact_id, people, lists, clicked_lists, bought_lists, items, clicked_items, revenue, counted_at)
SELECT day, artefact_id, count(DISTINCT person), count(*), count(*) FILTER (WHERE clicked),
       count(*) FILTER (WHERE bought), sum(items), sum(clicked_items), least(sum(revenue), {MOST_REVENUE}),
       %(counted_at)s
FROM list
GROUP BY day, artefact_id
ORDER BY day, artefact_id
ON CONFLICT (day, artefact_id) DO UPDATE SET
    people = excluded.people, lists = excluded.lists, clicked_lists = excluded.clicked_lists,
    bought_lists = excluded.bought_lists, items = excluded.items, clicked_items = excluded.clicked_items,
    revenue = excluded.revenue, counted_at = excluded.counted_at
"""  # noqa: S608
# Of who was erased meanwhile the lists are gone as well; a day may have none left.
FORGET = "DELETE FROM recsys_onlineresult WHERE day >= %(first)s AND day <= %(last)s AND counted_at < %(counted_at)s"
BY_PERSON = f"""
{LISTS}
SELECT artefact_id, count(*), count(*) FILTER (WHERE clicked), count(*) FILTER (WHERE bought)
FROM list
GROUP BY artefact_id, person
"""  # noqa: S608


@dataclass(frozen=True, eq=False)
class PeopleServed:
    """Who got lists of one artefact. All arrays are `(people,)` float64: lists, clicked ones, ones bought from."""

    lists: npt.NDArray[np.float64]
    clicked: npt.NDArray[np.float64]
    bought: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.lists)


def count_online_results(*, today: date | None = None) -> int:
    """Bring the rows of today and the eight days before it up to date; gives their number. Safe to be called twice."""
    last = today or timezone.localdate()
    first = last - timedelta(days=COUNTED_AGAIN)
    with hashing_cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (counted_at,) = cursor.fetchone()
        window = parameters(begin=whole(first).starts_at, end=whole(last).ends_at)
        cursor.execute(COUNT, {**window, "counted_at": counted_at})
        counted = cursor.rowcount
        cursor.execute(FORGET, {"first": first, "last": last, "counted_at": counted_at})
    return int(counted)


def people_served(artefact_ids: Sequence[UUID], *, since: datetime, until: datetime) -> dict[UUID, PeopleServed]:
    """For each artefact, what its personal lists between the instants brought from each person who got some."""
    with hashing_cursor() as cursor:
        cursor.execute(BY_PERSON, parameters(begin=since, end=until, artefacts=artefact_ids))
        rows = cursor.fetchall()
    served = {}
    for artefact_id in artefact_ids:
        own = np.array([row[1:] for row in rows if row[0] == artefact_id], np.float64).reshape(-1, 3)
        served[artefact_id] = PeopleServed(own[:, 0], own[:, 1], own[:, 2])
    return served


def parameters(*, begin: datetime, end: datetime, artefacts: Sequence[UUID] | None = None) -> dict[str, Any]:
    """What LISTS asks for."""
    return {
        "begin": begin,
        "end": end,
        "artefacts": list(artefacts) if artefacts is not None else None,
        "preview": PREVIEW,
        "click_window": CLICK_WINDOW,
        "purchase_window": PURCHASE_WINDOW,
        "zone": settings.TIME_ZONE,
        "base": settings.BASE_CURRENCY,
    }
