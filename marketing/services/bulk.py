"""Events by the hundred thousand: a staging table that COPY fills, and the set-based way from there into the store.

Whoever has many events (an importer, the sample shop) fills `incoming_event` with checked rows and calls `store`. It
stores the same rows of the same quality under the same keys as `record_events`, so that a second load finds everything
there already.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

from django.db import connection, transaction

from marketing.event_keys import BODY_SQL, KEY_SQL
from marketing.models import IngestBatch, Source
from marketing.partitions import ensure_for
from marketing.services.bulk_quality import count_quality, judge
from marketing.services.bulk_unknown import Unknown, hold_unknown, make_stubs, set_aside
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
# With what parsing found out besides.
JUDGED_COLUMNS = (*COLUMNS, "unit_mended")
NAMES: Final = "pg_temp.incoming_event, pg_temp.incoming_keyed, pg_temp.incoming_claimed, pg_temp.incoming_won"
TABLES = f"""
DROP TABLE IF EXISTS {NAMES};
CREATE TEMP TABLE incoming_event (
    line bigint NOT NULL, event_id text NOT NULL, kind text NOT NULL, occurred_at timestamptz NOT NULL, item text,
    value float8, customer text, visitor text, session text NOT NULL DEFAULT '', context text NOT NULL DEFAULT '{{}}',
    payload text NOT NULL DEFAULT '{{}}', unit_mended boolean NOT NULL DEFAULT false
);
CREATE TEMP TABLE incoming_keyed (LIKE incoming_event, key uuid, body uuid, first boolean, anonymous boolean);
CREATE TEMP TABLE incoming_claimed (key uuid);
CREATE TEMP TABLE incoming_won (
    line bigint, event_id text, kind text, occurred_at timestamptz, item_id uuid, value float8, identity_id bigint,
    session text, context jsonb, payload jsonb, unit_mended boolean, key uuid, nameless text, quality text
);
"""
DROP = f"DROP TABLE IF EXISTS {NAMES}"
MONTHS = "SELECT DISTINCT date_trunc('month', occurred_at, 'UTC') FROM incoming_event"
KEYED = f"""
INSERT INTO incoming_keyed
SELECT *, row_number() OVER (PARTITION BY key ORDER BY line) = 1, false
FROM (SELECT *, {KEY_SQL} AS key, {BODY_SQL} AS body FROM incoming_event) keyed
"""  # noqa: S608 - made of our own constants
FIRST = "(SELECT key, body, occurred_at FROM incoming_keyed WHERE first) incoming"
CLAIM = f"WITH free AS ({CLAIM_KEYS.format(rows=FIRST)}) INSERT INTO incoming_claimed SELECT key FROM free"  # noqa: S608
WON = "incoming_keyed JOIN incoming_claimed USING (key) WHERE first"
NAMED = f"(SELECT customer, visitor FROM {WON} AND NOT anonymous) incoming"  # noqa: S608 - made of our own constants
PEOPLE = f"""
SELECT DISTINCT CASE WHEN customer IS NULL THEN 'visitor' ELSE 'customer' END, coalesce(customer, visitor) FROM {WON}
"""  # noqa: S608 - made of our own constants
MARK_ANONYMOUS = """
UPDATE incoming_keyed SET anonymous = true
FROM unnest(%(kinds)s::text[], %(values)s::text[]) AS unwilling(kind, value)
WHERE coalesce(customer, visitor) = unwilling.value AND (customer IS NULL) = (unwilling.kind = 'visitor')
"""
# `nameless`: whose it is all the same, until it was compared with what else they do.
FILL = f"""
INSERT INTO incoming_won
SELECT won.line, won.event_id, won.kind, won.occurred_at, item.id, won.value,
       CASE WHEN won.anonymous THEN %(nobody)s::bigint ELSE identity.id END, won.session, won.context::jsonb,
       won.payload::jsonb, won.unit_mended, won.key,
       CASE WHEN won.anonymous THEN concat_ws(E'\\x1f', won.customer IS NULL, won.customer, won.visitor) END, 'ok'
FROM (SELECT * FROM {WON}) won
LEFT JOIN marketing_identity identity
    ON identity.source_id = %(source_id)s::bigint
    AND identity.kind = CASE WHEN won.customer IS NULL THEN 'visitor' ELSE 'customer' END
    AND identity.value = coalesce(won.customer, won.visitor)
