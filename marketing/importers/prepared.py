"""Rows made ready to be stored, block by block, without the database, so that it can work on one block meanwhile."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.conf import settings
from django.db import connection

from marketing.event_keys import json_text
from marketing.events import IncomingEvent, Refused, parse_batch
from marketing.importers.event_ids import EventIds
from marketing.importers.parts import Place, Row
from marketing.orders import ParsedOrder, parse_orders
from marketing.refunds import ParsedRefund, parse_refunds

BLOCK_BYTES = 8 * 1024 * 1024
NO_ID = "-"  # stands in until the id is derived
NOBODY = "a customer or a visitor expected, got neither"

StagedEvent = tuple[Any, ...]


@dataclass(frozen=True)
class Reject:
    row: Row
    reason: str
    detail: str = ""


@dataclass
class Block:
    """Some thousand rows. Numbers in it are places in its own lists."""

    following: Place
    rows: int = 0
    left_out: int = 0
    events: list[StagedEvent] = field(default_factory=list)  # in the order of EventStage's JUDGED_COLUMNS
    event_rows: list[Row] = field(default_factory=list)
    orders: list[ParsedOrder | Refused] = field(default_factory=list)
    order_rows: list[Row] = field(default_factory=list)
    refunded: list[ParsedRefund | Refused] = field(default_factory=list)
    refunded_rows: list[Row] = field(default_factory=list)
    items: list[tuple[dict[str, Any], Row]] = field(default_factory=list)
    customers: list[tuple[dict[str, Any], Row]] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    ids: dict[str, Any] = field(default_factory=dict)  # where counting the derived ids goes on


def ahead(blocks: Iterator[Block]) -> Iterator[Block]:
    """The blocks, each next one made while its predecessor is in use."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        try:
            coming = pool.submit(next, blocks, None)
            while (block := coming.result()) is not None:
                coming = pool.submit(next, blocks, None)
                yield block
        finally:
            pool.submit(connection.close)  # the thread's own, should a kind that staff added have been looked up


def blocks_of(rows: Iterator[Row], *, ids: dict[str, Any] | None) -> Iterator[Block]:
    """The rows in blocks of IMPORT_BLOCK_ROWS or about 8 MB; `ids` is what the block before the first one left."""
    event_ids = EventIds(ids)
    for some in _cut(rows):
        yield _block(some, event_ids)


def _cut(rows: Iterator[Row]) -> Iterator[list[Row]]:
    some: list[Row] = []
    size = 0
    for row in rows:
        some.append(row)
        size += len(row.text)
        if len(some) >= settings.IMPORT_BLOCK_ROWS or size >= BLOCK_BYTES:
            yield some
            some, size = [], 0
    if some:
        yield some


def _block(rows: list[Row], event_ids: EventIds) -> Block:
    block = Block(rows[-1].following, rows=len(rows))
    events: list[tuple[dict[str, Any], Row]] = []
    orders: list[dict[str, Any]] = []
    refunded: list[dict[str, Any]] = []
    for row in rows:
        if row.reason:
            block.rejects.append(Reject(row, row.reason, row.detail))
            continue
        events += [(event, row) for event in row.events]
        for order in row.orders:
            orders.append(order)
            block.order_rows.append(row)
        for refund in row.refunded:
            refunded.append(refund)
            block.refunded_rows.append(row)
        block.items += [(item, row) for item in row.items]
        block.customers += [(customer, row) for customer in row.customers]
        block.left_out += not (row.events or row.orders or row.items or row.customers)
    now = datetime.now(UTC)
    _add_events(block, events, event_ids, now=now)
    for some in _batches(orders):
        block.orders += parse_orders(some, now=now)
    for some in _batches(refunded):
        block.refunded += parse_refunds(some, now=now)
    block.ids = event_ids.state()
    return block


def _add_events(block: Block, events: list[tuple[dict[str, Any], Row]], event_ids: EventIds, *, now: datetime) -> None:
    said = [event if event.get("id") is not None else {**event, "id": NO_ID} for event, _row in events]
    parsed: list[IncomingEvent | Refused] = []
    for some in _batches(said):
        parsed += parse_batch(some, now=now)
    for event, (given, row) in zip(parsed, events, strict=True):
        if isinstance(event, Refused):
            block.rejects.append(Reject(row, f"{event.field}: {event.message}"))
        elif event.customer is None and event.visitor is None:
            block.rejects.append(Reject(row, f"customer: {NOBODY}"))
        else:
            named = event.id if given.get("id") is not None else event_ids.of(event)
            block.events.append(_staged(event, named, line=len(block.events)))
            block.event_rows.append(row)


def _staged(event: IncomingEvent, named: str, *, line: int) -> StagedEvent:
    return (
        line,
        named,
        event.kind,
        event.occurred_at,
        event.item,
        event.value,
        event.customer,
        event.visitor,
        event.session,
        json_text(event.context),
        json_text(event.payload),
        event.unit_mended,
    )


def _batches(rows: list[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    size = settings.EVENT_BATCH_MAX
    return (rows[start : start + size] for start in range(0, len(rows), size))


def text_of(row: Row) -> str:
    """The row as it stands in its file, or as JSON when the file is no text."""
    if row.text:
        return row.text.decode("utf-8", errors="replace").rstrip("\r\n")
    said = [*row.events, *row.orders, *row.items, *row.customers]
    return msgspec.json.encode(said[0], enc_hook=str).decode() if said else ""
