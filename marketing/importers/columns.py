"""The column map: which column of a table says which field of an event, item or customer."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from marketing.errors import InvalidInput
from marketing.events import FIELDS as EVENT_FIELDS
from marketing.importers.job import Options, Rows
from marketing.services.catalogue import ItemIn
from marketing.services.customers import CustomerIn

FIELDS: Final[dict[Rows, tuple[str, ...]]] = {
    "events": tuple(dict.fromkeys((*EVENT_FIELDS, "payload"))),
    "items": tuple(field.encode_name for field in msgspec.structs.fields(ItemIn)),
    "customers": tuple(field.encode_name for field in msgspec.structs.fields(CustomerIn)),
}
# Each of these must come from a column or a constant; of several in one entry, one.
REQUIRED: Final[dict[Rows, tuple[tuple[str, ...], ...]]] = {
    "events": (("kind",), ("occurredAt",), ("customer", "visitor")),
    "items": (("sku",), ("title",)),
    "customers": (("externalId",),),
}
OBJECTS = frozenset({"context", "payload", "attributes", "translations"})
TIMES = frozenset({"occurredAt", "publishedAt", "expiresAt"})
LIST_SEPARATOR = "|"

Converter = Callable[[Any], Any]


class ColumnMap:
    """A table's titles against our fields. `row` turns its values into what the REST door would have got.

    Raises:
        InvalidInput: naming the field that the map doesn't know, or the column that is missing and those found.

    """

    def __init__(self, titles: Sequence[str], *, options: Options, rows: Rows, file: str) -> None:
        columns = {field: field for field in FIELDS[rows] if field in titles}
        columns |= {title: title for title in titles if _is_dotted(title)}
        columns |= {field: column for field, column in options.columns.items() if field not in options.constants}
        for field in (*options.columns, *options.constants):
            if field not in FIELDS[rows] and not _is_dotted(field):
                raise InvalidInput("column", f"one of {', '.join(FIELDS[rows])} expected, got “{field}”")
        if missing := [column for column in columns.values() if column not in titles]:
            raise InvalidInput(file, f"the column {' and '.join(missing)} expected, found {', '.join(titles)}")
        for fields in REQUIRED[rows]:
            if not any(field in columns or field in options.constants for field in fields):
                name = " or ".join(fields)
                raise InvalidInput(
                    file, f"the column {name} expected (or --column {fields[0]}=…), found {', '.join(titles)}"
                )
        self.constants = {
            field: _converter(field, zone=options.time_zone)(value) for field, value in options.constants.items()
        }
        self.places = {field: titles.index(column) for field, column in columns.items()}
        self._plain = [(field, place) for field, place in self.places.items() if _is_plain(field)]
        self._others = [
            (field.partition(":")[0], place, _converter(field, zone=options.time_zone))
            for field, place in self.places.items()
            if not _is_plain(field)
        ]

    def row(self, values: Sequence[Any]) -> dict[str, Any]:
        """What is blank is left out."""
        row = {field: value for field, place in self._plain if (value := values[place]) not in ("", None)}
        for field, place, convert in self._others:
            value = values[place]
            if value is None or value == "":
                continue
            outer, dot, inner = field.partition(".")
            if dot:
                row.setdefault(outer, {})[inner] = convert(value)
            else:
                row[field] = convert(value)
        return {**row, **self.constants} if self.constants else row


def _is_dotted(field: str) -> bool:
    outer, dot, inner = field.partition(".")
    return bool(dot and inner) and outer in OBJECTS


def _is_plain(field: str) -> bool:
    return _converter(field, zone=None) is _as_it_is and not _is_dotted(field) and field not in TIMES


def _converter(field: str, *, zone: ZoneInfo | None) -> Converter:
    name, _colon, kind = field.partition(":")
    if name == "value" or kind == "number":
        return _number
    if name in OBJECTS:
        return _object
    if name == "tags":
        return _list
    if name == "available":
        return _truth
    if name in TIMES and zone:
        return _Localised(zone)
    return _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _number(value: Any) -> Any:
    """The number that a text is; else the text, which the parser will refuse by name."""
    if not isinstance(value, str) or "_" in value:
        return value
    try:
        return float(value)
    except ValueError:
        return value


def _object(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError):
        return value


def _list(value: Any) -> Any:
    return [part for part in value.split(LIST_SEPARATOR) if part.strip()] if isinstance(value, str) else value


def _truth(value: Any) -> Any:
    said = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    return said.get(value.strip().lower(), value) if isinstance(value, str) else value


class _Localised:
    """Gives times without an offset the zone that they were written in."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone

    def __call__(self, value: Any) -> Any:
        instant = value
        if isinstance(value, str):
            try:
                instant = datetime.fromisoformat(value.strip().upper())
            except ValueError:
                return value
        if isinstance(instant, datetime) and instant.tzinfo is None:
            return instant.replace(tzinfo=self.zone)
        return value
