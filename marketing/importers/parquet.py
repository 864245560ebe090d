"""Parquet files of events, items or customers, read by row groups, with the column map of CSV."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from marketing.errors import InvalidInput
from marketing.importers.columns import OBJECTS, TIMES, ColumnMap
from marketing.importers.frame import import_parts
from marketing.importers.job import Job
from marketing.importers.parts import Part, Place, Row
from marketing.importers.report import ImportReport

BATCH_ROWS = 5_000


def import_parquet(path: Path, *, job: Job) -> ImportReport:
    """Store the rows of a parquet file.

    Raises:
        InvalidInput: naming the file that is no parquet, the column that is missing, or one of another type.

    """
    try:
        with pq.ParquetFile(path) as file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise InvalidInput(path.name, f"a parquet file expected: {error}") from error
    options = job.options
    columns = ColumnMap(schema.names, options=options, rows=options.rows, file=path.name)
    for field, place in columns.places.items():
        _check_type(schema.field(place).type, field=field, job=job)
    wanted = [schema.names[place] for place in columns.places.values()]
    size = path.stat().st_size

    def read(start: Place) -> Iterator[Row]:
        # Values come in the file's order of columns, those that nobody asked for as None.
        for number, values in _values(path, wanted, width=len(schema), start=start.offset):
            following = Place(number + 1, number + 1)
            said: dict[str, Any] = {options.rows: (columns.row(values),)}
            yield Row(number + 1, following, **said)

    part = Part(path.name, size, read, bytes_per_step=size / max(rows, 1))
    return import_parts([part], layout=f"parquet of {options.rows}", job=job, make_items=options.make_items)


def _values(path: Path, wanted: list[str], *, width: int, start: int) -> Iterator[tuple[int, list[Any]]]:
    """Each row's number (from 0) and values, from `start` on. Row groups before it are not read."""
    with pq.ParquetFile(path, pre_buffer=False, buffer_size=1024 * 1024) as file:
        names = file.schema_arrow.names
        first = 0
        for group in range(file.num_row_groups):
            rows = file.metadata.row_group(group).num_rows
            if first + rows > start:
                yield from _of_group(file, group, names, wanted, width=width, first=first, start=start)
            first += rows


def _of_group(
    file: pq.ParquetFile, group: int, names: list[str], wanted: list[str], *, width: int, first: int, start: int
) -> Iterator[tuple[int, list[Any]]]:
    number = first
    for batch in file.iter_batches(BATCH_ROWS, row_groups=[group], columns=wanted):
        if number + batch.num_rows > start:
            nothing: list[Any] = [None] * batch.num_rows
            columns = [nothing] * width
            for name, column in zip(batch.schema.names, batch.columns, strict=True):
                columns[names.index(name)] = _plain(column).to_pylist()
            for values in zip(*columns, strict=True):
                if number >= start:
                    yield number, list(values)
                number += 1
        else:
            number += batch.num_rows


def _plain(column: pa.Array) -> pa.Array:
    """Nanoseconds, which Python's times don't have, are cut to microseconds."""
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        return column.cast(pa.timestamp("us", tz=column.type.tz), safe=False)
    return column


def _check_type(found: pa.DataType, *, field: str, job: Job) -> None:
    if pa.types.is_dictionary(found):
        found = found.value_type
    text = pa.types.is_string(found) or pa.types.is_large_string(found)
    number = pa.types.is_integer(found) or pa.types.is_floating(found)
    name = field.partition(".")[0] if "." in field else field
    if "." in field:
        fits, expected = text or number or pa.types.is_boolean(found), "a column of text, numbers or booleans"
    elif name in OBJECTS:
        fits, expected = text or pa.types.is_struct(found), "a column of JSON as text, or a struct,"
    elif name in TIMES:
        fits, expected = text or number or pa.types.is_timestamp(found), "a column of timestamps"
        if pa.types.is_timestamp(found) and found.tz is None and job.options.time_zone is None:
            raise InvalidInput(field, "timestamps with a time zone expected; name that of these with --time-zone")
    elif name in ("value", "price"):
        fits, expected = number or pa.types.is_decimal(found), "a column of numbers"
    elif name == "tags":
        fits, expected = text or pa.types.is_list(found), "a column of lists of text"
    elif name == "available":
        fits, expected = text or pa.types.is_boolean(found), "a column of booleans"
    else:
        fits, expected = text or pa.types.is_integer(found), "a column of text or whole numbers"
    if not (fits or pa.types.is_null(found)):
        raise InvalidInput(field, f"{expected} expected, found {found}")