LEFT JOIN marketing_item item ON item.sku = won.item
"""  # noqa: S608 - made of our own constants
STORED = "(SELECT * FROM incoming_won ORDER BY line) incoming"
LIVE = """
SELECT date_trunc('minute', occurred_at, 'UTC'), kind, item_id, count(*)
FROM incoming_won WHERE occurred_at > now() - interval '2 days' AND quality = 'ok' GROUP BY 1, 2, 3
"""
CONFLICTS = """
SELECT line FROM incoming_keyed incoming JOIN marketing_eventkey stored USING (key)
WHERE stored.body <> incoming.body ORDER BY line
"""


@dataclass(frozen=True)
class Stored:
    """What became of the staged rows; lists are line numbers, those of `unknown_…` refused.

    `not_kept`: those that were to wait in quarantine, had their people agreed to be known. `quarantined` counts by
    field, `found` what there is to say of stored rows besides that they are. `stubs`: items made for their SKUs.
    """

    stored: int
    already_stored: int
    conflicts: list[int]
    unknown_items: list[int]
    unknown_customers: list[int]
    not_kept: frozenset[int]
    quarantined: Counter[str]
    found: Counter[str]
    stubs: int

    def counts(self) -> dict[str, int]:
        """The outcomes that came about, named as those of `record_events`."""
        named = {
            "stored": self.stored,
            "already_stored": self.already_stored,
            "conflict": len(self.conflicts),
            "refused:item": len(self.unknown_items),
            "refused:customer": len(self.unknown_customers),
            **{f"quarantined:{field}": number for field, number in self.quarantined.items()},
            **self.found,
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
            connection.wrap_database_errors,  # Django does it for statements only
            cursor.copy(f"COPY incoming_event ({', '.join(columns)}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)

    def store(self, *, source: Source) -> Stored:
        """Store what is staged in one transaction and empty the table. People and stubs are made as the source wishes."""
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE incoming_event (item)")  # of the rest it would read long texts for nothing
            stubs = make_stubs(source)
            unknown = set_aside(source)
            cursor.execute(MONTHS)
            ensure_for(month for (month,) in cursor.fetchall())
        with transaction.atomic():
            return self._store(source, unknown=unknown, stubs=stubs)

    def _store(self, source: Source, *, unknown: Unknown, stubs: int) -> Stored:
        parameters: dict[str, Any] = {"source_id": source.pk}
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE incoming_keyed, incoming_claimed, incoming_won")
            cursor.execute(KEYED, parameters)
            total = cursor.rowcount
            cursor.execute("ANALYZE incoming_keyed (key, first, customer, visitor, item)")
            cursor.execute(CLAIM, parameters)
            won = cursor.rowcount
            if won:
                _write(source)
            conflicts = _conflicts() if won < total else []
            cursor.execute("TRUNCATE incoming_event")
        hold_unknown(unknown, source=source)
        outcome = Stored(
            stored=won,
            already_stored=total - won - len(conflicts),
            conflicts=conflicts,
            unknown_items=unknown.refused_for("item"),
            unknown_customers=unknown.refused_for("customer"),
            not_kept=unknown.not_kept,
            quarantined=Counter(held.field for held in unknown.held),
            found=count_quality() if won else Counter(),
            stubs=stubs,
        )
        IngestBatch.objects.create(source=source, door="import", counts=outcome.counts())
        return outcome


def _write(source: Source) -> None:
    """Store the rows whose keys were free."""
    parameters: dict[str, Any] = {"source_id": source.pk, "nobody": None}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE incoming_claimed")
        cursor.execute(PEOPLE)
        if people := unwilling(cursor.fetchall(), source=source):
            _mark_anonymous(people)
            parameters["nobody"] = nobody_of(source)
        cursor.execute(ADD_CUSTOMERS.format(rows=NAMED), parameters)
        cursor.execute(ADD_IDENTITIES.format(rows=NAMED), parameters)
        cursor.execute(FILL, parameters)
        judge(anonymous=bool(people))
        cursor.execute(LIVE)
        count_live_amounts(cursor.fetchall())
        cursor.execute(ADD_EVENTS.format(rows=STORED), parameters)


def _conflicts() -> list[int]:
    """The lines whose key is stored with another body."""
    with connection.cursor() as cursor:
        cursor.execute(CONFLICTS)
        return [line for (line,) in cursor.fetchall()]


def _mark_anonymous(people: set[Who]) -> None:
    kinds, values = zip(*sorted(people), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(MARK_ANONYMOUS, {"kinds": list(kinds), "values": list(values)})
