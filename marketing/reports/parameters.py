"""What reports are asked with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self

from django.utils import timezone

from marketing.errors import InvalidInput

# Longer ranges are for exports: a page of daily rows is read by people.
LONGEST = timedelta(days=731)
USUAL = timedelta(days=30)


@dataclass(frozen=True)
class Days:
    """Days of the business's time zone, both included."""

    first: date
    last: date

    @classmethod
    def parse(cls, said: Mapping[str, str], *, today: date | None = None) -> Self:
        """From a page's address; what isn't said is the last thirty days.

        Raises:
            InvalidInput: naming `first` or `last`.

        """
        today = today or timezone.localdate()
        last = _day(said.get("last", ""), field="last") or today
        first = _day(said.get("first", ""), field="first") or last - USUAL + timedelta(days=1)
        if first > last:
            raise InvalidInput("first", f"a day up to {last} expected, got {first}")
        if last - first > LONGEST:
            raise InvalidInput("first", f"at most {LONGEST.days} days expected, got {(last - first).days + 1}")
        return cls(first=first, last=last)

    @property
    def begin(self) -> datetime:
        return _midnight(self.first)

    @property
    def end(self) -> datetime:
        """The first instant after the last day."""
        return _midnight(self.last + timedelta(days=1))

    def each(self) -> list[date]:
        return [self.first + timedelta(days=place) for place in range((self.last - self.first).days + 1)]


def _day(text: str, *, field: str) -> date | None:
    text = text.strip()
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(field, f"a day like 2026-05-31 expected, got “{text[:32]}”") from None
    # The edges of the calendar have no midnight in every zone, and no day before or after.
    if not date(1970, 1, 1) <= found <= date(9000, 1, 1):
        raise InvalidInput(field, f"a day since 1970 expected, got {found}")
    return found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
