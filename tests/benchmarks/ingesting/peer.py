"""The peer: raw COPY of the same rows into the same two tables, with all their indexes and foreign keys."""

import time
from dataclasses import dataclass

import psycopg
from psycopg import sql

TABLES = ("marketing_event", "marketing_eventkey")


@dataclass(frozen=True)
class Rows:
    """What the tables held, in COPY's own text."""

    count: int
    columns: dict[str, list[str]]
    text: dict[str, bytes]


def take_out(connection: psycopg.Connection) -> Rows:
    """All rows of both tables; the tables are empty afterwards."""
    columns = {table: columns_of(connection, table) for table in TABLES}
    text = {}
    for table in TABLES:
        names = sql.SQL(", ").join(map(sql.Identifier, columns[table]))
        # A partitioned table can't be copied out of, a query can.
        query = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(names, sql.Identifier(table))
        with connection.cursor() as cursor, cursor.copy(query) as copy:
            text[table] = b"".join(copy)
    count = text["marketing_event"].count(b"\n")
    empty(connection)
    return Rows(count, columns, text)


def copy_in(connection: psycopg.Connection, rows: Rows) -> float:
    """Seconds for both tables in one transaction."""
    began = time.perf_counter()
    with connection.transaction(), connection.cursor() as cursor:
        for table, text in rows.text.items():
            names = sql.SQL(", ").join(map(sql.Identifier, rows.columns[table]))
            with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)) as copy:
                copy.write(text)
    return time.perf_counter() - began


def empty(connection: psycopg.Connection) -> None:
    connection.execute("TRUNCATE marketing_event, marketing_eventkey CASCADE")
    connection.execute("CHECKPOINT")  # so that nobody pays for what the one before wrote


def columns_of(connection: psycopg.Connection, table: str) -> list[str]:
    """All but the sequence's, which fills itself for both of them."""
    found = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND attgenerated = '' ORDER BY attnum",
        [table],
    )
    return [name for (name,) in found if (table, name) != ("marketing_event", "id")]
