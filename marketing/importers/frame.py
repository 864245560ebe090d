"""From rows to the store, for every format: block by block, each in one transaction with the run's position."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from django.conf import settings
from django.db import connection, transaction

from marketing.importers.job import Job
from marketing.importers.parts import Part, Place, Row
from marketing.importers.prepared import Block, Reject, ahead, blocks_of, text_of
from marketing.importers.report import ImportReport
from marketing.incoming import RowResult
from marketing.models import Source
from marketing.orders import ParsedOrder
from marketing.partitions import ensure_for
from marketing.refunds import ParsedRefund
from marketing.services.bulk import JUDGED_COLUMNS, EventStage, Stored
from marketing.services.catalogue import parse_items, upsert_items
from marketing.services.customers import parse_customers, upsert_customers
from marketing.services.imports import move_import
from marketing.services.orders import OrderResult, record_orders
from marketing.services.refunds import record_refunded

ROWS = ("events", "orders", "refunds", "items", "customers")
CONFLICT = "id: already stored with other content"
UNKNOWN_ITEM = "item: no item has this SKU"
UNKNOWN_CUSTOMER = "customer: no customer has this id"
NOT_KEPT = "; it is not kept in quarantine, since its person did not agree to be known"
ADD_ITEMS = """
INSERT INTO marketing_item (sku, source_id, title, description, translations, brand, tags, currency, image_url, url,
                            attributes)
SELECT DISTINCT item, %s::bigint, item, '', '{}'::jsonb, '', '{}'::text[], '', '', '', '{}'::jsonb
FROM incoming_event WHERE item IS NOT NULL ORDER BY item
ON CONFLICT DO NOTHING
"""
ANALYZE = "ANALYZE marketing_item, marketing_customer, marketing_identity, marketing_event"


class _Result(Protocol):
    @property
    def index(self) -> int: ...
    @property
    def status(self) -> str: ...
    @property
    def field(self) -> str | None: ...
    @property
    def message(self) -> str: ...


def import_parts(parts: Sequence[Part], *, layout: str, job: Job, make_items: bool = False) -> ImportReport:
    """Store the rows of all parts, from where the run stands. `make_items`: for SKUs that only events name.

    Raises:
        Conflict: another process goes on with the same run.

    """
    job.progress.start(sum(part.size for part in parts))
    tally = _Tally(job)
    with EventStage() as stage:
        for number, part in enumerate(parts):
            if number < tally.part:
                job.progress.advance(part.size)
                continue
            start = tally.place if number == tally.part else Place()
            advanced = round(start.offset * part.bytes_per_step)
            job.progress.advance(advanced)
            for block in ahead(blocks_of(part.read(start), ids=tally.ids if number == tally.part else None)):
                _store(block, part=(number, part), stage=stage, tally=tally, make_items=make_items)
                there = min(round(block.following.offset * part.bytes_per_step), part.size)
                job.progress.advance(there - advanced)
                advanced = there
            job.progress.advance(part.size - advanced)
    with connection.cursor() as cursor:  # so that the planner knows what came, without waiting for autovacuum
        cursor.execute(ANALYZE)
    return tally.report(layout)


class _Tally:
    """What the run counted so far and where it stands; as JSON it is the run's `counts`."""

    def __init__(self, job: Job) -> None:
        self.job = job
        counts: dict[str, Any] = job.run.counts or {}
        at = counts.get("at", {})
        self.part: int = at.get("part", 0)
        self.place = Place(at.get("offset", 0), at.get("line", 0))
        self.ids: dict[str, Any] | None = at.get("ids")
        self.rows = {name: Counter(counts.get(name, {})) for name in ROWS}
        self.left_out: int = counts.get("left_out", 0)

    def move(self, block: Block, *, part: int) -> None:
        """Note the block as stored, in its transaction."""
        self.part, self.place, self.ids = part, block.following, block.ids
        self.left_out += block.left_out
        run, rejects = self.job.run, self.job.rejects
        at = {"part": part, "offset": self.place.offset, "line": self.place.line, "ids": self.ids}
        counts = {
            **{name: dict(rows) for name, rows in self.rows.items() if rows},
            "left_out": self.left_out,
            "rejected": dict(rejects.by_reason),
            "at": {**at, "rejects": rejects.size()},
        }
        position = run.position + block.rows
        move_import(run, position=position, counts=counts)
        run.position, run.counts = position, counts

    def report(self, layout: str) -> ImportReport:
        events, orders = self.rows["events"], self.rows["orders"]
        return ImportReport(
            layout=layout,
            items=self.rows["items"],
            customers=self.rows["customers"],
            orders=orders,
            refunds=self.rows["refunds"],
            untitled_items=events["untitled_items"],
            stored=events["stored"],
            already_stored=events["already_stored"],
            quarantined=events["quarantined"],
            left_out=self.left_out,
        )


