"""Lists as a file for whoever sends messages: parquet, CSV or JSON lines, a row for each place of a list."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import orjson

from marketing.errors import InvalidInput
from marketing.formulas import guard


class ListRow(NamedTuple):
    """`customer` is the shop's own id; `rank` counts from 1; scores compare within one list only."""

    customer: str
    rank: int
    sku: str
    title: str
    score: float
    reason: str


Blocks = Iterable[Sequence[ListRow]]


def writer_of(format_name: str) -> Callable[[Blocks], Iterator[bytes]]:
    """What turns blocks of rows into the pieces of a file, each when it is asked for.

    Raises:
        InvalidInput: names `format`.

    """
    if format_name not in WRITERS:
        raise InvalidInput("format", f"is “{format_name[:32]}”; expected one of {', '.join(WRITERS)}")
    return WRITERS[format_name]


def csv_pieces(blocks: Blocks) -> Iterator[bytes]:
    """UTF-8 with a header; text that a spreadsheet would run as a formula is guarded."""
    yield _csv([ListRow._fields])
    for rows in blocks:
        yield _csv(
            (guard(row.customer), row.rank, guard(row.sku), guard(row.title), row.score, guard(row.reason))
            for row in rows
        )


def jsonl_pieces(blocks: Blocks) -> Iterator[bytes]:
    for rows in blocks:
        yield b"".join(orjson.dumps(row._asdict(), option=orjson.OPT_APPEND_NEWLINE) for row in rows)


def parquet_pieces(blocks: Blocks) -> Iterator[bytes]:
    """One row group a block."""
    # Only who writes parquet pays for pyarrow: 60 MB that the web processes otherwise do without.
    import pyarrow as pa
    import pyarrow.parquet as pq

    from marketing.exports.parquet_format import Drained

    types = {str: pa.string(), int: pa.int32(), float: pa.float64()}
    schema = pa.schema([(name, types[kind]) for name, kind in ListRow.__annotations__.items()])
    file = Drained()
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for rows in filter(None, blocks):
            columns = zip(zip(*rows, strict=True), schema.types, strict=True)
            writer.write_table(pa.table([pa.array(column, type_) for column, type_ in columns], schema=schema))
            yield file.take()
    yield file.take()


WRITERS: Mapping[str, Callable[[Blocks], Iterator[bytes]]] = {
    "csv": csv_pieces,
    "jsonl": jsonl_pieces,
    "parquet": parquet_pieces,
}


def _csv(lines: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue().encode()
