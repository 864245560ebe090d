"""The store of events: keys claimed, rows brought in by COPY."""

from collections.abc import Sequence
from typing import Final

from django.db import connection

from marketing.models import Source
from marketing.services.event_claims import Claim
from marketing.services.event_rows import CLAIM_KEYS, COPY_EVENTS

# One text for each column, which Postgres takes apart: adapting lists value by value costs more than all the rest.
CLAIM: Final = f"""
WITH incoming AS MATERIALIZED (
    SELECT * FROM unnest(
        string_to_array(%(keys)s, ',')::uuid[], string_to_array(%(bodies)s, ',')::uuid[],
        string_to_array(%(times)s, ',')::timestamptz[]) AS told(key, body, occurred_at)
), free AS ({CLAIM_KEYS.format(rows="incoming")})
SELECT encode(uuid_send(key), 'hex') FROM incoming WHERE key NOT IN (SELECT key FROM free)
"""  # noqa: S608 – only a constant of ours is put in
BODIES: Final = """
SELECT encode(uuid_send(key), 'hex'), encode(uuid_send(body), 'hex') FROM marketing_eventkey
WHERE key = ANY(string_to_array(%s, ',')::uuid[])
"""


def claim_keys(claims: Sequence[Claim]) -> set[str]:
    """The keys that were taken already; all others are the claims' own now. Who writes the same key is waited for."""
    parameters = {
        "keys": ",".join(claim.key for claim in claims),
        "bodies": ",".join(claim.body for claim in claims),
        "times": ",".join(claim.occurred_at for claim in claims),
    }
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, parameters)
        return {key for (key,) in cursor.fetchall()}


def stored_bodies(keys: set[str]) -> dict[str, str]:
    """Key → body of what is stored."""
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(BODIES, [",".join(keys)])
        return dict(cursor.fetchall())


def copy_events(claims: Sequence[Claim], identities: Sequence[int], *, source: Source) -> None:
    """Write the rows, each with the key of the identity beside it."""
    source_id = source.pk
    # Django wraps the errors of statements, not of COPY: without it a database that goes away would be answered as a fault
    # of ours, not as something to try again.
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(COPY_EVENTS) as copy:
        for claim, identity_id in zip(claims, identities, strict=True):
            event = claim.event
            copy.write_row(
                (
                    source_id,
                    claim.stored_id,
                    event.kind,
                    claim.occurred_at,
                    claim.item_id,
                    event.value,
                    identity_id,
                    "" if claim.anonymous else event.session,
                    claim.context,
                    claim.payload,
                    claim.quality,
                    event.claimed_at,
                )
            )
