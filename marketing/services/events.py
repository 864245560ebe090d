"""Events in: each stored once, whoever sends it however often, and judged for what it is worth."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
from django.conf import settings
from django.db import transaction

from marketing.cleaning.bots import is_bot
from marketing.cleaning.duplicates import deeds_around, near_duplicates
from marketing.event_keys import json_text
from marketing.event_registry import find_kind
from marketing.events import IncomingEvent, Refused
from marketing.models import Event, Identity, IngestBatch, Source
from marketing.partitions import ensure_for
from marketing.services.event_claims import LATE, Claim, EventResult, Ledger, Who, claim_of, first_of_each
from marketing.services.event_items import item_ids
from marketing.services.event_people import make_identities, nobody_of, people_of, strangers, unwilling
from marketing.services.event_store import claim_keys, copy_events, stored_bodies
from marketing.services.held_events import Held, hold_events
from marketing.services.live_counts import count_live

__all__ = ["EventResult", "record_events"]

OK, BOT, DUPLICATE = (quality.value for quality in (Event.Quality.OK, Event.Quality.BOT, Event.Quality.DUPLICATE))
CONFLICT = "this event id is already stored with another body"


@dataclass(frozen=True)
class _Sender:
    """Where a batch comes from."""

    source: Source
    subject: Identity | None
    user_agent: str
    received_at: datetime


def record_events(
    parsed: Sequence[IncomingEvent | Refused],
    *,
    source: Source,
    subject: Identity | None = None,
    door: str = "service",
    user_agent: str = "",
) -> list[EventResult]:
    """Store a batch in one transaction and say of each event what became of it, in the batch's order.

    Without `subject` the sender is a shop's system, which names customers and visitors. With it, all events are that
    person's, their ids are of the person's own namespace, naming anybody else is refused, and `user_agent` is what the
    person's program calls itself. `door` is where they came in, for the counts.
    """
    if not parsed:
        return []
    sender = _Sender(source, subject, user_agent, datetime.now(UTC))
    ledger = Ledger()
    claims = _claims(parsed, sender=sender, ledger=ledger)
    known, anonymous = _people(claims, sender=sender)
    claims, held = _placed(claims, known=known, anonymous=anonymous, sender=sender, ledger=ledger)
    ensure_for(claim.event.occurred_at for claim in claims)
    with transaction.atomic():
        _store(claims, known=known, sender=sender, ledger=ledger)
        hold_events(held, source=source, subject=subject)
        IngestBatch.objects.create(source=source, door=door, counts=ledger.counts)
    return ledger.in_order()


def _claims(parsed: Sequence[IncomingEvent | Refused], *, sender: _Sender, ledger: Ledger) -> list[Claim]:
    claims = []
    for index, event in enumerate(parsed):
        found: Claim | Refused = (
            claim_of(event, index=index, source=sender.source, subject=sender.subject)
            if isinstance(event, IncomingEvent)
            else event
        )
        if isinstance(found, Refused):
            ledger.add_refused(found, index=index)
        else:
            claims.append(found)
    return claims


def _people(claims: list[Claim], *, sender: _Sender) -> tuple[dict[Who, int], set[Who]]:
    """The keys of the identities that there are, and the people who shall stay unknown."""
    people = {claim.who for claim in claims}
    if sender.subject:
        own = {(sender.subject.kind, sender.subject.value): sender.subject.pk}
        return own, unwilling(people, source=sender.source)
    return people_of(people, source=sender.source)


def _placed(
    claims: list[Claim], *, known: dict[Who, int], anonymous: set[Who], sender: _Sender, ledger: Ledger
) -> tuple[list[Claim], list[Held]]:
    """The claims whose item and person are there or may be made, and those that have to wait for them."""
    source = sender.source
    found = item_ids({claim.event.item for claim in claims if claim.event.item}, source=source)
    items = {sku: item.hex for sku, item in found.items()}
    people = {claim.who for claim in claims}
    made = source.unknown_customers == Source.Unknown.STUB
    strange = set() if made else strangers({person for person in people if person not in known})
    placed, held = [], []
    for claim in claims:
        claim.anonymous = claim.who in anonymous or claim.who[0] == Identity.Kind.NOBODY
        claim.item_id = items.get(claim.event.item) if claim.event.item else None
        missing = _missing(claim, strange=strange, sender=sender)
        if missing is None:
            placed.append(claim)
            continue
        about, message, policy = missing
        # Whoever did not agree to be known is not kept in quarantine either, where the whole event stands.
        waits = policy == Source.Unknown.QUARANTINE and not claim.anonymous
        ledger.add(claim.result("quarantined" if waits else "refused", about=about, message=message))
        if waits:
            held.append(Held(claim, about, message))
    return placed, held


def _missing(claim: Claim, *, strange: set[Who], sender: _Sender) -> tuple[str, str, str] | None:
    """The field whose row is missing, what to say of it, and what the source wishes to become of the event."""
    if claim.event.item and claim.item_id is None:
        return "item", f"no item has the SKU “{claim.event.item}”", sender.source.unknown_items
    if claim.who in strange:
        return "customer", f"no customer has the id “{claim.who[1]}”", sender.source.unknown_customers
    return None


def _store(claims: list[Claim], *, known: dict[Who, int], sender: _Sender, ledger: Ledger) -> None:
    if not claims:
        return
    first = first_of_each(claims)
    taken = claim_keys(first)
    won = [claim for claim in first if claim.key not in taken] if taken else first
    if won:
        _write(won, known=known, sender=sender)
        _count(won, sender=sender, ledger=ledger)
        count_live((claim.event.occurred_at, claim.event.kind, claim.item_id) for claim in won if claim.quality == OK)
    bodies = {claim.key: claim.body for claim in won} | stored_bodies(taken)
    winners = {claim.index for claim in won}
    for claim in claims:
        if claim.index in winners:
            ledger.add(claim.result("stored"))
        elif bodies.get(claim.key) == claim.body:
            ledger.add(claim.result("already_stored"))
        else:
            ledger.add(claim.result("conflict", about="id", message=CONFLICT))


def _write(claims: list[Claim], *, known: dict[Who, int], sender: _Sender) -> None:
    """Store the claims, each with how good it is."""
    for claim in claims:
        if claim.anonymous:
            _make_anonymous(claim)
        if _is_a_bots(claim, sender=sender):
            claim.quality = BOT
    window = timedelta(seconds=settings.NEAR_DUPLICATE_SECONDS)
    if window:
        _find_duplicates(claims, known=known, window=window)
    copy_events(claims, _identities(claims, known=known, source=sender.source), source=sender.source)


def _make_anonymous(claim: Claim) -> None:
    """Leave nothing in the row by which somebody could be known again."""
    kind = find_kind(claim.event.kind)
    claim.context = "{}"
    claim.payload = json_text(kind.without_words(claim.event.payload)) if kind else "{}"


def _is_a_bots(claim: Claim, *, sender: _Sender) -> bool:
    if sender.subject and sender.user_agent and is_bot(sender.user_agent):
        return True
    told = claim.event.context.get("userAgent") if claim.event.context else None
    return isinstance(told, str) and is_bot(told)


def _find_duplicates(claims: list[Claim], *, known: dict[Who, int], window: timedelta) -> None:
    """What this batch says twice, and what was said before by somebody who can be told from others."""
    good = [claim for claim in claims if claim.quality == OK]
    repeated = near_duplicates(((claim.same, claim.event.occurred_at, claim.key) for claim in good), window=window)
    repeated |= _told_before([claim for claim in good if not claim.anonymous], known=known, window=window)
    if repeated:
        for claim in good:
            if claim.key in repeated:
                claim.quality = DUPLICATE


def _told_before(claims: list[Claim], *, known: dict[Who, int], window: timedelta) -> set[str]:
    """The keys of those that are stored already, in other words. Who is new to us has told nothing before."""
    persons = [(known[claim.who], claim) for claim in claims if claim.who in known]
    if not persons:
        return set()
    moments = [claim.event.occurred_at for _person, claim in persons]
    stored = deeds_around(
        [person for person, _claim in persons],
        [claim.occurred_at for _person, claim in persons],
        since=min(moments),
        until=max(moments),
        window=window,
    )
    times: defaultdict[int, list[tuple[tuple[Hashable, ...], datetime]]] = defaultdict(list)
    for identity_id, kind, item_id, value, payload, when in stored:
        times[identity_id].append(((kind, item_id and item_id.hex, value, _normal(payload)), when))
    return {
        claim.key
        for person, claim in persons
        if person in times
        for same, when in times[person]
        if same == claim.same[1:] and abs(claim.event.occurred_at - when) <= window
    }


def _normal(payload: str) -> str:
    """A payload as Postgres writes it, as we write it."""
    return json_text(msgspec.json.decode(payload))


def _identities(claims: list[Claim], *, known: dict[Who, int], source: Source) -> list[int]:
    """For each claim the identity that its row points at; new people are made."""
    new = {claim.who for claim in claims if not claim.anonymous and claim.who not in known}
    everybody = known | make_identities(new, source=source)
    nobody = nobody_of(source) if any(claim.anonymous for claim in claims) else 0
    return [nobody if claim.anonymous else everybody[claim.who] for claim in claims]


def _count(claims: Iterable[Claim], *, sender: _Sender, ledger: Ledger) -> None:
    """What there is to say of stored events besides that they are."""
    late_before = sender.received_at - LATE
    for claim in claims:
        if claim.quality != OK:
            ledger.counts[claim.quality] += 1
        if claim.event.claimed_at is not None:
            ledger.counts["clock_repaired"] += 1
        if claim.event.unit_mended:
            ledger.counts["unit_repaired"] += 1
        if claim.event.occurred_at < late_before:
            ledger.counts["late"] += 1
