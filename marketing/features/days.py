"""Days of the business's time zone: from one midnight to the next, also where a day has 23 or 25 hours.

All of it is Postgres's arithmetic, so that its days and ours can't differ by an edition of the time zone database.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection

# First instant of a day. Where the clock jumps over midnight it is the moment of the jump.
STARTS_AT = "({day}::timestamp AT TIME ZONE %(zone)s)"
_DATE = "({instant} AT TIME ZONE %(zone)s)::date"
# The day whose span holds the instant. Where the clock went back over midnight, the hour before it bears the date of
# the day that has not begun again yet; spans leave no gap and don't overlap, so they decide.
DAY_OF = f"({_DATE} - ({{instant}} < {STARTS_AT.format(day=_DATE)})::int)"

WHOLE = f"SELECT {STARTS_AT.format(day='%(day)s::date')}, {STARTS_AT.format(day='(%(day)s::date + 1)')}"
PART = (
    f"SELECT day, {STARTS_AT.format(day='day')} FROM (SELECT {DAY_OF.format(instant='%(at)s::timestamptz')} AS day) of"  # noqa: S608
)


@dataclass(frozen=True)
class Window:
    """A day, or its beginning: the half-open span of instants."""

    day: date
    starts_at: datetime
    ends_at: datetime

    def parameters(self) -> dict[str, Any]:
        return {"day": self.day, "starts_at": self.starts_at, "ends_at": self.ends_at, **settings_of_money_and_time()}


def whole(day: date) -> Window:
    """The whole day."""
    with connection.cursor() as cursor:
        cursor.execute(WHOLE, {"day": day, "zone": settings.TIME_ZONE})
        starts_at, ends_at = cursor.fetchone()
    return Window(day, starts_at, ends_at)


def until(at: datetime) -> Window:
    """The day of the instant, up to the instant and without it."""
    with connection.cursor() as cursor:
        cursor.execute(PART, {"at": at, "zone": settings.TIME_ZONE})
        day, starts_at = cursor.fetchone()
    return Window(day, starts_at, at)


def settings_of_money_and_time() -> dict[str, Any]:
    """What statements about days and amounts need to know of the business."""
    return {"zone": settings.TIME_ZONE, "base": settings.BASE_CURRENCY}