def _store(block: Block, *, part: tuple[int, Part], stage: EventStage, tally: _Tally, make_items: bool) -> None:
    source = tally.job.source
    times = [event[3] for event in block.events]
    times += [order.placed_at for order in block.orders if isinstance(order, ParsedOrder)]
    times += [refund.refunded_at for refund in block.refunded if isinstance(refund, ParsedRefund)]
    ensure_for({time.replace(day=1, hour=0, minute=0, second=0, microsecond=0) for time in times})
    with transaction.atomic():
        rejects = list(block.rejects)
        _upsert(block.items, _items, counts=tally.rows["items"], rejects=rejects, source=source)
        _upsert(block.customers, _customers, counts=tally.rows["customers"], rejects=rejects, source=source)
        if block.orders:
            results: Sequence[OrderResult] = record_orders(block.orders, source=source, announce=False)
            _count(results, block.order_rows, counts=tally.rows["orders"], rejects=rejects)
        if block.refunded:
            _store_refunded(block, counts=tally.rows["refunds"], rejects=rejects, source=source)
        if block.events:
            _store_events(block, stage, counts=tally.rows["events"], rejects=rejects, source=source, make=make_items)
        for reject in sorted(rejects, key=lambda reject: reject.row.line):
            tally.job.rejects.add(
                file=part[1].name,
                line=reject.row.line,
                reason=reject.reason,
                detail=reject.detail,
                text=text_of(reject.row),
            )
        tally.move(block, part=part[0])


def _store_events(
    block: Block, stage: EventStage, *, counts: Counter[str], rejects: list[Reject], source: Source, make: bool
) -> None:
    stage.copy(block.events, columns=JUDGED_COLUMNS)
    if make:
        with connection.cursor() as cursor:
            cursor.execute(ADD_ITEMS, [source.pk])
            counts["untitled_items"] += cursor.rowcount
    outcome = stage.store(source=source)
    counts["untitled_items"] += outcome.stubs
    counts["stored"] += outcome.stored
    counts["already_stored"] += outcome.already_stored
    counts["quarantined"] += outcome.quarantined.total()
    rejects += [Reject(block.event_rows[line], reason) for line, reason in _refused(outcome)]


def _refused(outcome: Stored) -> Iterator[tuple[int, str]]:
    """Lines and why they were not stored."""
    yield from ((line, CONFLICT) for line in outcome.conflicts)
    for lines, reason in ((outcome.unknown_items, UNKNOWN_ITEM), (outcome.unknown_customers, UNKNOWN_CUSTOMER)):
        yield from ((line, reason + NOT_KEPT if line in outcome.not_kept else reason) for line in lines)


def _store_refunded(block: Block, *, counts: Counter[str], rejects: list[Reject], source: Source) -> None:
    """What was given back of orders that are there. A row that was rejected for its order is so once."""
    rejected = {reject.row.line for reject in rejects}
    told = [
        (refund, row)
        for refund, row in zip(block.refunded, block.refunded_rows, strict=True)
        if isinstance(refund, ParsedRefund) or row.line not in rejected
    ]
    results = record_refunded([refund for refund, _row in told], source=source, announce=False)
    known = [result for result in results if result.field != "order" or told[result.index][1].line not in rejected]
    _count(known, [row for _refund, row in told], counts=counts, rejects=rejects)


Upsert = Callable[[list[dict[str, Any]], Source], Sequence[RowResult]]


def _items(rows: list[dict[str, Any]], source: Source) -> Sequence[RowResult]:
    return upsert_items(parse_items(rows), source=source)


def _customers(rows: list[dict[str, Any]], source: Source) -> Sequence[RowResult]:
    return upsert_customers(parse_customers(rows), source=source)


def _upsert(
    said: Sequence[tuple[dict[str, Any], Row]],
    upsert: Upsert,
    *,
    counts: Counter[str],
    rejects: list[Reject],
    source: Source,
) -> None:
    for some in _batches(_newest(said, counts=counts)):
        results = upsert([values for values, _row in some], source)
        _count(results, [row for _values, row in some], counts=counts, rejects=rejects)


def _newest(said: Sequence[tuple[dict[str, Any], Row]], *, counts: Counter[str]) -> list[tuple[dict[str, Any], Row]]:
    """The last row about each id: it would replace the earlier ones anyway."""
    newest: dict[str, tuple[dict[str, Any], Row]] = {}
    for number, (values, row) in enumerate(said):
        named = values.get("sku", values.get("externalId"))
        key = named.strip() if isinstance(named, str) else f"\0{number}"
        counts["replaced"] += key in newest
        newest.pop(key, None)
        newest[key] = (values, row)
    return list(newest.values())


def _count(results: Sequence[_Result], rows: Sequence[Row], *, counts: Counter[str], rejects: list[Reject]) -> None:
    for result in results:
        counts[result.status] += 1
        if result.status in ("refused", "conflict"):
            rejects.append(Reject(rows[result.index], f"{result.field}: {result.message}"))


def _batches(rows: list[tuple[dict[str, Any], Row]]) -> Iterator[list[tuple[dict[str, Any], Row]]]:
    size = settings.EVENT_BATCH_MAX
    return (rows[start : start + size] for start in range(0, len(rows), size))
