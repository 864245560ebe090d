"""CSV for spreadsheets and programs: UTF-8, a header, RFC 4180's quotes; nothing empty is nothing, "" is blank text."""

from collections.abc import Iterator, Mapping
from typing import Any

from marketing.exports.copied import Chunk, copied, instant_text, query_of
from marketing.exports.selections import Column, Selection, Type
from marketing.formulas import guard_sql


def write_csv(selection: Selection, filters: Mapping[str, Any]) -> Iterator[Chunk]:
    query = query_of(selection, filters, columns={column.name: cell(column) for column in selection.columns})
    chunks = copied(query, filters, options="FORMAT csv, HEADER")
    header = next(chunks)
    yield Chunk(header.data, header.rows - 1)
    yield from chunks


def cell(column: Column) -> str:
    """Text is guarded against being run as a formula; numbers are numbers, negative ones too."""
    match column.type:
        case Type.TEXT:
            return guard_sql(column.sql)
        case Type.INSTANT:
            return instant_text(column)
        case Type.DECIMAL:
            return f"trim_scale({column.sql})"
        case Type.BOOLEAN | Type.JSON:
            return f"({column.sql})::text"
        case Type.NUMBER:
            return column.sql
