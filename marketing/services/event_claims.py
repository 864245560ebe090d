"""An event on its way in: whose it is, what it is about, by what it is known again, and what became of it."""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Literal

import msgspec

from marketing.event_keys import body_digest, json_text, key_digest
from marketing.events import FIELDS, IncomingEvent
from marketing.incoming import Refused
from marketing.models import Identity, Source

Who = tuple[str, str]  # (kind of identity, value)
Status = Literal["stored", "already_stored", "conflict", "refused", "quarantined"]
LATE: Final = timedelta(days=1)
# Plain texts: a member of the enumeration is slow to compare five hundred times.
CUSTOMER: Final = Identity.Kind.CUSTOMER.value
VISITOR: Final = Identity.Kind.VISITOR.value


# Structs, since a batch makes a thousand of these two.
class EventResult(msgspec.Struct, frozen=True):
    """What became of one event of a batch."""

    index: int
    id: str | None
    status: Status
    field: str | None = None
    message: str = ""


class Claim(msgspec.Struct):
    """An event that could be stored, written as the store reads it.

    `occurred_at` is ISO 8601; `key`, `body` and the item's id are in hexadecimal; context and payload JSON.
    `anonymous`: its person did not agree to be known.
    """

    index: int
    event: IncomingEvent
    who: Who
    occurred_at: str
    key: str
    body: str
    context: str
    payload: str
    item_id: str | None = None
    anonymous: bool = False
    quality: str = "ok"

    @property
    def stored_id(self) -> str:
        """The id that stands in its row. A sender's own id could tell whose an anonymous event was."""
        return self.key if self.anonymous else self.event.id

    @property
    def same(self) -> tuple[Hashable, ...]:
        """What a near-duplicate has the same of."""
        return self.who, self.event.kind, self.item_id, self.event.value, self.payload

    def result(self, status: Status, *, about: str | None = None, message: str = "") -> EventResult:
        return EventResult(self.index, self.event.id, status, about, message)


@dataclass
class Ledger:
    """The results of a batch as they come, and how many there were of each outcome."""

    results: list[EventResult] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, result: EventResult) -> None:
        self.results.append(result)
        told_by_field = result.status in ("refused", "quarantined")
        self.counts[f"{result.status}:{_countable(result.field)}" if told_by_field else result.status] += 1

    def add_refused(self, refused: Refused, *, index: int) -> None:
        self.add(EventResult(index, refused.id, "refused", refused.field, refused.message))

    def in_order(self) -> list[EventResult]:
        return sorted(self.results, key=lambda result: result.index)


def claim_of(event: IncomingEvent, *, index: int, source: Source, subject: Identity | None) -> Claim | Refused:
    """The claim of an event; refused when it names nobody, or somebody else than the owner of the token."""
    who = _who(event, index=index, subject=subject)
    if isinstance(who, Refused):
        return who
    kind, value = who
    texts = context, payload = json_text(event.context), json_text(event.payload)
    return Claim(
        index=index,
        event=event,
        who=who,
        occurred_at=event.occurred_at.isoformat(),
        key=key_digest(event.id, source_id=source.pk, subject=str(subject.pk) if subject else ""),
        body=body_digest(
            event,
            customer=value if kind == CUSTOMER else None,
            visitor=value if kind == VISITOR else None,
            texts=texts,
        ),
        context=context,
        payload=payload,
    )


def first_of_each(claims: Iterable[Claim]) -> list[Claim]:
    """One claim a key: the first of each."""
    first: dict[str, Claim] = {}
    for claim in claims:
        first.setdefault(claim.key, claim)
    return list(first.values())


def _who(event: IncomingEvent, *, index: int, subject: Identity | None) -> Who | Refused:
    if event.customer is not None:
        named: Who | None = (CUSTOMER, event.customer)
    else:
        named = None if event.visitor is None else (VISITOR, event.visitor)
    if subject is None:
        return named or Refused(index, event.id, CUSTOMER, "a customer or a visitor expected, got neither")
    own = (subject.kind, subject.value)
    if named not in (None, own):
        return Refused(index, event.id, named[0], "nobody but the owner of the token expected; leave it out")
    return own


def _countable(about: str | None) -> str:
    """The field as it is counted: what senders make up would count to no end."""
    top = (about or "event").partition(".")[0]
    return top if top in FIELDS or top == "event" else "unknown"
