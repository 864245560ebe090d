"""The outside of every batch: bytes or JSON values in, one dict or refusal a row out."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import msgspec
from django.conf import settings

from marketing.errors import InvalidInput
from marketing.plain_text import kind_of

BOM = b"\xef\xbb\xbf"
PATH = re.compile(r"(?P<message>.*?)(?: - at `\$\.?(?P<path>[^`]*)`)?", re.DOTALL)
NAMED = re.compile(r"(?:field|required field) `(\w+)`")

Row = TypeVar("Row", bound=msgspec.Struct)


@dataclass(frozen=True)
class Refused:
    """A row of a batch that can't be accepted, and why. `index` is its place in the batch."""

    index: int
    id: str | None
    field: str
    message: str


def batch_of(raw: bytes | Sequence[Any], *, name: str) -> list[Any]:
    """The rows of a body: a JSON list, or an object that holds the list under `name`.

    Raises:
        InvalidInput: no JSON, no such list, or longer than EVENT_BATCH_MAX.

    """
    return rows_of(decoded(raw), name=name)


def decoded(raw: bytes | Any) -> Any:
    """The JSON value of a body. What is decoded already stays as it is.

    Raises:
        InvalidInput: no JSON.

    """
    return _decode(raw) if isinstance(raw, bytes) else raw


def rows_of(body: Any, *, name: str) -> list[Any]:
    """The rows of a decoded body; see `batch_of`."""
    rows = body.get(name) if isinstance(body, dict) else body
    if not isinstance(rows, list | tuple):
        raise InvalidInput(name, f"a JSON list, or an object with the list “{name}” expected, got {kind_of(body)}")
    if len(rows) > settings.EVENT_BATCH_MAX:
        raise InvalidInput(name, f"at most {settings.EVENT_BATCH_MAX} in one batch expected, got {len(rows)}")
    return list(rows)


def typed_row(row: Any, type_: type[Row], *, index: int, id_field: str) -> Row | Refused:
    """The row as `type_`, or which field it fails on. A whole number as its id counts as its digits."""
    named = row.get(id_field) if isinstance(row, dict) else None
    if isinstance(named, int) and not isinstance(named, bool):
        named, row = str(named), {**row, id_field: str(named)}
    try:
        return msgspec.convert(row, type_)
    except msgspec.ValidationError as error:
        found = PATH.fullmatch(str(error))
        message, path = (found["message"], found["path"]) if found else (str(error), None)
        inner = NAMED.search(message)
        field = (path or (inner[1] if inner else "")).replace("[...]", "")
        return Refused(index, named if isinstance(named, str) else None, field, message)


def _decode(raw: bytes) -> Any:
    raw = raw.removeprefix(BOM)
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _decode_leniently(raw)


def _decode_leniently(raw: bytes) -> Any:
    """What is no strict JSON, but Python's and JavaScript's writers make: NaN, halves of surrogates, broken UTF-8.

    Such a row shall be refused or cleaned by itself, not take the whole batch with it.
    """
    try:
        return json.loads(raw.decode("utf-8", errors="replace"))
    except (ValueError, RecursionError) as error:
        raise InvalidInput("body", f"JSON expected: {error}") from None


@dataclass(frozen=True)
class RowResult:
    """What became of one row of a batch."""

    index: int
    id: str | None
    status: Literal["created", "updated", "unchanged", "refused"]
    field: str | None = None
    message: str = ""


@dataclass(frozen=True)
class CheckedRow:
    """A row that can be written: its place in the batch, and its values under the columns' names."""

    index: int
    values: dict[str, Any]


def checked_rows(
    rows: Sequence[Row | Refused], check: Callable[[Row], dict[str, Any]], *, column: str, field: str
) -> tuple[dict[str, CheckedRow], list[RowResult]]:
    """The rows that `check` lets through, by their id, and refusals of the others and of ids given again.

    `column` is what `check` calls the id, `field` what JSON calls it.
    """
    checked: dict[str, CheckedRow] = {}
    refused: list[RowResult] = []
    for index, row in enumerate(rows):
        if isinstance(row, Refused):
            refused.append(RowResult(index, row.id, "refused", row.field, row.message))
            continue
        try:
            values = check(row)
        except InvalidInput as error:
            refused.append(RowResult(index, getattr(row, column), "refused", error.field, error.message))
            continue
        if (earlier := checked.setdefault(values[column], CheckedRow(index, values))).index != index:
            message = f"given twice: row {earlier.index} of this batch has it too"
            refused.append(RowResult(index, values[column], "refused", field, message))
    return checked, refused
