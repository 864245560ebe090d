"""The statements that store events, for any relation of incoming rows: arrays of a batch or a COPY's staging table.

Everybody runs them in this order and each one writes in the order of its keys, so that two batches with the same
events wait for each other and never deadlock.
"""

# Columns: key, body, occurred_at.
CLAIM_KEYS = """
INSERT INTO marketing_eventkey (key, body, occurred_at)
SELECT key, body, occurred_at FROM {rows} ORDER BY key
ON CONFLICT DO NOTHING
RETURNING key
"""
# Column: customer.
ADD_CUSTOMERS = """
INSERT INTO marketing_customer (external_id, source_id, email, name, locale, time_zone, attributes)
SELECT DISTINCT customer, %(source_id)s::bigint, '', '', '', '', '{{}}'::jsonb
FROM {rows} WHERE customer IS NOT NULL ORDER BY customer
ON CONFLICT DO NOTHING
"""
# Columns: customer, visitor. Who was merged away lives on as the one who is kept; the lock makes this wait for a merge
# that is under way and see where it led. Merges lock in the same order.
ADD_IDENTITIES = """
WITH customer AS (
    SELECT external_id, coalesce(merged_into_id, id) AS id FROM marketing_customer
    WHERE external_id IN (SELECT customer FROM {rows} WHERE customer IS NOT NULL)
    ORDER BY external_id
    FOR KEY SHARE OF marketing_customer
)
INSERT INTO marketing_identity (source_id, kind, value, customer_id)
SELECT %(source_id)s::bigint, who.kind, who.value, customer.id
FROM (
    SELECT DISTINCT CASE WHEN customer IS NULL THEN 'visitor' ELSE 'customer' END AS kind,
                    coalesce(customer, visitor) AS value
    FROM {rows} WHERE coalesce(customer, visitor) IS NOT NULL
) who
LEFT JOIN customer ON who.kind = 'customer' AND customer.external_id = who.value
ORDER BY who.kind, who.value
ON CONFLICT DO NOTHING
"""
# Columns: event_id, kind, occurred_at, item_id, value, identity_id, session, context, payload, quality.
ADD_EVENTS = """
INSERT INTO marketing_event (
    source_id, event_id, kind, occurred_at, item_id, value, identity_id, session, context, payload, quality)
SELECT %(source_id)s::bigint, event_id, kind, occurred_at, item_id, value, identity_id, session, context::jsonb,
       payload::jsonb, quality
FROM {rows}
"""
# The columns of an event that a batch brings by COPY.
STORED_COLUMNS = (
    *("source_id", "event_id", "kind", "occurred_at", "item_id", "value", "identity_id", "session"),
    *("context", "payload", "quality", "claimed_at"),
)
COPY_EVENTS = f"COPY marketing_event ({', '.join(STORED_COLUMNS)}) FROM STDIN"

TYPES = {
    "key": "uuid",
    "body": "uuid",
    "occurred_at": "timestamptz",
    "customer": "text",
    "visitor": "text",
    "event_id": "text",
    "kind": "text",
    "item_id": "uuid",
    "value": "float8",
    "identity_id": "bigint",
    "session": "text",
    "context": "text",
    "payload": "text",
}


def arrays(*columns: str) -> str:
    """A relation of these columns, one array parameter each, named as the column."""
    parameters = ", ".join(f"%({column})s::{TYPES[column]}[]" for column in columns)
    return f"unnest({parameters}) AS incoming({', '.join(columns)})"
