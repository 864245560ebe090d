"""What makes an event the same event: 128 bits of SHA-256 over its id, and over what it says.

Both stand here twice, in Python for batches and in SQL for what comes by COPY, and must agree to the bit. SHA-256
since Postgres has it built in. Parts are joined by a character that no id may contain.
"""

import hashlib
import struct
import uuid
from datetime import UTC, datetime, timedelta

import msgspec

from marketing.events import IncomingEvent

SEPARATOR = "\x1f"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

# For rows with the columns event_id, kind, occurred_at, item, value, customer, visitor, session, context (text);
# %(source_id)s is the source, whose own events have no subject.
KEY_SQL = """
encode(substring(sha256(convert_to(
    concat_ws(E'\\x1f', %(source_id)s::bigint, '', event_id), 'UTF8')) FOR 16), 'hex')::uuid
"""
BODY_SQL = """
encode(substring(sha256(convert_to(
    concat_ws(E'\\x1f', kind, (extract(epoch FROM occurred_at) * 1000000)::bigint, coalesce(item, ''),
              coalesce(encode(float8send(value), 'hex'), ''), coalesce(customer, ''), coalesce(visitor, ''),
              session, context), 'UTF8')) FOR 16), 'hex')::uuid
"""


def event_key(event_id: str, *, source_id: int, subject: str = "") -> uuid.UUID:
    """Where “once” is decided. `subject` keeps people with a token of their own out of each other's ids."""
    return _digest(str(source_id), subject, event_id)


def event_body(event: IncomingEvent, *, customer: str | None, visitor: str | None) -> uuid.UUID:
    """All that the event says of somebody, who may be named by the event or by the sender's token."""
    return _digest(
        event.kind,
        str((event.occurred_at - EPOCH) // MICROSECOND),
        event.item or "",
        "" if event.value is None else struct.pack(">d", event.value).hex(),
        customer or "",
        visitor or "",
        event.session,
        context_text(event),
    )


def context_text(event: IncomingEvent) -> str:
    """The context as JSON, keys in order."""
    return msgspec.json.encode(event.context, order="deterministic").decode() if event.context else "{}"


def _digest(*parts: str) -> uuid.UUID:
    return uuid.UUID(bytes=hashlib.sha256(SEPARATOR.join(parts).encode()).digest()[:16])
