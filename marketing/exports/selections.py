"""What an export gives: columns in SQL, and the filters that it understands."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Type(StrEnum):
    """What a column holds; each format has its own way to write it."""

    TEXT = "text"
    JSON = "JSON"
    NUMBER = "number"
    DECIMAL = "decimal"
    BOOLEAN = "true or false"
    INSTANT = "instant"


@dataclass(frozen=True)
class Column:
    """`name` is the REST door's name of the field, `sql` an expression over the selection's tables."""

    name: str
    sql: str
    type: Type = Type.TEXT


@dataclass(frozen=True)
class Selection:
    """Rows that can be exported. They come in no particular order, so that the first one needs no sorting of all.

    `filters` are the conditions that each parameter adds; `always` holds without any.
    """

    name: str
    description: str
    model: str  # whose permission to view staff need
    columns: tuple[Column, ...]
    tables: str
    filters: Mapping[str, str]
    always: str = "true"
