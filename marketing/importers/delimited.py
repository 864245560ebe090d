"""CSV and TSV of events, items or customers, with a header and a column map."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from marketing.errors import InvalidInput
from marketing.formulas import unguard
from marketing.importers.columns import FIELDS, ColumnMap
from marketing.importers.frame import import_parts
from marketing.importers.job import Job, Options
from marketing.importers.parts import Part, Place, Row
from marketing.importers.records import (
    CUT_OFF,
    Record,
    checked_encoding,
    header_of,
    records,
    sniffed,
    titles_of,
)
from marketing.importers.report import ImportReport

Meaning = Callable[[list[str]], Mapping[str, Sequence[dict[str, Any]]]]


def import_delimited(path: Path, *, job: Job) -> ImportReport:
    """Store the rows of a file whose delimiter (comma, tab, semicolon, bar) is seen from its header.

    Raises:
        InvalidInput: naming the file that is empty or lacks a column, with those that it has.

    """
    part = delimited_part(path, options=job.options)
    return import_parts([part], layout=f"table of {job.options.rows}", job=job, make_items=job.options.make_items)


def delimited_part(path: Path, *, options: Options) -> Part:
    """The file's rows by its column map.

    Raises:
        InvalidInput: as `import_delimited`.

    """
    titles, delimiter = header(path, encoding=options.encoding, wanted=frozenset(FIELDS[options.rows]))
    columns = ColumnMap(titles, options=options, rows=options.rows, file=path.name)

    def meaning(values: list[str]) -> Mapping[str, Sequence[dict[str, Any]]]:
        return {options.rows: (columns.row(values),)}

    return table_part(
        path,
        titles=titles,
        delimiter=delimiter,
        encoding=options.encoding,
        meaning=meaning,
        ends_with_time=columns.places.get("occurredAt") == len(titles) - 1,
    )


def header(path: Path, *, encoding: str, wanted: frozenset[str]) -> tuple[list[str], str]:
    """The titles of the columns, and what parts them.

    Raises:
        InvalidInput: naming the file that is no table of text.

    """
    if not path.is_file():
        raise InvalidInput("path", f"a file expected, got “{path}”")
    line = header_of(path, encoding=checked_encoding(encoding)).decode(encoding)
    delimiter = sniffed(line, wanted=wanted)
    return titles_of(line, delimiter=delimiter, file=path.name), delimiter


def table_part(
    path: Path,
    *,
    titles: list[str],
    delimiter: str,
    encoding: str,
    meaning: Meaning,
    ends_with_time: bool = False,
) -> Part:
    """A table whose records each say what `meaning` makes of their values."""

    def read(start: Place) -> Iterator[Row]:
        length = 0  # of the time in the record before
        for record in table_records(path, titles=titles, delimiter=delimiter, encoding=encoding, start=start):
            reason = record.reason
            if not reason and ends_with_time and record.columns:
                time = record.columns[-1]
                if len(time) < length and not record.raw.endswith(b"\n"):
                    reason = CUT_OFF
                length = len(time)
            if reason or not record.columns:
                yield Row(record.line, record.following, record.raw, reason, record.detail)
            else:
                yield Row(record.line, record.following, record.raw, "", "", **meaning(record.columns))

    return Part(path.name, path.stat().st_size, read)


def table_records(path: Path, *, titles: list[str], delimiter: str, encoding: str, start: Place) -> Iterator[Record]:
    """The records below the header, those of another width with the reason."""
    width = len(titles)
    for record in records(path, delimiter=delimiter, encoding=encoding, start=start):
        if record.following.line and record.line == 1:
            continue  # the header
        columns = record.columns
        if record.reason or not columns:
            yield record._replace(columns=[])
        elif len(columns) != width:
            yield _of_another_width(record, width=width)
        elif b"'" in record.raw:
            yield record._replace(columns=[unguard(column) for column in columns])
        else:
            yield record


def _of_another_width(record: Record, *, width: int) -> Record:
    if len(record.columns) < width and not record.raw.endswith(b"\n"):
        return record._replace(columns=[], reason=CUT_OFF, detail="too few columns")
    size = "few" if len(record.columns) < width else "many"
    return record._replace(columns=[], reason=f"too {size} columns: {width} expected, got {len(record.columns)}")
