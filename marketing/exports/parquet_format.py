"""Parquet: typed columns, compressed, for pandas, polars, DuckDB and the like. JSON columns are text."""

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from marketing.exports.copied import Chunk, copied, instant_text, query_of
from marketing.exports.selections import Column, Selection, Type

# What is held in memory at a time: about 4 MB of events.
ROW_GROUP = 20_000
ARROW = {
    Type.TEXT: pa.string(),
    Type.JSON: pa.string(),
    Type.NUMBER: pa.float64(),
    Type.DECIMAL: pa.decimal128(14, 4),
    Type.BOOLEAN: pa.bool_(),
    Type.INSTANT: pa.timestamp("us", tz="UTC"),
}


class Drained:
    """A file for the writer whose bytes are taken away as they come."""

    closed = False

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._waiting.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is kept back."""

    def take(self) -> bytes:
        taken = b"".join(self._waiting)
        self._waiting.clear()
        return taken


def write_parquet(selection: Selection, filters: Mapping[str, Any]) -> Iterator[Chunk]:
    schema = pa.schema([(column.name, ARROW[column.type]) for column in selection.columns])
    query = query_of(selection, filters, columns={column.name: cell(column) for column in selection.columns})
    file = Drained()
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for chunk in copied(query, filters, options="FORMAT csv", rows=ROW_GROUP):
            writer.write_table(table_of(chunk, schema))
            yield Chunk(file.take(), chunk.rows)
    yield Chunk(file.take(), 0)


def table_of(chunk: Chunk, schema: pa.Schema) -> pa.Table:
    """Rows of COPY's CSV, where an empty cell is null and "" is blank text."""
    return pa_csv.read_csv(
        pa.BufferReader(chunk.data),
        read_options=pa_csv.ReadOptions(column_names=schema.names),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(
            column_types=schema, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    )


def cell(column: Column) -> str:
    match column.type:
        case Type.INSTANT:
            return instant_text(column)
        case Type.BOOLEAN | Type.JSON:
            return f"({column.sql})::text"
        case _:
            return column.sql
