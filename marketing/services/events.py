"""Events in: each stored once, whoever sends it however often."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.db import connection, transaction

from marketing.event_keys import context_text, event_body, event_key
from marketing.events import IncomingEvent, Refused
from marketing.models import Identity, Item, Source
from marketing.partitions import ensure_for
from marketing.services.event_rows import ADD_CUSTOMERS, ADD_EVENTS, ADD_IDENTITIES, CLAIM_KEYS, arrays

BODIES = "SELECT key, body FROM marketing_eventkey WHERE key = ANY(%s)"
IDENTITIES = """
SELECT kind, value, id FROM marketing_identity
WHERE source_id = %(source_id)s AND value = ANY(%(values)s)
"""
CONFLICT = "this event id is already stored with another body"

Who = tuple[str, str]  # (kind of identity, value)
Accepted = Literal["stored", "already_stored", "conflict"]


@dataclass(frozen=True)
class EventResult:
    """What became of one event of a batch."""

    index: int
    id: str | None
    status: Literal["stored", "already_stored", "conflict", "refused"]
    field: str | None = None
    message: str = ""


@dataclass(frozen=True)
class _Claim:
    """An event on its way in: whose it is, and by what it is known again."""

    index: int
    event: IncomingEvent
    who: Who
    item_id: uuid.UUID | None
    key: uuid.UUID
    body: uuid.UUID

    def result(self, status: Accepted) -> EventResult:
        if status == "conflict":
            return EventResult(self.index, self.event.id, status, "id", CONFLICT)
        return EventResult(self.index, self.event.id, status)


def record_events(
    parsed: Sequence[IncomingEvent | Refused], *, source: Source, subject: Identity | None = None
) -> list[EventResult]:
    """Store a batch in one transaction and say of each event what became of it, in the batch's order.

    Without `subject` the sender is a shop's system, which names customers and visitors. With it, all events are that
    person's, their ids are of the person's own namespace, and naming anybody else is refused.
    """
    claims, results = _claims(parsed, source=source, subject=subject)
    if claims:
        ensure_for(claim.event.occurred_at for claim in claims)
        with transaction.atomic():
            results += _store(claims, source=source, subject=subject)
    return sorted(results, key=lambda result: result.index)


def _claims(
    parsed: Sequence[IncomingEvent | Refused], *, source: Source, subject: Identity | None
) -> tuple[list[_Claim], list[EventResult]]:
    named = {event.item for event in parsed if isinstance(event, IncomingEvent) and event.item}
    item_ids = dict(Item.objects.filter(sku__in=named).values_list("sku", "id")) if named else {}
    claims: list[_Claim] = []
    refused: list[EventResult] = []
    for index, event in enumerate(parsed):
        found = event
        if isinstance(event, IncomingEvent):
            claim = _claim(event, index=index, source=source, subject=subject, item_ids=item_ids)
            if isinstance(claim, _Claim):
                claims.append(claim)
                continue
            found = claim
        assert isinstance(found, Refused)
        refused.append(EventResult(index, found.id, "refused", found.field, found.message))
    return claims, refused


def _claim(
    event: IncomingEvent, *, index: int, source: Source, subject: Identity | None, item_ids: dict[str, uuid.UUID]
) -> _Claim | Refused:
    who = _who(event, index=index, subject=subject)
    if isinstance(who, Refused):
        return who
    if event.item is not None and event.item not in item_ids:
        return Refused(index, event.id, "item", f"no item has the SKU “{event.item}”")
    kind, value = who
    return _Claim(
        index=index,
        event=event,
        who=who,
        item_id=item_ids[event.item] if event.item else None,
        key=event_key(event.id, source_id=source.pk, subject=str(subject.pk) if subject else ""),
        body=event_body(
            event,
            customer=value if kind == Identity.Kind.CUSTOMER else None,
            visitor=value if kind == Identity.Kind.VISITOR else None,
        ),
    )


def _who(event: IncomingEvent, *, index: int, subject: Identity | None) -> Who | Refused:
    named: list[tuple[str, str | None]] = [
        (Identity.Kind.CUSTOMER.value, event.customer),
        (Identity.Kind.VISITOR.value, event.visitor),
    ]
    for kind, value in named:
        if value is not None and subject and (kind, value) != (subject.kind, subject.value):
            return Refused(index, event.id, kind, "nobody but the owner of the token expected; leave it out")
        if value is not None and not subject:
            return kind, value
    if subject:
        return subject.kind, subject.value
    return Refused(index, event.id, "customer", "a customer or a visitor expected, got neither")


def _store(claims: list[_Claim], *, source: Source, subject: Identity | None) -> list[EventResult]:
    first_of: dict[uuid.UUID, _Claim] = {}
    for claim in claims:
        first_of.setdefault(claim.key, claim)
    won = _claim_keys(list(first_of.values()))
    bodies = {claim.key: claim.body for claim in won}
    bodies |= _stored_bodies([key for key in first_of if key not in bodies])
    _write(won, source=source, subject=subject)
    winners = {claim.index for claim in won}
    return [claim.result(_status(claim, winners=winners, bodies=bodies)) for claim in claims]


def _status(claim: _Claim, *, winners: set[int], bodies: dict[uuid.UUID, uuid.UUID]) -> Accepted:
    if claim.index in winners:
        return "stored"
    return "already_stored" if bodies.get(claim.key) == claim.body else "conflict"


def _claim_keys(claims: list[_Claim]) -> list[_Claim]:
    """Those whose key was free. A key that another transaction is writing is waited for."""
    with connection.cursor() as cursor:
        cursor.execute(
            CLAIM_KEYS.format(rows=arrays("key", "body", "occurred_at")),
            {
                "key": [claim.key for claim in claims],
                "body": [claim.body for claim in claims],
                "occurred_at": [claim.event.occurred_at for claim in claims],
            },
        )
        free = {key for (key,) in cursor.fetchall()}
    return [claim for claim in claims if claim.key in free]


def _stored_bodies(keys: list[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(BODIES, [keys])
        return dict(cursor.fetchall())


def _write(claims: list[_Claim], *, source: Source, subject: Identity | None) -> None:
    if not claims:
        return
    identity_ids = {claims[0].who: subject.pk} if subject else _identities(claims, source=source)
    columns: dict[str, Any] = {
        "event_id": [claim.event.id for claim in claims],
        "kind": [claim.event.kind for claim in claims],
        "occurred_at": [claim.event.occurred_at for claim in claims],
        "item_id": [claim.item_id for claim in claims],
        "value": [claim.event.value for claim in claims],
        "identity_id": [identity_ids[claim.who] for claim in claims],
        "session": [claim.event.session for claim in claims],
        "context": [context_text(claim.event) for claim in claims],
    }
    with connection.cursor() as cursor:
        cursor.execute(ADD_EVENTS.format(rows=arrays(*columns)), columns | {"source_id": source.pk})


def _identities(claims: list[_Claim], *, source: Source) -> dict[Who, int]:
    people = sorted({claim.who for claim in claims})
    columns: dict[str, Any] = {
        "source_id": source.pk,
        "values": [value for _kind, value in people],
        "customer": [value if kind == Identity.Kind.CUSTOMER else None for kind, value in people],
        "visitor": [value if kind == Identity.Kind.VISITOR else None for kind, value in people],
    }
    with connection.cursor() as cursor:
        cursor.execute(IDENTITIES, columns)
        known = {(kind, value): pk for kind, value, pk in cursor.fetchall()}
        if all(person in known for person in people):
            return known
        cursor.execute(ADD_CUSTOMERS.format(rows=arrays("customer")), columns)
        cursor.execute(ADD_IDENTITIES.format(rows=arrays("customer", "visitor")), columns)
        cursor.execute(IDENTITIES, columns)
        return {(kind, value): pk for kind, value, pk in cursor.fetchall()}
