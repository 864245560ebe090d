"""A computed report as CSV that a spreadsheet opens without running anything."""

import csv
import io
from collections.abc import Iterator

from marketing.formulas import guard
from marketing.reports.frame import Outcome

BOM = "\ufeff"  # without it, spreadsheets read UTF-8 as Latin-1


def csv_lines(outcome: Outcome) -> Iterator[str]:
    yield BOM + _line([column.title for column in outcome.columns])
    for row in outcome.rows:
        yield _line([guard(column.plain(row[column.name])) for column in outcome.columns])


def _line(cells: list[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
