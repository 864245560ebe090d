"""The ratings of a folder: COPY brings the lines in, SQL judges them and hands the good ones to the event stage."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from marketing.events import STARS
from marketing.importers.lines import Block, blocks, copy_lines
from marketing.importers.movielens.layouts import Table
from marketing.importers.report import Progress, Rejects
from marketing.instants import AHEAD_LIMIT, MILLISECONDS_FROM
from marketing.models import Source
from marketing.services.bulk import EventStage

TABLES = """
DROP TABLE IF EXISTS pg_temp.incoming_line, pg_temp.incoming_rating;
CREATE TEMP TABLE incoming_line (line bigint GENERATED ALWAYS AS IDENTITY, text text);
CREATE TEMP TABLE incoming_rating (
    line bigint, text text, customer text, item text, rating text, instant text, reason text
);
"""
DROP = "DROP TABLE IF EXISTS pg_temp.incoming_line, pg_temp.incoming_rating"
# An epoch time as the files have it: seconds or milliseconds, sometimes written by a program that knows only floats.
SECONDS = "CASE WHEN instant::numeric >= %(milliseconds_from)s THEN instant::numeric / 1000 ELSE instant::numeric END"
# The cases are asked in this order, so that a value is only cast once it is known to be a number. OFFSET 0 has each
# line split once: else the planner would write the expressions into every case, which took twice as long.
JUDGE = f"""
INSERT INTO incoming_rating
SELECT line, text, customer, item, rating, instant, CASE
    WHEN text IS NULL THEN 'broken UTF-8 or a NUL byte'
    WHEN width < %(width)s THEN 'too few columns'
    WHEN customer = '' OR length(customer) > 128 OR customer ~ '[[:cntrl:]]'
        THEN 'user: an id of 1 to 128 characters expected'
    WHEN item = '' OR length(item) > 128 OR item ~ '[[:cntrl:]]'
        THEN 'item: an id of 1 to 128 characters expected'
    WHEN rating !~ '^[0-9]{{1,9}}(\\.[0-9]{{1,18}})?$'
        THEN 'rating: a finite number from {STARS.minimum:g} to {STARS.maximum:g} expected'
    WHEN rating::numeric NOT BETWEEN {STARS.minimum} AND {STARS.maximum}
        THEN 'rating: a finite number from {STARS.minimum:g} to {STARS.maximum:g} expected'
    WHEN instant !~ '^[0-9]{{1,20}}(\\.[0-9]{{1,18}})?([eE][+]?[0-9]{{1,2}})?$'
        THEN 'timestamp: seconds or milliseconds since 1970 expected'
    WHEN {SECONDS} > extract(epoch FROM now() + %(ahead)s::interval)
        THEN 'timestamp: the past expected, got a time more than a day ahead'
    END
FROM incoming_line,
    LATERAL (SELECT string_to_array(text, %(separator)s) AS field OFFSET 0) split,
    LATERAL (SELECT coalesce(cardinality(field), 0) AS width, normalize(btrim(field[%(user)s]), NFC) AS customer,
                    normalize(btrim(field[%(item)s]), NFC) AS item, btrim(field[%(rating)s]) AS rating,
                    btrim(field[%(timestamp)s]) AS instant OFFSET 0) named
WHERE line > %(header)s AND btrim(text) IS DISTINCT FROM ''
"""  # noqa: S608 - made of our own constants
# A last line that lost its last digits still looks whole; but times of one set have the same number of digits.
CUT_OFF = """
UPDATE incoming_rating last SET reason = 'the file is cut off here: the timestamp is shorter than all others'
WHERE reason IS NULL AND line = (SELECT max(line) FROM incoming_line)
AND length(instant) < (SELECT min(length(instant)) FROM incoming_rating WHERE reason IS NULL AND line < last.line)
"""
REJECTS = "SELECT line, reason, coalesce(text, '') FROM incoming_rating WHERE reason IS NOT NULL ORDER BY line"
# The id is made of who, what and when, so that a rating is known again in any copy of the set.
STAGE = f"""
INSERT INTO incoming_event (line, event_id, kind, occurred_at, item, value, customer)
SELECT line, encode(sha256(convert_to(concat_ws(E'\\x1f', customer, item, instant_us), 'UTF8')), 'hex'), 'rating',
       occurred_at, item, rating::float8, customer
