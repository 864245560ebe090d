"""What customers wrote: texts in events, found and fetched."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from marketing.event_registry import kinds

# A kind whose payload has a text under this name is something that somebody wrote.
FIELD: Final = "text"

Place = tuple[int, datetime]  # of an event: its id, and when it was, which says the partition

PENDING = f"""
SELECT event.id, event.occurred_at
FROM marketing_event event
WHERE event.kind = ANY(%(kinds)s) AND event.quality = 'ok' AND event.payload ? '{FIELD}'
    AND event.received_at >= %(since)s
    AND NOT EXISTS (SELECT FROM marketing_textreading reading WHERE reading.event_id = event.id)
LIMIT %(most)s
"""  # noqa: S608 – only our own constant is put in
FETCH = f"""
SELECT event.id, event.kind, event.identity_id, event.item_id, event.occurred_at, event.payload ->> '{FIELD}',
       coalesce(customer.locale, '')
FROM unnest(%(ids)s::bigint[], %(times)s::timestamptz[]) AS wanted(id, at)
JOIN marketing_event event ON event.id = wanted.id AND event.occurred_at = wanted.at
JOIN marketing_identity identity ON identity.id = event.identity_id
LEFT JOIN marketing_customer customer ON customer.id = identity.customer_id
WHERE event.payload ? '{FIELD}'
ORDER BY event.id
"""  # noqa: S608 – only our own constant is put in


@dataclass(frozen=True)
class Written:
    """A text with whose it is and what it is about; `locale` is the customer's, empty where it isn't known."""

    event_id: int
    kind: str
    identity_id: int
    item_id: UUID | None
    said_at: datetime
    text: str
    locale: str


def kinds_of_text() -> list[str]:
    """The kinds of events that hold something written: reviews, comments, and those of the shop's own that have a text."""
    return sorted(
        name for name, kind in kinds().items() if FIELD in kind.payload and kind.payload[FIELD].type == "text"
    )


def unread(*, since: datetime, most: int) -> list[Place]:
    """Events with texts that nobody has read yet, of those that were received since."""
    return _places(PENDING, {"kinds": kinds_of_text(), "since": since, "most": most})


def fetch(places: Sequence[Place]) -> list[Written]:
    """The texts of these events, by the events' ids; those that are gone are left out."""
    if not places:
        return []
    ids, times = zip(*places, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(FETCH, {"ids": list(ids), "times": list(times)})
        return [Written(*row) for row in cursor.fetchall()]


def _places(statement: str, parameters: dict[str, Any]) -> list[Place]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [(event_id, at) for event_id, at in cursor.fetchall()]
