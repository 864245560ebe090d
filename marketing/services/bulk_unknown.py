"""Staged events about items or customers that nobody knows: what becomes of them is their source's setting.

Works on the temporary table `incoming_event` of `EventStage`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from django.db import connection

from marketing.events import IncomingEvent
from marketing.models import Source
from marketing.services.event_claims import Claim, claim_of
from marketing.services.event_items import item_ids
from marketing.services.event_people import unwilling
from marketing.services.held_events import Held, hold_events

HELD_AT_ONCE: Final = 2_000
UNKNOWN_SKUS: Final = """
SELECT DISTINCT item FROM incoming_event incoming
WHERE item IS NOT NULL AND NOT EXISTS (SELECT FROM marketing_item WHERE sku = incoming.item)
"""
UNKNOWN_ITEMS: Final = """
DELETE FROM incoming_event incoming
WHERE item IS NOT NULL AND NOT EXISTS (SELECT FROM marketing_item WHERE sku = incoming.item)
"""
# A source knows a customer too whom another one named.
UNKNOWN_CUSTOMERS: Final = """
DELETE FROM incoming_event incoming
WHERE customer IS NOT NULL
    AND NOT EXISTS (SELECT FROM marketing_customer WHERE external_id = incoming.customer)
    AND NOT EXISTS (
        SELECT FROM marketing_identity
        WHERE source_id = %(source_id)s AND kind = 'customer' AND value = incoming.customer)
"""
TOLD: Final = "line, event_id, kind, occurred_at, item, value, customer, visitor, session, context, payload"

Row = tuple[Any, ...]  # the columns of TOLD


@dataclass(frozen=True)
class Unknown:
    """What was taken from the staged rows: to be refused (line and field), or to wait in quarantine."""

    refused: Sequence[tuple[int, str]]
    not_kept: frozenset[int]
    held: Sequence[Held]

    def refused_for(self, field: str) -> list[int]:
        """The lines, in order."""
        return sorted(line for line, about in self.refused if about == field)


def make_stubs(source: Source) -> int:
    """Items for SKUs that only events name, if the source wishes them. How many were missing."""
    if source.unknown_items != Source.Unknown.STUB:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(UNKNOWN_SKUS)
        missing = [sku for (sku,) in cursor.fetchall()]
    item_ids(missing, source=source)
    return len(missing)


def set_aside(source: Source) -> Unknown:
    """Take the rows from the stage whose item or customer is missing. Nothing is stored yet."""
    refused: list[tuple[int, str]] = []
    waiting: list[Held] = []
    for about, policy, query in (
        ("item", source.unknown_items, UNKNOWN_ITEMS),
        ("customer", source.unknown_customers, UNKNOWN_CUSTOMERS),
    ):
        if about == "customer" and policy == Source.Unknown.STUB:
            continue
        if policy == Source.Unknown.QUARANTINE:
            waiting += [_held(row, about=about, source=source) for row in _taken(query, TOLD, source=source)]
        else:
            refused += [(line, about) for (line,) in _taken(query, "line", source=source)]
    # Whoever did not agree to be known is not kept in quarantine either, where the whole event stands.
    hidden = unwilling({one.claim.who for one in waiting}, source=source)
    not_kept = [one for one in waiting if one.claim.who in hidden]
    refused += [(one.claim.index, one.field) for one in not_kept]
    held = [one for one in waiting if one.claim.who not in hidden]
    return Unknown(refused, frozenset(one.claim.index for one in not_kept), held)


def _taken(query: str, columns: str, *, source: Source) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(f"{query} RETURNING {columns}", {"source_id": source.pk})
        rows: list[Row] = cursor.fetchall()
    return rows


def hold_unknown(unknown: Unknown, *, source: Source) -> None:
    """Keep in quarantine what has to wait. Inside a transaction."""
    in_order = sorted(unknown.held, key=lambda one: one.claim.index)
    for start in range(0, len(in_order), HELD_AT_ONCE):
        hold_events(in_order[start : start + HELD_AT_ONCE], source=source, subject=None)


def _held(row: Row, *, about: str, source: Source) -> Held:
    line, event_id, kind, occurred_at, item, value, customer, visitor, session, context, payload = row
    event = IncomingEvent(
        id=event_id,
        kind=kind,
        occurred_at=occurred_at,
        item=item,
        value=value,
        customer=customer,
        visitor=visitor,
        session=session,
        context=msgspec.json.decode(context),
        payload=msgspec.json.decode(payload),
    )
    claim = claim_of(event, index=line, source=source, subject=None)
    assert isinstance(claim, Claim)  # staged rows name somebody
    missing = f"no item has the SKU “{item}”" if about == "item" else f"no customer has the id “{customer}”"
    return Held(claim, about, missing)
