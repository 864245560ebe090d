from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from marketing.partitions import LOCK, ahead, ensure_for, ensure_months
from tests.factories.marketing import EventFactory
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db


def bounds(name):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = %s", [name])
        return cursor.fetchone()[0]


def test_each_month_of_a_span_gets_its_partition_once():
    made = ensure_months(date(1999, 11, 30), date(2000, 1, 1))

    assert made == ["marketing_event_1999_11", "marketing_event_1999_12", "marketing_event_2000_01"]
    assert ensure_months(date(1999, 12, 1), date(1999, 12, 31)) == []


def test_a_month_is_cut_in_utc():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'America/New_York'")

    ensure_for([datetime(2001, 3, 1, 1, tzinfo=timezone(timedelta(hours=2)))])  # still February in UTC

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")
    assert bounds("marketing_event_2001_02") == (
        "FOR VALUES FROM ('2001-02-01 00:00:00+00') TO ('2001-03-01 00:00:00+00')"
    )


@pytest.mark.parametrize("instant", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2003, 12, 31, 23, 59, tzinfo=UTC)])
def test_an_event_finds_a_place_in_its_month(instant):
    ensure_for([instant])

    event = EventFactory(occurred_at=instant)

    assert event.identity.events.get().occurred_at == instant


def test_a_new_partition_numbers_its_events_like_the_others():
    ensure_months(date(2004, 1, 1), date(2004, 2, 1))

    old, new = (EventFactory(occurred_at=datetime(2004, month, 1, tzinfo=UTC)) for month in (1, 2))

    assert new.pk > old.pk


def test_months_ahead_are_made_by_the_scheduled_call_and_by_the_command(capsys):
    ahead(months=1)

    call_command("make_partitions", months=1)

    assert "All partitions are there." in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_reading_and_writing_events_goes_on_while_a_partition_is_made():
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS marketing_event_1971_05")
    modes = []

    def watch(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if "ATTACH" in sql:
            with connection.cursor() as cursor:
                cursor.execute("SELECT mode FROM pg_locks WHERE relation = 'marketing_event'::regclass")
                modes.extend(mode for (mode,) in cursor.fetchall())
        return result

    with connection.execute_wrapper(watch):
        ensure_months(date(1971, 5, 1), date(1971, 5, 1))

    assert "ShareUpdateExclusiveLock" in modes
    assert "AccessExclusiveLock" not in modes


@pytest.mark.django_db(transaction=True)
def test_makers_of_the_same_month_wait_for_the_first_and_find_its_partition():
    may_1972 = date(1972, 5, 1)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS marketing_event_1972_05")

    def make():
        try:
            return ensure_months(may_1972, may_1972)
        finally:
            connection.close()

    def waiting():
        with connection.cursor() as cursor:
            # A bigint's two halves stand apart in pg_locks.
            cursor.execute(
                "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
                " WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted"
                " AND (classid::bigint << 32) + objid::bigint = %s",
                [LOCK],
            )
            return cursor.fetchone()[0] == 3

    with ThreadPoolExecutor(3) as others, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        late = [others.submit(make) for _ in range(3)]
        wait_until(waiting)
        first = ensure_months(may_1972, may_1972)

    assert first == ["marketing_event_1972_05"]
    assert [future.result() for future in late] == [[], [], []]
