"""Monthly partitions of the events, made before the first event of a month arrives."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime

from django.db import connection, transaction

# Names the advisory lock under which partitions are made, so that two makers take turns.
LOCK = 0x61_74_74_75_6E_65_01  # “attune”, 1

# The catalogue's rows are asked, not to_regclass: a process that waited for the lock would be told by its own cache what
# was there before.
MISSING = """
SELECT first FROM unnest(%s::date[]) AS month(first)
WHERE NOT EXISTS (
    SELECT FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'marketing_event'::regclass AND relname = 'marketing_event_' || to_char(first, 'YYYY_MM')
)
ORDER BY first
"""

# Months that this process saw stand, committed: asking the catalogue for each batch would be one query more.
_standing: set[tuple[str, date]] = set()


def ahead(*, months: int = 3) -> list[str]:
    """Make this month's partition and those of the next `months`. The names of new ones come back."""
    first = datetime.now(UTC).date().replace(day=1)
    last = first
    for _ in range(months):
        last = _month_after(last)
    return ensure_months(first, last)


def ensure_for(times: Iterable[datetime]) -> list[str]:
    """Make the partitions that events of these instants fall into. The names of new ones come back.

    Call it before the transaction that writes the events: see `_make`.
    """
    utc = (time.astimezone(UTC) for time in times)
    return _ensure({date(year, month, 1) for year, month in {(time.year, time.month) for time in utc}})


def ensure_months(first: date, last: date) -> list[str]:
    """Make the partitions of all months from `first`'s to `last`'s. The names of new ones come back."""
    return _ensure(set(_months(first, last)))


def _ensure(months: set[date]) -> list[str]:
    database = str(connection.settings_dict["NAME"])
    wanted = sorted(month for month in months if (database, month) not in _standing)
    if not wanted:
        return []
    made = _make(missing) if (missing := _missing(wanted)) else []
    if not connection.in_atomic_block:  # else it may yet be rolled back
        _standing.update((database, month) for month in wanted)
    return made


def _missing(months: list[date]) -> list[date]:
    with connection.cursor() as cursor:
        cursor.execute(MISSING, [months])
        return [first for (first,) in cursor.fetchall()]


def _make(months: list[date]) -> list[str]:
    """Build each partition beside the events and attach it, in a transaction that holds nothing else.

    ATTACH lets events be read and written meanwhile (CREATE … PARTITION OF would shut everybody out), but for its
    foreign keys it keeps writers of items and identities waiting until the commit. So it must come soon.
    """
    made = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        for first in _missing(months):  # asked again: another process may have made them before the lock was ours
            name = f"marketing_event_{first:%Y_%m}"
            cursor.execute(f"CREATE TABLE {name} (LIKE marketing_event INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
            cursor.execute(
                f"ALTER TABLE marketing_event ATTACH PARTITION {name} FOR VALUES FROM (%s) TO (%s)",
                [_midnight(first), _midnight(_month_after(first))],
            )
            made.append(name)
    return made


def _months(first: date, last: date) -> Iterator[date]:
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = _month_after(month)


def _month_after(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _midnight(day: date) -> str:
    """UTC, whatever the session's time zone."""
    return f"{day.isoformat()} 00:00:00+00"
