"""Data out: selections of rows, each in any format, streamed. `manage.py export`, REST and the admin ask for them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from marketing.errors import InvalidInput, NotFound
from marketing.exports.consents import CONSENTS
from marketing.exports.copied import Chunk
from marketing.exports.csv_format import write_csv
from marketing.exports.customers import CUSTOMERS
from marketing.exports.events import EVENTS
from marketing.exports.filters import parse_filters
from marketing.exports.items import ITEMS
from marketing.exports.jsonl_format import write_jsonl
from marketing.exports.orders import ORDERS
from marketing.exports.selections import Selection

EXPORTS = {selection.name: selection for selection in (EVENTS, CUSTOMERS, ITEMS, ORDERS, CONSENTS)}


def write_parquet(selection: Selection, filters: Mapping[str, Any]) -> Iterator[Chunk]:
    # Only who writes parquet pays for pyarrow: 60 MB that the web processes otherwise do without.
    from marketing.exports import parquet_format

    return parquet_format.write_parquet(selection, filters)


@dataclass(frozen=True)
class Format:
    """How a file is written; `name` is also its ending."""

    name: str
    media_type: str
    write: Callable[[Selection, Mapping[str, Any]], Iterator[Chunk]]


FORMATS = {
    format_.name: format_
    for format_ in (
        Format("csv", "text/csv; charset=utf-8", write_csv),
        Format("jsonl", "application/jsonl", write_jsonl),
        Format("parquet", "application/vnd.apache.parquet", write_parquet),
    )
}


@dataclass(frozen=True)
class Export:
    """One file to be written, all of its parameters found good."""

    selection: Selection
    format: Format
    filters: Mapping[str, Any]

    @property
    def file_name(self) -> str:
        return f"{self.selection.name}.{self.format.name}"

    def chunks(self) -> Iterator[Chunk]:
        """The file in pieces. The rows are those of one instant, and in no particular order."""
        return self.format.write(self.selection, self.filters)


def prepare(selection: str, *, format_name: str, filters: Mapping[str, str]) -> Export:
    """An export, ready to be written.

    Raises:
        NotFound: there is no such selection.
        InvalidInput: naming the parameter at fault.

    """
    if selection not in EXPORTS:
        raise NotFound(f"There is no export “{selection[:64]}”; there are {', '.join(EXPORTS)}.")
    if format_name not in FORMATS:
        raise InvalidInput("format", f"one of {', '.join(FORMATS)} expected, got “{format_name[:32]}”")
    chosen = EXPORTS[selection]
    return Export(chosen, FORMATS[format_name], parse_filters(chosen, filters))
