"""Which kinds of events there are, for whoever writes a sender."""

from typing import Self

import strawberry

from marketing.event_kinds import EventKind, Field
from marketing.event_registry import kinds
from marketing.graphql import Anyone, field


@strawberry.type(description="A field of what events of a kind say besides their value.")
class EventField:
    name: str
    type: str = strawberry.field(description="text, number, integer, boolean or url.")
    required: bool
    minimum: float | None = strawberry.field(description="Of a number.")
    maximum: float | None = strawberry.field(description="Of a number; of a text or url its most characters.")
    description: str | None

    @classmethod
    def of(cls, name: str, rule: Field) -> Self:
        number = rule.type in ("number", "integer")
        least, most = rule.bounds if number else (None, None)
        return cls(
            name=name,
            type=rule.type,
            required=rule.required,
            minimum=least,
            maximum=rule.length if rule.type in ("text", "url") else most,
            description=rule.description or None,
        )


@strawberry.type(name="EventKind", description="Something that can happen: built in, or added by staff.")
class EventKindType:
    name: str = strawberry.field(description="As senders write it.")
    label: str = strawberry.field(description="What somebody did, in the past tense.")
    needs_item: bool
    value_unit: str | None = strawberry.field(description="Null: events of this kind have no value.")
    value_required: bool
    payload: list[EventField]

    @classmethod
    def of(cls, kind: EventKind) -> Self:
        return cls(
            name=kind.name,
            label=kind.label,
            needs_item=kind.needs_item,
            value_unit=kind.value.unit if kind.value else None,
            value_required=bool(kind.value and kind.value.required),
            payload=[EventField.of(name, rule) for name, rule in kind.payload.items()],
        )


@strawberry.type
class Query:
    @field(rule=Anyone(), description="All kinds of events that can be sent, with what they hold.")
    def event_kinds(self) -> list[EventKindType]:
        return [EventKindType.of(kind) for kind in sorted(kinds().values(), key=lambda kind: kind.name)]
