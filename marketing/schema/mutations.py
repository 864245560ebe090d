"""What can be sent in: events, and visits that begin and turn out to be a customer's."""

from datetime import UTC, datetime
from enum import Enum
from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON
from strawberry.types import Info

from marketing.access import holder_of
from marketing.errors import NotAllowed
from marketing.events import parse_batch
from marketing.graphql import Customers, Key, NotShops, Visitors, caller, mutation
from marketing.identities import link_visitor
from marketing.models import ApiKey, Source
from marketing.schema.types import CustomerType
from marketing.services import events, visits
from marketing.tokens import read_token

EVENT_SENDERS = Key(ApiKey.Scope.EVENTS_WRITE) | Customers() | Visitors()


@strawberry.input(description="Something that somebody did.")
class EventInput:
    id: str = strawberry.field(description="Your own id of the event: what makes it count once.")
    kind: str = strawberry.field(description="A name of `eventKinds`: view, click, add_to_cart, purchase, …")
    occurred_at: str = strawberry.field(description="ISO 8601 with offset, or seconds or milliseconds since 1970.")
    item: str | None = strawberry.field(default=None, description="The item's SKU.")
    value: float | None = strawberry.field(default=None, description="What the kind says: stars, pieces, seconds.")
    customer: str | None = strawberry.field(
        default=None, description="The shop's id of the customer. With an API key only."
    )
    visitor: str | None = strawberry.field(default=None, description="The visitor's name. With an API key only.")
    session: str | None = None
    context: JSON | None = None
    payload: JSON | None = strawberry.field(
        default=None, description="What the kind says besides its value: its fields stand in `eventKinds`."
    )


@strawberry.enum(description="What became of an event.")
class EventStatus(Enum):
    STORED = "stored"
    ALREADY_STORED = "already_stored"
    CONFLICT = "conflict"
    REFUSED = "refused"
    QUARANTINED = "quarantined"


@strawberry.type(description="What became of one event of the call.")
class EventOutcome:
    index: int = strawberry.field(description="Its place in the call, from 0.")
    id: str | None
    status: EventStatus
    field: str | None = strawberry.field(description="The field that the event was refused or held back for.")
    message: str


@strawberry.type
class TrackEventsPayload:
    results: list[EventOutcome]


@strawberry.type(description="An anonymous visit.")
class Visit:
    visitor: str = strawberry.field(description="The visitor's name.")
    token: str = strawberry.field(description="Send it as bearer token from now on.")
    expires_at: datetime


@strawberry.type
class LinkVisitorPayload:
    customer: CustomerType


@strawberry.type
class Mutation:
    @mutation(
        rule=EVENT_SENDERS,
        rate="caller",
        description="Store events, each once: the same id with the same content again is fine, with another it is a"
        " conflict. One event's fault doesn't hold back the others.",
    )
    def track_events(
        self,
        info: Info,
        events: list[EventInput],
        sent_at: Annotated[
            str | None,
            strawberry.argument(description="When this is sent, by the sender's clock: a wrong one is mended by it."),
        ] = None,
    ) -> TrackEventsPayload:
        return TrackEventsPayload(results=_track(info, [_row(event) for event in events], sent_at=sent_at))

    @mutation(
        rule=NotShops() | Key(ApiKey.Scope.TOKENS_MINT),
        rate="nobody",
        description="Begin an anonymous visit.",
    )
    def start_visit(self, info: Info) -> Visit:
        visit = visits.start_visit(source=_shop_of(info))
        return Visit(visitor=visit.visitor, token=visit.signed.token, expires_at=visit.signed.expires_at)

    @mutation(
        rule=Customers(),
        rate="caller",
        description="Say that an anonymous visit was yours: what was done in it counts as yours from now on.",
    )
    def link_visitor(self, info: Info, visitor_token: str) -> LinkVisitorPayload:
        customer = caller(info).customer
        if customer is None:
            raise NotAllowed("Only a customer can say that a visit was theirs.")
        visit = holder_of(read_token(visitor_token, kinds=("visitor",))).own_identity()
        if visit is None:
            raise NotAllowed("The token names no visitor.")
        link_visitor(visit, customer)
        return LinkVisitorPayload(customer=CustomerType.from_row(customer))


def _track(info: Info, rows: list[dict[str, Any]], *, sent_at: str | None) -> list[EventOutcome]:
    asking = caller(info)
    parsed = parse_batch({"events": rows, "sentAt": sent_at}, now=datetime.now(UTC))
    if asking.source is None:
        raise NotAllowed("Events need a source, which comes with a key or token.")
    results = events.record_events(
        parsed,
        source=asking.source,
        subject=asking.own_identity(),
        door="graphql",
        user_agent=info.context.request.headers.get("User-Agent", ""),
    )
    return [
        EventOutcome(
            index=result.index,
            id=result.id,
            status=EventStatus(result.status),
            field=result.field,
            message=result.message,
        )
        for result in results
    ]


def _row(event: EventInput) -> dict[str, Any]:
    """The event in the words of the REST door, so that both are parsed by the same rules."""
    return {
        "id": event.id,
        "kind": event.kind,
        "occurredAt": event.occurred_at,
        "item": event.item,
        "value": event.value,
        "customer": event.customer,
        "visitor": event.visitor,
        "session": event.session,
        "context": event.context,
        "payload": event.payload,
    }


def _shop_of(info: Info) -> Source | None:
    asking = caller(info)
    return asking.source if asking.kind == "shop" else None
