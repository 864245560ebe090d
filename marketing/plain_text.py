"""Text from outside: normalised, cleaned of what Postgres can't hold, its length checked."""

import re
import sys
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from marketing.errors import InvalidInput

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
SURROGATE = re.compile("[\ud800-\udfff]")
INTEGER_LIMIT = 2**63
FLOAT_LIMIT = int(sys.float_info.max)


def clean(text: str) -> str:
    """NFC; NUL dropped; halves of a surrogate pair, which are no character, replaced by U+FFFD."""
    if text.isascii():
        return text.replace("\0", "")
    return unicodedata.normalize("NFC", SURROGATE.sub("\ufffd", text.replace("\0", "")))


def short_text(value: Any, *, field: str, limit: int, blank: bool = True) -> str:
    """A line of at most `limit` characters, without space around it.

    Raises:
        InvalidInput: naming `field`: no text, too long, or blank where it must not be.

    """
    if not isinstance(value, str):
        raise InvalidInput(field, f"text expected, got {kind_of(value)}")
    if _is_plain(value, limit=limit) and (value or blank):
        return value
    text = clean(value).strip()
    if len(text) > limit:
        raise InvalidInput(field, f"at most {limit} characters expected, got {len(text)}")
    if not text and not blank:
        raise InvalidInput(field, "text expected, got a blank one")
    return text


def identifier(value: Any, *, field: str, limit: int = 128) -> str:
    """Somebody's or something's id: as `short_text`, never blank, no control characters; a whole number is its digits.

    Raises:
        InvalidInput: naming `field`.

    """
    if isinstance(value, str) and value and _is_plain(value, limit=limit):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    text = short_text(value, field=field, limit=limit, blank=False)
    if CONTROL.search(text):
        raise InvalidInput(field, "an id without control characters expected")
    return text


def json_object(value: Any, *, field: str, limit: int, depth: int) -> dict[str, Any]:
    """A JSON object with clean texts, at most `limit` bytes as JSON, objects and lists at most `depth` deep.

    Raises:
        InvalidInput: naming `field`.

    """
    if not isinstance(value, Mapping):
        raise InvalidInput(field, f"a JSON object expected, got {kind_of(value)}")
    cleaned: dict[str, Any] = _clean_json(value, field=field, depth=depth)
    size = len(msgspec.json.encode(cleaned))
    if size > limit:
        raise InvalidInput(field, f"at most {limit} bytes of JSON expected, got {size}")
    return cleaned


def kind_of(value: Any) -> str:
    """How a message calls the kind of this JSON value."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a text"
    return {type(None): "null", list: "a list", dict: "an object"}.get(type(value), type(value).__name__)


def _is_plain(text: str, *, limit: int) -> bool:
    """Whether there is nothing to clean or refuse, as in nearly all texts: printable ASCII has no control characters."""
    return len(text) <= limit and text.isascii() and text.isprintable() and text[:1] != " " != text[-1:]


def _clean_json(value: Any, *, field: str, depth: int) -> Any:
    match value:
        case None | bool():
            return value
        case str():
            return clean(value)
        case int():
            return _whole(value, field=field)
        case float():
            return _finite(value, field=field)
        case Mapping() | list() | tuple():
            if depth == 0:
                raise InvalidInput(field, "objects and lists are nested too deeply")
            return _clean_container(value, field=field, depth=depth - 1)
    raise InvalidInput(field, f"JSON expected, got {type(value).__name__}")


# Equal numbers are one value, however they are spelled: 1.0 is 1, -0.0 is 0. Postgres writes 1e16 as 10000000000000000, and
# so do JavaScript's writers; what they send back must be the same. A float is what its shortest digits say.
def _finite(value: float, *, field: str) -> float | int:
    if value - value != 0:  # NaN and both infinities
        raise InvalidInput(field, "finite numbers expected, got NaN or infinity")
    whole = int(Decimal(repr(value))) if value.is_integer() else INTEGER_LIMIT
    return whole if -INTEGER_LIMIT <= whole < INTEGER_LIMIT else value


def _whole(value: int, *, field: str) -> float | int:
    if -INTEGER_LIMIT <= value < INTEGER_LIMIT:
        return value
    if abs(value) <= FLOAT_LIMIT and Decimal(repr(float(value))) == value:
        return float(value)
    raise InvalidInput(field, "whole numbers of at most 64 bits, or in the digits of a floating-point number, expected")


def _clean_container(value: Mapping[Any, Any] | list[Any] | tuple[Any, ...], *, field: str, depth: int) -> Any:
    if isinstance(value, Mapping):
        return {clean(str(key)): _clean_json(inner, field=field, depth=depth) for key, inner in value.items()}
    return [_clean_json(inner, field=field, depth=depth) for inner in value]
