"""Deliveries of webhooks: claimed by a lease, sent side by side, tried again ever later, parked in the end.

At least once, in no certain order. A worker that dies leaves its rows to the next one when their lease is over.
"""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from marketing.models import Outbox
from marketing.services.webhooks import wake
from marketing.webhooks import Delivery, Outcome, send

# Of one endpoint a few at a time, so that one that hangs does not hold up the others.
PER_ENDPOINT = 10
AT_ONCE = 20
# Before a task's round begins after this time, it asks for another task instead.
ROUNDS_SECONDS = 60.0
# Waits: 5 s, 20 s, 80 s, … to 6 h; with ten attempts some 20 hours in all.
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=6)
KEPT = timedelta(days=30)

PARK_LOST = """
UPDATE marketing_outbox
SET status = 'parked', last_error = 'the last attempt was begun and never ended'
WHERE status = 'waiting' AND due_at <= statement_timestamp() AND attempts >= %(limit)s
"""
CLAIM = """
WITH chosen AS MATERIALIZED (
    SELECT due.id, endpoint.url, endpoint.secret
    FROM marketing_webhookendpoint endpoint
    CROSS JOIN LATERAL (
        SELECT id, due_at FROM marketing_outbox
        WHERE endpoint_id = endpoint.id AND status = 'waiting' AND due_at <= statement_timestamp()
        ORDER BY due_at LIMIT %(per_endpoint)s
        FOR UPDATE SKIP LOCKED
    ) due
    WHERE endpoint.active
    ORDER BY due.due_at LIMIT %(at_once)s
)
UPDATE marketing_outbox claimed
SET due_at = statement_timestamp() + %(lease)s, attempts = claimed.attempts + 1
FROM chosen WHERE claimed.id = chosen.id
RETURNING claimed.id, claimed.attempts, claimed.topic, claimed.payload, claimed.created_at, chosen.url, chosen.secret
"""
# `attempts` is the fence: who comes back after the lease writes nothing over the one who took it.
RESOLVE = """
UPDATE marketing_outbox kept
SET status = done.status, last_error = done.error, due_at = statement_timestamp() + done.wait * interval '1 second',
    delivered_at = CASE WHEN done.status = 'delivered' THEN statement_timestamp() END
FROM unnest(%(ids)s::uuid[], %(attempts)s::int[], %(statuses)s::text[], %(errors)s::text[], %(waits)s::float8[])
    AS done (id, attempts, status, error, wait)
WHERE kept.id = done.id AND kept.attempts = done.attempts AND kept.status = 'waiting'
"""


@dataclass(frozen=True)
class Claimed:
    """A delivery that is ours until its lease is over."""

    id: UUID
    attempt: int
    delivery: Delivery


def deliver_due() -> dict[str, int]:
    """Deliver all that is due, in rounds; says how many deliveries came to which end."""
    counts = {"delivered": 0, "failed": 0}
    until = monotonic() + ROUNDS_SECONDS
    while claimed := claim():
        outcomes = send_all(claimed)
        resolve(claimed, outcomes)
        delivered = sum(outcome.delivered for outcome in outcomes)
        counts["delivered"] += delivered
        counts["failed"] += len(outcomes) - delivered
        if monotonic() > until:
            wake()
            break
    return counts


def claim() -> list[Claimed]:
    """Take some of what is due. Each statement is a transaction of its own, so that nothing is locked while we send."""
    limits: dict[str, Any] = {
        "limit": settings.WEBHOOK_MAX_ATTEMPTS,
        "lease": settings.WEBHOOK_LEASE,
        "per_endpoint": PER_ENDPOINT,
        "at_once": AT_ONCE,
    }
    with connection.cursor() as cursor:
        cursor.execute(PARK_LOST, limits)
        cursor.execute(CLAIM, limits)
        return [_claimed(row) for row in cursor.fetchall()]


def send_all(claimed: list[Claimed]) -> list[Outcome]:
    """All side by side: they wait for the network, not for each other. No thread touches the database."""
    deliver = partial(
        send,
        private_allowed=settings.WEBHOOK_PRIVATE_ADDRESSES,
        total_seconds=settings.WEBHOOK_TIMEOUT_SECONDS,
    )
    with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="webhook") as pool:
        return list(pool.map(deliver, [row.delivery for row in claimed]))


def resolve(claimed: list[Claimed], outcomes: list[Outcome]) -> None:
    """Write down what became of them, in one statement."""
    ended: dict[str, Any] = {
        "ids": [row.id for row in claimed],
        "attempts": [row.attempt for row in claimed],
        "statuses": [_status(row, outcome) for row, outcome in zip(claimed, outcomes, strict=True)],
        "errors": [outcome.error.replace("\0", "")[:500] for outcome in outcomes],
        "waits": [wait_after(row.attempt).total_seconds() for row in claimed],
    }
    with connection.cursor() as cursor:
        cursor.execute(RESOLVE, ended)


def wait_after(attempt: int) -> timedelta:
    """How long to wait after the attempt of this number, a fifth more or less, so that not all come back at once."""
    wait: timedelta = min(FIRST_WAIT * 4 ** (attempt - 1), LONGEST_WAIT)
    return wait * random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, guards nothing


def replay(deliveries: QuerySet[Outbox]) -> int:
    """Have these deliveries tried anew from the first attempt, also ones that were delivered; gives their number."""
    again = deliveries.exclude(status=Outbox.Status.WAITING).update(
        status=Outbox.Status.WAITING, attempts=0, due_at=Now(), delivered_at=None, last_error=""
    )
    if again:
        wake()
    return again


def prune_delivered() -> int:
    """Forget deliveries that were taken a month ago; parked ones stay until somebody has looked."""
    old = Outbox.objects.filter(status=Outbox.Status.DELIVERED, delivered_at__lt=timezone.now() - KEPT)
    return old.delete()[0]


def _claimed(row: tuple[Any, ...]) -> Claimed:
    id_, attempt, topic, payload, created_at, url, secret = row
    body = {"type": topic, "timestamp": created_at, "data": msgspec.Raw(payload.encode())}
    text = msgspec.json.encode(body).decode()
    return Claimed(id_, attempt, Delivery(id=str(id_), url=url, secrets=secret.split(), body=text))


def _status(row: Claimed, outcome: Outcome) -> str:
    if outcome.delivered:
        return Outbox.Status.DELIVERED
    return Outbox.Status.PARKED if row.attempt >= settings.WEBHOOK_MAX_ATTEMPTS else Outbox.Status.WAITING