FROM (SELECT *, timestamptz 'epoch' + instant_us * interval '1 microsecond' AS occurred_at
      FROM (SELECT *, round(({SECONDS}) * 1000000)::bigint AS instant_us
            FROM incoming_rating WHERE reason IS NULL OFFSET 0) good) timed
"""  # noqa: S608 - made of our own constants
ADD_ITEMS = """
INSERT INTO marketing_item (sku, source_id, title, description, translations, brand, tags, currency, image_url, url,
                            attributes)
SELECT DISTINCT item, %(source_id)s::bigint, item, '', '{}'::jsonb, '', '{}'::text[], '', '', '', '{}'::jsonb
FROM incoming_rating WHERE reason IS NULL ORDER BY item
ON CONFLICT DO NOTHING
"""
CONFLICT = "rating: another one of the same user, item and time is already stored"
UNKNOWN_CUSTOMER = "user: no customer has this id"
TEXTS = "SELECT line, text FROM incoming_rating WHERE line = ANY(%s) ORDER BY line"


@dataclass(frozen=True)
class StoredRatings:
    stored: int
    already_stored: int
    untitled_items: int
    quarantined: int


def import_ratings(table: Table, *, source: Source, rejects: Rejects, progress: Progress) -> StoredRatings:
    """Store the folder's ratings as events, block by block, each in a transaction of its own."""
    parameters = _parameters(table, source=source)
    stored = already_stored = untitled = quarantined = 0
    with EventStage() as stage:
        for block in _staged_blocks(table, parameters, rejects=rejects):
            untitled += _execute(ADD_ITEMS, parameters)
            outcome = stage.store(source=source)
            _add_rejects(outcome.conflicts, CONFLICT, table=table, rejects=rejects)
            _add_rejects(outcome.unknown_customers, UNKNOWN_CUSTOMER, table=table, rejects=rejects)
            stored += outcome.stored
            already_stored += outcome.already_stored
            quarantined += outcome.quarantined.total()
            progress.advance(block.size)
    return StoredRatings(stored, already_stored, untitled, quarantined)


def _staged_blocks(table: Table, parameters: dict[str, Any], *, rejects: Rejects) -> Iterator[Block]:
    """Each block of the file, once its good lines are staged and its bad ones written down."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        for block in blocks(table.path):
            cursor.execute("TRUNCATE incoming_line, incoming_rating")
            with connection.wrap_database_errors, cursor.copy("COPY incoming_line (text) FROM STDIN") as copy:
                copy.write(copy_lines(block.data))
            cursor.execute(JUDGE, parameters)
            if block.cut_off:
                cursor.execute(CUT_OFF)
            cursor.execute(REJECTS)
            for line, reason, text in cursor.fetchall():
                rejects.add(file=table.path.name, line=line, reason=reason, text=text)
            cursor.execute(STAGE, parameters)
            yield block
        cursor.execute(DROP)


def _parameters(table: Table, *, source: Source) -> dict[str, Any]:
    return {
        "source_id": source.pk,
        "separator": table.format.separator,
        "width": table.width,
        "header": int(table.format.has_header),
        "milliseconds_from": MILLISECONDS_FROM,
        "ahead": AHEAD_LIMIT,
        **{name: place + 1 for name, place in table.places.items()},  # SQL counts from 1
    }


def _add_rejects(lines: list[int], reason: str, *, table: Table, rejects: Rejects) -> None:
    if not lines:
        return
    with connection.cursor() as cursor:
        cursor.execute(TEXTS, [lines])
        for line, text in cursor.fetchall():
            rejects.add(file=table.path.name, line=line, reason=reason, text=text)


def _execute(sql: str, parameters: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)
