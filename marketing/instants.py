"""One instant in its many spellings: ISO 8601 with an offset, seconds or milliseconds since 1970."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from marketing.errors import InvalidInput
from marketing.plain_text import kind_of

EXPECTED = "ISO 8601 with an offset (2026-05-01T12:00:00+02:00 or …Z), or seconds or milliseconds since 1970"
DIGITS = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Numbers from here on are milliseconds: as seconds it would be the year 5138, as milliseconds it is March 1973.
MILLISECONDS_FROM = 10**11
AHEAD_LIMIT = timedelta(days=1)  # clocks of phones are wrong, but not by more than a time zone


def past_instant(value: Any, *, field: str, now: datetime, shift: timedelta = timedelta(0)) -> datetime:
    """The instant of something that happened, in UTC, to the microsecond; `shift` is what the sender's clock lacks.

    Raises:
        InvalidInput: naming `field`: unreadable, without an offset, before 1970, or more than a day ahead of `now`.

    """
    instant = _read(value, field=field)
    if shift and instant is not None:
        instant = _shifted(instant, shift)
    if instant is None or instant > now + AHEAD_LIMIT:
        raise InvalidInput(field, "the past expected, got a time more than a day ahead")
    if instant < EPOCH:
        raise InvalidInput(field, "a time since 1970 expected, got an earlier one")
    return instant


def any_instant(value: Any, *, field: str) -> datetime:
    """An instant of any year that is one, in UTC.

    Raises:
        InvalidInput: naming `field`: unreadable, or without an offset.

    """
    instant = _read(value, field=field)
    if instant is None:
        raise InvalidInput(field, "a year of four digits expected, got a later one")
    return instant


def _shifted(instant: datetime, shift: timedelta) -> datetime | None:
    try:
        return instant + shift
    except OverflowError:
        return None if shift > timedelta(0) else datetime.min.replace(tzinfo=UTC)


def _read(value: Any, *, field: str) -> datetime | None:
    """The instant; None when it lies after the year 9999."""
    if isinstance(value, datetime):
        return _utc(value, field=field)
    if isinstance(value, str):
        text = value.strip()
        if text[4:5] != "-" and DIGITS.fullmatch(text):
            return _since_epoch(Decimal(text))
        return _utc(_parse(text, field=field), field=field)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if value - value != 0:
            raise InvalidInput(field, f"{EXPECTED} expected, got NaN or infinity")
        return _since_epoch(Decimal(value))
    raise InvalidInput(field, f"{EXPECTED} expected, got {kind_of(value)}")


def _parse(text: str, *, field: str) -> datetime:
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        raise InvalidInput(field, f"{EXPECTED} expected, got “{text[:40]}”") from None


def _utc(value: datetime, *, field: str) -> datetime | None:
    if value.tzinfo is None:
        raise InvalidInput(field, f"a time with its offset expected, e.g. {value.isoformat()}Z or …+02:00")
    if value.tzinfo is UTC:
        return value
    try:
        return value.astimezone(UTC)
    except OverflowError:  # an offset carried it out of the years 1 to 9999
        return None if value.year > EPOCH.year else datetime.min.replace(tzinfo=UTC)


def _since_epoch(number: Decimal) -> datetime | None:
    seconds = number / 1000 if abs(number) >= MILLISECONDS_FROM else number
    try:
        return EPOCH + timedelta(microseconds=round(seconds * 1_000_000))
    except OverflowError:
        return None if number > 0 else datetime.min.replace(tzinfo=UTC)
