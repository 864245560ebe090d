"""Events as the REST door takes them."""

from marketing.exports.selections import Column, Selection, Type

# A sender's id is unique within its source, so whoever means to import the rows again exports one source at a time.
EVENTS = Selection(
    name="events",
    description="Events that count, one a row, with the fields that the REST door takes.",
    model="event",
    columns=(
        Column("id", "event.event_id"),
        Column("kind", "event.kind"),
        Column("occurredAt", "event.occurred_at", Type.INSTANT),
        Column("item", "item.sku"),
        Column("value", "event.value", Type.NUMBER),
        Column("customer", "CASE WHEN identity.kind = 'customer' THEN identity.value END"),
        Column("visitor", "CASE WHEN identity.kind = 'visitor' THEN identity.value END"),
        Column("session", "event.session"),
        Column("context", "event.context", Type.JSON),
        Column("payload", "event.payload", Type.JSON),
    ),
    tables="""
        marketing_event event
        JOIN marketing_identity identity ON identity.id = event.identity_id
        LEFT JOIN marketing_item item ON item.id = event.item_id
    """,
    filters={
        "from": "event.occurred_at >= %(from)s",
        "to": "event.occurred_at < %(to)s",
        "source": "event.source_id = %(source)s",
        "kind": "event.kind = %(kind)s",
    },
    always="event.quality = 'ok'",
)
