"""The whole catalogue of a source at once: what it holds is made or changed, what it no longer holds is retired."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction

from marketing.errors import Conflict
from marketing.models import Source
from marketing.services.catalogue import parse_items, upsert_items

# Names the advisory locks under which a source's catalogue is synced, so that two syncs don't retire each other's items.
LOCK: Final = 0x61_74_74_02
REFUSED_KEPT: Final = 100

SEEN = """
DROP TABLE IF EXISTS pg_temp.synced_item;
CREATE TEMP TABLE synced_item (sku text);
"""
COMING_BACK = """
SELECT count(*) FROM marketing_item WHERE source_id = %s AND deleted_at IS NOT NULL AND sku = ANY(%s)
"""
# An item that somebody wrote while the sync went on is newer than the file.
GONE = """
source_id = %(source_id)s AND deleted_at IS NULL AND updated_at < %(started)s
AND NOT EXISTS (SELECT FROM synced_item seen WHERE seen.sku = item.sku)
"""
COUNT_GONE = f"""
SELECT count(*), count(*) FILTER (WHERE {GONE}) FROM marketing_item item
WHERE source_id = %(source_id)s AND deleted_at IS NULL
"""  # noqa: S608 - made of our own constants
RETIRE = f"UPDATE marketing_item item SET deleted_at = now(), updated_at = now() WHERE {GONE}"  # noqa: S608 - as above


@dataclass(frozen=True)
class SyncRow:
    """A row of the catalogue: what it says of an item, or the reason why it can't be read."""

    line: int
    item: dict[str, Any] | None = None
    reason: str = ""


@dataclass(frozen=True)
class RefusedRow:
    line: int
    sku: str | None
    message: str


@dataclass
class SyncReport:
    """What became of a catalogue. Only the first refused rows are listed; `counts` has all."""

    counts: dict[str, int] = field(default_factory=Counter)  # created, updated, unchanged, refused, unreadable
    restored: int = 0
    retired: int = 0
    refused: list[RefusedRow] = field(default_factory=list)
    dry_run: bool = False


def sync_catalogue(
    rows: Iterable[SyncRow], *, source: Source, force: bool = False, dry_run: bool = False
) -> SyncReport:
    """Make the source's items what the rows say; other sources' items stay as they are.

    A refused row's item is still there, so it is not retired. Rows are written batch by batch; what is gone is retired
    in one transaction at the end. `dry_run` does all of it and takes it back.

    Raises:
        Conflict: another sync of this source is running. Or, unless forced, it would retire more than
            CATALOGUE_RETIRE_PERCENT of the source's items, or any while rows can't be read: then nothing is retired.

    """
    report = SyncReport(dry_run=dry_run)
    with _alone(source), ExitStack() as stack:
        if dry_run:
            stack.enter_context(transaction.atomic())
        started = _begin()
        for batch in _batches(rows):
            _upsert(batch, source=source, report=report)
        _retire(source, report=report, started=started, force=force)
        if dry_run:
            transaction.set_rollback(True)
    return report


@contextmanager
def _alone(source: Source) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, source.pk])
        if cursor.fetchone() != (True,):
            raise Conflict(f"the catalogue of “{source.code}” is being synced already")
    try:
        yield
    finally:
        if connection.is_usable():  # else the lock went with the connection
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, source.pk])


def _begin() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute(SEEN)
        cursor.execute("SELECT clock_timestamp()")
        (started,) = cursor.fetchone()
    assert isinstance(started, datetime)
    return started


def _batches(rows: Iterable[SyncRow]) -> Iterator[list[SyncRow]]:
    coming = iter(rows)
    while batch := list(islice(coming, settings.EVENT_BATCH_MAX)):
        yield batch


def _upsert(batch: list[SyncRow], *, source: Source, report: SyncReport) -> None:
    readable = [(row.line, row.item) for row in batch if row.item is not None]
    for row in batch:
        if row.item is None:
            _refuse(report, "unreadable", RefusedRow(row.line, None, row.reason))
    parsed = parse_items([item for _line, item in readable])
    skus = [str(item.get("sku", "")).strip() for _line, item in readable]
    with connection.cursor() as cursor:
        cursor.execute(COMING_BACK, [source.pk, skus])
        (coming_back,) = cursor.fetchone()
        results = upsert_items(parsed, source=source)
        known = [sku for sku in skus if sku]
        cursor.execute("INSERT INTO synced_item SELECT unnest(%s::text[])", [known])
    report.restored += coming_back
    for result in results:
        line, sku = readable[result.index][0], skus[result.index]
        if result.status != "refused":
            report.counts[result.status] += 1
        else:
            # Without its SKU nobody knows which item is meant.
            name = "refused" if sku else "unreadable"
            _refuse(report, name, RefusedRow(line, result.id or sku or None, f"{result.field}: {result.message}"))


def _refuse(report: SyncReport, name: str, row: RefusedRow) -> None:
    report.counts[name] += 1
    if len(report.refused) < REFUSED_KEPT:
        report.refused.append(row)


def _retire(source: Source, *, report: SyncReport, started: datetime, force: bool) -> None:
    parameters: dict[str, Any] = {"source_id": source.pk, "started": started}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ANALYZE synced_item")
        cursor.execute(COUNT_GONE, parameters)
        standing, gone = cursor.fetchone()
        if gone and not force:
            _check(standing, gone, unreadable=report.counts["unreadable"])
        cursor.execute(RETIRE, parameters)
        report.retired = cursor.rowcount
        cursor.execute("DROP TABLE synced_item")


def _check(standing: int, gone: int, *, unreadable: int) -> None:
    if unreadable:
        raise Conflict(
            f"{gone} items are missing while {unreadable} rows can't be read, so nothing was retired; mend the rows or"
            " force it"
        )
    share = 100 * gone / standing
    if share > settings.CATALOGUE_RETIRE_PERCENT:
        raise Conflict(
            f"{gone} of {standing} items are missing, {share:.0f}% and more than the"
            f" {settings.CATALOGUE_RETIRE_PERCENT:g}% that may be retired at once, so nothing was; check what was sent"
            " or force it"
        )
