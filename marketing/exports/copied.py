"""Rows out of Postgres by COPY: the server writes them as it finds them, and at most a chunk of them is held here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import connection

from marketing.exports.selections import Column, Selection

CHUNK_ROWS = 5_000


@dataclass(frozen=True)
class Chunk:
    """Some bytes of a file, and how many rows they tell of."""

    data: bytes
    rows: int


def copied(query: str, filters: Mapping[str, Any], *, options: str, rows: int = CHUNK_ROWS) -> Iterator[Chunk]:
    """What COPY writes of the query with these options, `rows` rows at a time."""
    # COPY takes no parameters from the server's side, so they are quoted here.
    statement = connection.ops.compose_sql(f"COPY ({query}) TO STDOUT WITH ({options})", dict(filters))  # type: ignore[attr-defined]  # Postgres' own
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        lines = iter(copy)
        while batch := list(islice(lines, rows)):
            yield Chunk(b"".join(batch), len(batch))


def query_of(selection: Selection, filters: Mapping[str, Any], *, columns: Mapping[str, str]) -> str:
    """The SELECT of these expressions by name, under the selection's conditions."""
    listed = ", ".join(f'{sql} AS "{name}"' for name, sql in columns.items())
    conditions = [selection.always, *(selection.filters[name] for name in filters)]
    return f"SELECT {listed} FROM {selection.tables} WHERE {' AND '.join(conditions)}"  # noqa: S608 - our own constants


def instant_text(column: Column) -> str:
    """ISO 8601 in UTC, to the microsecond."""
    return f"""to_char({column.sql} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
