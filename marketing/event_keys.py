"""What makes an event the same event: 128 bits of SHA-256 over its id, and over what it says.

Both stand here twice, in Python for batches and in SQL for what comes by COPY, and must agree to the bit. SHA-256
since Postgres has it built in. Parts are joined by a character that no id may contain.
"""

import hashlib
import struct
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from marketing.events import IncomingEvent

SEPARATOR = "\x1f"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
ENCODER = msgspec.json.Encoder(order="deterministic")

# For rows with the columns event_id, kind, occurred_at, item, value, customer, visitor, session, context,
# payload (the last two JSON as text, a payload that says nothing `{}` and no part);
# %(source_id)s is the source, whose own events have no subject.
KEY_SQL = """
encode(substring(sha256(convert_to(
    concat_ws(E'\\x1f', %(source_id)s::bigint, '', event_id), 'UTF8')) FOR 16), 'hex')::uuid
"""
BODY_SQL = """
encode(substring(sha256(convert_to(
    concat_ws(E'\\x1f', kind, (extract(epoch FROM occurred_at) * 1000000)::bigint, coalesce(item, ''),
              coalesce(encode(float8send(value), 'hex'), ''), coalesce(customer, ''), coalesce(visitor, ''),
              session, context, nullif(payload, '{}')), 'UTF8')) FOR 16), 'hex')::uuid
"""


def event_key(event_id: str, *, source_id: int, subject: str = "") -> uuid.UUID:
    """Where “once” is decided. `subject` keeps people with a token of their own out of each other's ids."""
    return uuid.UUID(hex=key_digest(event_id, source_id=source_id, subject=subject))


def event_body(event: IncomingEvent, *, customer: str | None, visitor: str | None) -> uuid.UUID:
    """All that the event says of somebody, who may be named by the event or by the sender's token."""
    texts = json_text(event.context), json_text(event.payload)
    return uuid.UUID(hex=body_digest(event, customer=customer, visitor=visitor, texts=texts))


def key_digest(event_id: str, *, source_id: int, subject: str = "") -> str:
    """The key as 32 hexadecimal digits."""
    return _digest(f"{source_id}{SEPARATOR}{subject}{SEPARATOR}{event_id}")


def body_digest(event: IncomingEvent, *, customer: str | None, visitor: str | None, texts: tuple[str, str]) -> str:
    """The body as 32 hexadecimal digits; `texts` are context and payload as `json_text` writes them."""
    context, payload = texts
    value = "" if event.value is None else struct.pack(">d", event.value).hex()
    told = (
        f"{event.kind}{SEPARATOR}{(event.told_at - EPOCH) // MICROSECOND}{SEPARATOR}{event.item or ''}{SEPARATOR}{value}"
        f"{SEPARATOR}{customer or ''}{SEPARATOR}{visitor or ''}{SEPARATOR}{event.session}{SEPARATOR}{context}"
    )
    return _digest(told if payload == "{}" else f"{told}{SEPARATOR}{payload}")


def json_text(value: dict[str, Any]) -> str:
    """A JSON object as text, keys in order, so that the same content is the same text.

    Its numbers are as `plain_text.json_object` leaves them, equal ones alike.
    """
    return ENCODER.encode(value).decode() if value else "{}"


def _digest(told: str) -> str:
    return hashlib.sha256(told.encode()).hexdigest()[:32]
