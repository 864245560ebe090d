"""JSON lines: one object a row."""

from collections.abc import Iterator, Mapping
from typing import Any

from marketing.exports.copied import Chunk, copied, instant_text, query_of
from marketing.exports.selections import Column, Selection, Type

# COPY shall write the objects as they are. Postgres escapes control characters in JSON, so that these two never stand
# in one and nothing needs quoting.
VERBATIM = r"FORMAT csv, DELIMITER E'\x02', QUOTE E'\x01'"


def write_jsonl(selection: Selection, filters: Mapping[str, Any]) -> Iterator[Chunk]:
    rows = query_of(selection, filters, columns={column.name: value(column) for column in selection.columns})
    return copied(f"SELECT row_to_json(line) FROM ({rows}) line", filters, options=VERBATIM)  # noqa: S608 - our own


def value(column: Column) -> str:
    match column.type:
        case Type.INSTANT:
            return instant_text(column)
        case Type.DECIMAL:
            return f"trim_scale({column.sql})"
        case _:
            return column.sql
