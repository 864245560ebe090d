"""The words of OpenAPI for events, made from the kinds themselves."""

from typing import Any

from marketing.event_kinds import KINDS, EventKind, Field
from marketing.events import CONTEXT_BYTES

Schema = dict[str, Any]
TIME = "ISO 8601 with offset, or seconds or milliseconds since 1970"


def event_schema() -> Schema:
    """One event as a sender writes it."""
    instant = {"oneOf": [{"type": "string"}, {"type": "number"}]}
    name = {"type": "string", "maxLength": 128}
    return {
        "type": "object",
        "required": ["id", "kind", "occurredAt"],
        "additionalProperties": False,
        "properties": {
            "id": {**name, "description": "Your own id of the event: what makes it count once."},
            "kind": {"type": "string", "maxLength": 32, "description": _kinds_described(), "examples": list(KINDS)},
            "occurredAt": {**instant, "description": f"{TIME}; at most a day ahead."},
            "item": {**name, "description": "The item's SKU."},
            "value": {"type": "number", "description": "What the kind says: see there."},
            "customer": {**name, "description": "The shop's id. With an API key only."},
            "visitor": {**name, "description": "A visitor's name. With an API key only."},
            "session": name,
            "context": {
                "type": "object",
                "description": f"Anything else worth keeping, at most {CONTEXT_BYTES} bytes. A shop's server says in"
                " `userAgent` what the person's program calls itself, so that robots are known.",
            },
            "payload": {
                "type": "object",
                "description": "What the kind says besides its value; fields that it doesn't have are refused.",
                "anyOf": [_payload_schema(kind) for kind in KINDS.values() if kind.payload],
            },
        },
    }


def sent_at_schema() -> Schema:
    return {
        "oneOf": [{"type": "string"}, {"type": "number"}],
        "description": f"When the batch was sent, by the sender's clock: {TIME}. Where that clock is wrong, the events'"
        " times are mended by it.",
    }


def _kinds_described() -> str:
    return "One of these, or a kind that staff added, which GraphQL's `eventKinds` lists:\n\n" + "\n".join(
        f"- {_described(kind)}" for kind in KINDS.values()
    )


def _described(kind: EventKind) -> str:
    parts = [f"`{kind.name}`"]
    if kind.needs_item:
        parts.append("of an item")
    if rule := kind.value:
        start = "above" if rule.exclusive else "from"
        must = ", required" if rule.required else ""
        parts.append(f"value in {rule.unit} {start} {rule.minimum:g} to {rule.maximum:g}{must}")
    if kind.payload:
        parts.append(f"payload {', '.join(f'`{name}`' for name in kind.payload)}")
    return "; ".join(parts)


def _payload_schema(kind: EventKind) -> Schema:
    return {
        "title": kind.name,
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _field_schema(field) for name, field in kind.payload.items()},
        "required": [name for name, field in kind.payload.items() if field.required],
    }


def _field_schema(field: Field) -> Schema:
    described = {"description": field.description} if field.description else {}
    if field.type == "boolean":
        return {"type": "boolean", **described}
    if field.type in ("text", "url"):
        shape = {"format": "uri"} if field.type == "url" else {}
        return {"type": "string", "maxLength": field.length, **shape, **described}
    least, most = field.bounds
    return {"type": field.type, "minimum": least, "maximum": most, **described}
