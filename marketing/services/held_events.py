"""Events held back until somebody has looked at them: those about an item or a customer that nobody knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.db import connection

from marketing.events import as_told
from marketing.models import Identity, QuarantinedEvent, Source
from marketing.services.event_claims import Claim

# Names the advisory lock of a source's quarantine, so that two batches don't hold the same event twice.
LOCK: Final = 0x61_74_74_75


@dataclass(frozen=True)
class Held:
    """A claim that has to wait, and for which field."""

    claim: Claim
    field: str
    message: str


def hold_events(held: Sequence[Held], *, source: Source, subject: Identity | None) -> None:
    """Keep each event once, however often it is sent. One that was let go stays let go. Inside a transaction."""
    if not held:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, source.pk])
    received_at = datetime.now(UTC)
    rows = {
        one.claim.event.id: QuarantinedEvent(
            source=source,
            subject=subject,
            event_id=one.claim.event.id,
            raw=as_told(one.claim.event, received_at=received_at),
            field=one.field,
            message=one.message[:500],
        )
        for one in reversed(held)  # of two with one id the first stays
    }
    here = QuarantinedEvent.objects.filter(source=source, subject=subject, event_id__in=rows)
    for event_id in here.exclude(status=QuarantinedEvent.Status.REPLAYED).values_list("event_id", flat=True):
        rows.pop(event_id, None)
    QuarantinedEvent.objects.bulk_create(rows.values())
