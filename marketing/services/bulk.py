"""Events by the hundred thousand: a staging table that COPY fills, and the set-based way from there into the store.

Whoever has many events (an importer, the sample shop) fills `incoming_event` with checked rows and calls `store`. It
stores the same rows under the same keys as `record_events`, so that a second load finds everything there already.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from django.db import connection, transaction

from marketing.event_keys import BODY_SQL, KEY_SQL
from marketing.models import IngestBatch, Source
from marketing.partitions import ensure_for
from marketing.services.event_claims import Who
from marketing.services.event_people import nobody_of, unwilling
from marketing.services.event_rows import ADD_CUSTOMERS, ADD_EVENTS, ADD_IDENTITIES, CLAIM_KEYS
from marketing.services.live_counts import count_live_amounts

COLUMNS = (
    "line",
    "event_id",
    "kind",
    "occurred_at",
    "item",
    "value",
    "customer",
    "visitor",
    "session",
    "context",
    "payload",
)
TABLES = """
DROP TABLE IF EXISTS pg_temp.incoming_event, pg_temp.incoming_keyed, pg_temp.incoming_claimed;
CREATE TEMP TABLE incoming_event (
    line bigint NOT NULL, event_id text NOT NULL, kind text NOT NULL, occurred_at timestamptz NOT NULL, item text,
    value float8, customer text, visitor text, session text NOT NULL DEFAULT '', context text NOT NULL DEFAULT '{}',
    payload text NOT NULL DEFAULT '{}'
);
CREATE TEMP TABLE incoming_keyed (LIKE incoming_event, key uuid, body uuid, first boolean);
CREATE TEMP TABLE incoming_claimed (key uuid);
"""
DROP = "DROP TABLE IF EXISTS pg_temp.incoming_event, pg_temp.incoming_keyed, pg_temp.incoming_claimed"
MONTHS = "SELECT DISTINCT date_trunc('month', occurred_at, 'UTC') FROM incoming_event"
UNKNOWN_ITEMS = """
DELETE FROM incoming_event incoming
WHERE item IS NOT NULL AND NOT EXISTS (SELECT FROM marketing_item WHERE sku = incoming.item)
RETURNING line
"""
KEYED = f"""
INSERT INTO incoming_keyed
SELECT *, row_number() OVER (PARTITION BY key ORDER BY line) = 1
FROM (SELECT *, {KEY_SQL} AS key, {BODY_SQL} AS body FROM incoming_event) keyed
"""  # noqa: S608 - made of our own constants
FIRST = "(SELECT key, body, occurred_at FROM incoming_keyed WHERE first) incoming"
CLAIM = f"WITH free AS ({CLAIM_KEYS.format(rows=FIRST)}) INSERT INTO incoming_claimed SELECT key FROM free"  # noqa: S608
WON = "(SELECT * FROM incoming_keyed JOIN incoming_claimed USING (key) WHERE first) incoming"
WON_WITH_IDS = """(
    SELECT won.*, item.id AS item_id, coalesce(identity.id, %(nobody)s::bigint) AS identity_id
    FROM (SELECT * FROM incoming_keyed JOIN incoming_claimed USING (key) WHERE first) won
    LEFT JOIN marketing_identity identity
        ON identity.source_id = %(source_id)s::bigint
        AND identity.kind = CASE WHEN won.customer IS NULL THEN 'visitor' ELSE 'customer' END
        AND identity.value = coalesce(won.customer, won.visitor)
    LEFT JOIN marketing_item item ON item.sku = won.item
    ORDER BY won.line
) incoming"""
PEOPLE = f"""
SELECT DISTINCT CASE WHEN customer IS NULL THEN 'visitor' ELSE 'customer' END, coalesce(customer, visitor) FROM {WON}
"""  # noqa: S608
# Who did not agree to be known is nobody, and nothing in the row leads to them; the body, by which the event is known
# again, stays that of what was told.
ANONYMISE = """
UPDATE incoming_keyed incoming
SET customer = NULL, visitor = NULL, session = '', context = '{}', payload = '{}', event_id = replace(key::text, '-', '')
FROM unnest(%(kinds)s::text[], %(values)s::text[]) AS unwilling(kind, value)
WHERE coalesce(customer, visitor) = unwilling.value AND (customer IS NULL) = (unwilling.kind = 'visitor')
"""
LIVE = f"""
SELECT date_trunc('minute', occurred_at, 'UTC'), kind, item.id, count(*)
FROM {WON} LEFT JOIN marketing_item item ON item.sku = incoming.item
WHERE occurred_at > now() - interval '2 days' GROUP BY 1, 2, 3
"""  # noqa: S608
CONFLICTS = """
SELECT line FROM incoming_keyed incoming JOIN marketing_eventkey stored USING (key)
WHERE stored.body <> incoming.body ORDER BY line
"""


@dataclass(frozen=True)
class Stored:
    """What became of the staged rows; the two lists are line numbers."""

    stored: int
    already_stored: int
    conflicts: list[int]
    unknown_items: list[int]

    def counts(self) -> dict[str, int]:
        """The outcomes that came about, named as those of `record_events`."""
        named = {
            "stored": self.stored,
            "already_stored": self.already_stored,
            "conflict": len(self.conflicts),
            "refused:item": len(self.unknown_items),
        }
        return {outcome: number for outcome, number in named.items() if number}


class EventStage:
    """The staging table, for as long as the `with` block lasts; it belongs to this thread's connection.

    Rows in it must be what `parse_batch` would have let through: finite values, instants since 1970, one of customer
    and visitor, JSON as `marketing.event_keys.json_text` writes it.
    """

    def __enter__(self) -> Self:
        with connection.cursor() as cursor:
            cursor.execute(TABLES)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if connection.is_usable() and not connection.needs_rollback:  # else they went with the connection
            with connection.cursor() as cursor:
                cursor.execute(DROP)

    def copy(self, rows: Iterable[tuple[Any, ...]], *, columns: tuple[str, ...] = COLUMNS) -> None:
        """Fill the table by COPY; each tuple has the values of `columns`."""
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY incoming_event ({', '.join(columns)}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)

    def store(self, *, source: Source) -> Stored:
        """Store what is staged in one transaction and empty the table. Items must stand already; people are made."""
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE incoming_event")
            cursor.execute(UNKNOWN_ITEMS)
            unknown = sorted(line for (line,) in cursor.fetchall())
            cursor.execute(MONTHS)
            ensure_for(month for (month,) in cursor.fetchall())
        with transaction.atomic():
            return self._store(source, unknown=unknown)

    def _store(self, source: Source, *, unknown: list[int]) -> Stored:
        parameters: dict[str, Any] = {"source_id": source.pk}
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE incoming_keyed, incoming_claimed")
            cursor.execute(KEYED, parameters)
            total = cursor.rowcount
            cursor.execute("ANALYZE incoming_keyed")
            cursor.execute(CLAIM, parameters)
            cursor.execute("ANALYZE incoming_claimed")
            cursor.execute(LIVE)
            count_live_amounts(cursor.fetchall())
            cursor.execute(PEOPLE)
            parameters["nobody"] = _hide(unwilling(cursor.fetchall(), source=source), source=source)
            cursor.execute(ADD_CUSTOMERS.format(rows=WON), parameters)
            cursor.execute(ADD_IDENTITIES.format(rows=WON), parameters)
            cursor.execute(ADD_EVENTS.format(rows=WON_WITH_IDS), parameters)
            stored = cursor.rowcount
            cursor.execute(CONFLICTS)
            conflicts = [line for (line,) in cursor.fetchall()]
            cursor.execute("TRUNCATE incoming_event")
        outcome = Stored(stored, total - stored - len(conflicts), conflicts, unknown)
        IngestBatch.objects.create(source=source, door="import", counts=outcome.counts())
        return outcome


def _hide(people: set[Who], *, source: Source) -> int | None:
    """Take the names off these people's rows. Gives the identity that they are counted under, None when there are none."""
    if not people:
        return None
    kinds, values = zip(*sorted(people), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(ANONYMISE, {"kinds": list(kinds), "values": list(values)})
    return nobody_of(source)
