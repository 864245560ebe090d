"""The rows of features per identity and day, made anew from events, orders and refunds.

A day is made whole in one transaction under a lock of its own: its rows go and come back, readers see the old ones or
the new ones. Whoever waited for the lock reads what was committed in the meantime, so of several recomputations at once
the last one to finish has seen all. One statement fills both tables, of one moment.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from django.db import connection, transaction

from marketing.features import dirty
from marketing.features.counting import ACTIVITY, ACTIVITY_COLUMNS, INTEREST
from marketing.features.days import DAY_OF, settings_of_money_and_time, whole

LOCK_SPACE = 0x6665  # the first of the advisory lock's two numbers; the second is the day
LOCK = "SELECT pg_advisory_xact_lock(%(space)s, %(day)s::date - '2000-01-01'::date)"
FORGET = (
    "DELETE FROM marketing_dailyactivity WHERE day = %(day)s",
    "DELETE FROM marketing_dailyinterest WHERE day = %(day)s",
)
# In the order of the unique index, which is then filled page by page.
FILL = f"""
WITH {ACTIVITY.format(people="marketing_identity")},
{INTEREST},
activities AS (
    INSERT INTO marketing_dailyactivity (identity_id, day, {", ".join(ACTIVITY_COLUMNS)})
    SELECT identity_id, %(day)s, {", ".join(ACTIVITY_COLUMNS)} FROM activity ORDER BY identity_id RETURNING 1
),
interests AS (
    INSERT INTO marketing_dailyinterest (identity_id, day, kind, name, strength)
    SELECT identity_id, %(day)s, kind, name, strength FROM interest ORDER BY identity_id, kind, name RETURNING 1
)
SELECT (SELECT count(*) FROM activities),
       (SELECT count(*) FROM interests),
       (SELECT json_object_agg(currency, n)::text
        FROM (SELECT currency, count(*) AS n FROM sale WHERE amount IS NULL GROUP BY currency) missing)
"""  # noqa: S608 - only constants of ours are put in
# Days that have anything to count, or rows that may have nothing to count any more.
ALL_DAYS = f"""
SELECT {DAY_OF.format(instant="occurred_at")} AS day FROM marketing_event
UNION SELECT {DAY_OF.format(instant="placed_at")} FROM marketing_order
UNION SELECT {DAY_OF.format(instant="refunded_at")} FROM marketing_refund
UNION SELECT day FROM marketing_dailyactivity
UNION SELECT day FROM marketing_dailyinterest
ORDER BY day DESC
"""  # noqa: S608


@dataclass(frozen=True)
class Recomputed:
    """What a recomputation made; `without_rate` counts orders and refunds whose currency (key) had no exchange rate."""

    days: int = 0
    activities: int = 0
    interests: int = 0
    without_rate: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: "Recomputed") -> "Recomputed":
        return Recomputed(
            self.days + other.days,
            self.activities + other.activities,
            self.interests + other.interests,
            self.without_rate + other.without_rate,
        )


def recompute_day(day: date, *, only_if_marked: bool = False) -> Recomputed:
    """Make one day's rows anew. With `only_if_marked`, not when somebody else did it since the day was marked."""
    window = whole(day)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK, {"space": LOCK_SPACE, "day": day})
        # Marks are taken off before the rows are counted: what a mark stands for is committed with it, so it is
        # counted. A mark that comes later stays.
        if not dirty.unmark(day) and only_if_marked:
            return Recomputed()
        for statement in FORGET:
            cursor.execute(statement, {"day": day})
        cursor.execute(FILL, window.parameters())
        activities, interests, without_rate = cursor.fetchone()
    return Recomputed(1, activities, interests, Counter(json.loads(without_rate or "{}")))


def recompute_days(days: Iterable[date]) -> Recomputed:
    """Make the rows of these days anew, each in its own transaction."""
    return sum(map(recompute_day, days), Recomputed())


def recompute_dirty(*, progress: Callable[[Iterable[date]], Iterable[date]] = iter) -> Recomputed:
    """Find the days that something happened to, and make them anew, the newest first. May be run by several at once."""
    dirty.collect()
    days = progress(dirty.waiting())
    return sum(map(partial(recompute_day, only_if_marked=True), days), Recomputed())


def all_days() -> list[date]:
    """Every day on which anything happened, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(ALL_DAYS, settings_of_money_and_time())
        return [day for (day,) in cursor.fetchall()]
