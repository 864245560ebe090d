"""Quarantine: events that wait for somebody to look at them, mended, sent in again, or let go."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db import transaction

from marketing.errors import Conflict, InvalidInput
from marketing.events import parse_batch
from marketing.models import QuarantinedEvent, User
from marketing.plain_text import identifier, json_object
from marketing.services.events import EventResult, record_events

RAW_BYTES: Final = 32_768
RAW_DEPTH: Final = 12
AT_ONCE: Final = 500
DONE: Final = ("stored", "already_stored")

Status = QuarantinedEvent.Status


@dataclass(frozen=True)
class Replayed:
    """What became of events that were sent in again; those that still wait say why in their rows."""

    stored: int
    waiting: int


def replay_events(ids: Collection[uuid.UUID], *, by: User | None) -> Replayed:
    """Send events in again as if they came now, for the source and the person that they came for.

    Those that are resolved already are left alone, so that pressing twice is pressing once. All or nothing.
    """
    outcome: Counter[str] = Counter()
    with transaction.atomic():
        for rows in _by_sender(_waiting(ids)):
            for start in range(0, len(rows), AT_ONCE):
                outcome += _replay(rows[start : start + AT_ONCE], by=by)
    return Replayed(stored=outcome["stored"], waiting=outcome["waiting"])


def discard_events(ids: Collection[uuid.UUID], *, by: User | None) -> int:
    """Let events go. They stay to be looked at, and are not held again when they are sent again. How many it were."""
    with transaction.atomic():
        rows = _waiting(ids)
        _resolve(rows, status=Status.DISCARDED, by=by)
    return len(rows)


def mend_event(event_id: uuid.UUID, *, raw: Any) -> QuarantinedEvent:
    """Put what the event should have said in the place of what it said.

    Raises:
        InvalidInput: `raw` is no JSON object with an id.
        Conflict: the event doesn't wait any more.

    """
    mended = checked_raw(raw)
    with transaction.atomic():
        rows = _waiting([event_id])
        if not rows:
            raise Conflict("event: it is resolved already")
        (row,) = rows
        row.raw, row.event_id = mended, mended["id"]
        row.save(update_fields=["raw", "event_id"])
    return row


def checked_raw(raw: Any) -> dict[str, Any]:
    """What may stand in the place of an event's raw text: a JSON object that names the event.

    Raises:
        InvalidInput: naming `raw`.

    """
    checked = json_object(raw, field="raw", limit=RAW_BYTES, depth=RAW_DEPTH)
    if checked.get("id") is None:
        raise InvalidInput("raw", "the event's own id expected in the field “id”")
    return {**checked, "id": identifier(checked["id"], field="raw")}


def _waiting(ids: Collection[uuid.UUID]) -> list[QuarantinedEvent]:
    """Those of the rows that wait, locked in one order."""
    rows = QuarantinedEvent.objects.select_for_update(of=("self",)).select_related("source", "subject")
    return list(rows.filter(pk__in=ids, status=Status.WAITING).order_by("pk"))


def _by_sender(rows: Sequence[QuarantinedEvent]) -> Iterable[list[QuarantinedEvent]]:
    groups: defaultdict[tuple[int, int | None], list[QuarantinedEvent]] = defaultdict(list)
    for row in rows:
        groups[row.source_id, row.subject_id].append(row)
    return groups.values()


def _replay(rows: list[QuarantinedEvent], *, by: User | None) -> Counter[str]:
    """One batch of one sender."""
    parsed = [_parsed(row) for row in rows]
    results = record_events(parsed, source=rows[0].source, subject=rows[0].subject, door="replay")
    done = [row for row, result in zip(rows, results, strict=True) if result.status in DONE]
    _resolve(done, status=Status.REPLAYED, by=by)
    kept = [_told(row, result) for row, result in zip(rows, results, strict=True) if result.status not in DONE]
    QuarantinedEvent.objects.bulk_update(kept, ["field", "message"])
    return Counter(stored=len(done), waiting=len(kept))


def _parsed(row: QuarantinedEvent) -> Any:
    """The event again; its clock is mended by when it came, not by now."""
    told = (
        {name: value for name, value in row.raw.items() if name != "sentAt"} if isinstance(row.raw, dict) else row.raw
    )
    sent_at = row.raw.get("sentAt") if isinstance(row.raw, dict) else None
    (parsed,) = parse_batch({"events": [told], "sentAt": sent_at}, now=row.received_at)
    return parsed


def _told(row: QuarantinedEvent, result: EventResult) -> QuarantinedEvent:
    row.field, row.message = (result.field or "event")[:64], result.message[:500]
    return row


def _resolve(rows: Sequence[QuarantinedEvent], *, status: QuarantinedEvent.Status, by: User | None) -> None:
    QuarantinedEvent.objects.filter(pk__in=[row.pk for row in rows]).update(
        status=status, resolved_at=datetime.now(UTC), resolved_by=by
    )
