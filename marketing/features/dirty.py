"""Which days' features may be out of date.

A day is marked by a row of `DirtyDay`. Marks come from two sides:

- `mark`, called by whoever changes or deletes what has happened (an erasure, an event judged anew, a rate of a past
  day), **in the transaction of the change**, so that mark and change are seen together or not at all;
- `collect`, which looks through what has arrived since the last look: events and refunds by `received_at`, orders by
  `updated_at`.

No arrival is missed, also of a transaction that takes hours. A row is stamped at the earliest when its transaction
began, and is seen when that has ended. So each look ends not at its own moment but at the beginning of the oldest
transaction that was still open then (`pg_stat_activity` tells, also of those that have written nothing yet): whatever
is stamped before that was committed before, and the look, whose snapshot is younger, has seen it. All that may come is
stamped later, and the next look begins there. `OVERLAP` covers what this reasoning leaves out: clocks of application
servers that differ from the database's (`updated_at` is stamped there), and the instant between a transaction's start
and its being told. Looks wait for each other. Writers must share one database role (others' transactions aren't told).

A merge of customers marks nothing: rows are per identity, and who owns an identity is asked when features are read.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import connection, transaction

from marketing.features.days import DAY_OF, settings_of_money_and_time
from marketing.models import DirtyDay, FeatureWatermark

OVERLAP = timedelta(minutes=1)

LOCK_SPACE = 0x6666
LOCK = "SELECT pg_advisory_xact_lock(%s, 0)"
# `statement_timestamp()` is of before the view is read, so that nobody can begin in between unseen.
HORIZON = """
SELECT least(min(xact_start), statement_timestamp()) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
# Within one transaction Postgres otherwise shows the same view again.
FRESH_VIEW = "SELECT pg_stat_clear_snapshot()"
# Put in as a constant: the planner takes the index on `received_at` only when it sees how little that is.
SINCE = "%(since)s::timestamptz"
# A change of an order touches its own day and those of its refunds.
COLLECT = f"""
INSERT INTO marketing_dirtyday (day, marked_at)
SELECT day, now() FROM (
    SELECT {DAY_OF.format(instant="occurred_at")} AS day FROM marketing_event WHERE received_at >= {SINCE}
    UNION
    SELECT {DAY_OF.format(instant="refunded_at")} FROM marketing_refund WHERE received_at >= {SINCE}
    UNION
    SELECT {DAY_OF.format(instant="placed_at")} FROM marketing_order WHERE updated_at >= {SINCE}
    UNION
    SELECT {DAY_OF.format(instant="refund.refunded_at")} FROM marketing_refund refund
    JOIN marketing_order sold ON sold.id = refund.order_id AND sold.updated_at >= {SINCE}
) arrived
"""  # noqa: S608 - only constants of ours are put in
ADVANCE = """
INSERT INTO marketing_featurewatermark (id, received_until) VALUES (1, %s)
ON CONFLICT (id) DO UPDATE SET received_until = excluded.received_until
"""
MARK_CURRENCY = f"""
INSERT INTO marketing_dirtyday (day, marked_at)
SELECT DISTINCT day, now() FROM (
    SELECT {DAY_OF.format(instant="placed_at")} AS ordered_on, id, placed_at AS at FROM marketing_order
    WHERE currency = %(currency)s
) sold
CROSS JOIN LATERAL (
    SELECT sold.ordered_on AS day
    UNION SELECT {DAY_OF.format(instant="refunded_at")} FROM marketing_refund WHERE order_id = sold.id
) touched
WHERE sold.ordered_on >= %(since)s
"""  # noqa: S608
MARK_IDENTITIES = f"""
INSERT INTO marketing_dirtyday (day, marked_at)
SELECT day, now() FROM (
    SELECT {DAY_OF.format(instant="occurred_at")} AS day FROM marketing_event WHERE identity_id = ANY(%(ids)s)
    UNION
    SELECT {DAY_OF.format(instant="placed_at")} FROM marketing_order WHERE identity_id = ANY(%(ids)s)
    UNION
    SELECT {DAY_OF.format(instant="refund.refunded_at")} FROM marketing_refund refund
    JOIN marketing_order sold ON sold.id = refund.order_id AND sold.identity_id = ANY(%(ids)s)
    UNION
    SELECT day FROM marketing_dailyactivity WHERE identity_id = ANY(%(ids)s)
) touched
"""  # noqa: S608


def mark(days: Iterable[date]) -> None:
    """Say that something changed on these days of the business's time zone. Call it in the change's transaction."""
    DirtyDay.objects.bulk_create([DirtyDay(day=day) for day in sorted(set(days))])


def mark_identities(identity_ids: Iterable[int]) -> None:
    """Mark every day of which these identities have rows or events. Call it in the transaction, before a deletion."""
    parameters = {"ids": list(identity_ids), **settings_of_money_and_time()}
    with connection.cursor() as cursor:
        cursor.execute(MARK_IDENTITIES, parameters)


def mark_currency(currency: str, *, since: date) -> None:
    """Mark the days of orders in the currency from `since` on, and of their refunds: a rate of that day is new."""
    with connection.cursor() as cursor:
        cursor.execute(MARK_CURRENCY, {"currency": currency, "since": since, **settings_of_money_and_time()})


def collect(*, overlap: timedelta = OVERLAP) -> None:
    """Mark the days of all that has arrived since the last time; of everything, the first time."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK, [LOCK_SPACE])
        cursor.execute(FRESH_VIEW)
        cursor.execute(HORIZON)
        (horizon,) = cursor.fetchone()
        watermark = FeatureWatermark.objects.values_list("received_until", flat=True).first()
        since = watermark - overlap if watermark else "-infinity"
        cursor.execute(COLLECT, {"since": since, **settings_of_money_and_time()})
        cursor.execute(ADVANCE, [horizon])


def waiting() -> list[date]:
    """The marked days, the newest first."""
    return list(DirtyDay.objects.order_by("-day").values_list("day", flat=True).distinct())


def unmark(day: date) -> bool:
    """Take the day's marks off. Whether there were any."""
    deleted, _ = DirtyDay.objects.filter(day=day).delete()
    return deleted > 0
