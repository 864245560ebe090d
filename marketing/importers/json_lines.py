"""JSON lines: one value a line, with the place behind each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from marketing.errors import InvalidInput
from marketing.importers.parts import Part, Place, Row
from marketing.importers.records import CUT_OFF, LONGEST_LINE, lines, no_text
from marketing.plain_text import kind_of

Meaning = Callable[[dict[str, Any]], Mapping[str, Sequence[dict[str, Any]]]]


def json_part(path: Path, *, encoding: str, meaning: Meaning) -> Part:
    """A file whose lines each say what `meaning` makes of their object; none of it: the line is left out.

    Raises:
        InvalidInput: there is no such file, or nothing in it.

    """
    if not path.is_file():
        raise InvalidInput("path", f"a file expected, got “{path}”")
    size = path.stat().st_size
    if not size:
        raise InvalidInput(path.name, "JSON lines expected, got an empty file")

    def read(start: Place) -> Iterator[Row]:
        for raw, following in lines(path, start=start):
            value = object_of(raw, following=following, encoding=encoding)
            if isinstance(value, dict):
                yield Row(following.line, following, raw, "", "", **meaning(value))
            else:
                yield Row(following.line, following, raw, *value)

    return Part(path.name, size, read)


def object_of(raw: bytes, *, following: Place, encoding: str) -> dict[str, Any] | tuple[str, str]:
    """The line's object, or reason and detail why it has none; without either for a blank line."""
    if not raw.strip():
        return "", ""
    try:
        value = msgspec.json.decode(raw if encoding == "utf-8" else raw.decode(encoding))
    except UnicodeDecodeError as error:
        return no_text(error, start=following.offset - len(raw))
    except (msgspec.DecodeError, RecursionError) as error:
        return _no_json(raw, error, following=following, encoding=encoding)
    if not isinstance(value, dict):
        return f"a JSON object expected, got {kind_of(value)}", ""
    return value


def _no_json(raw: bytes, error: Exception, *, following: Place, encoding: str) -> tuple[str, str]:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError as broken:
        return no_text(broken, start=following.offset - len(raw))
    if len(raw) >= LONGEST_LINE:
        return f"a line of less than {LONGEST_LINE} bytes expected", ""
    if not raw.endswith(b"\n"):
        return CUT_OFF, str(error)
    return "JSON expected", str(error)
