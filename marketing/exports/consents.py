"""What people agreed to: the whole history."""

from marketing.exports.selections import Column, Selection, Type

CONSENTS = Selection(
    name="consents",
    description="Every answer that a person gave about a purpose; the newest counts.",
    model="consent",
    columns=(
        Column("source", "source.code"),
        Column("customer", "CASE WHEN identity.kind = 'customer' THEN identity.value END"),
        Column("visitor", "CASE WHEN identity.kind = 'visitor' THEN identity.value END"),
        Column("purpose", "consent.purpose"),
        Column("granted", "consent.granted", Type.BOOLEAN),
        Column("givenAt", "consent.given_at", Type.INSTANT),
        Column("recordedAt", "consent.recorded_at", Type.INSTANT),
    ),
    tables="""
        marketing_consent consent
        JOIN marketing_identity identity ON identity.id = consent.identity_id
        JOIN marketing_source source ON source.id = identity.source_id
    """,
    filters={
        "from": "consent.given_at >= %(from)s",
        "to": "consent.given_at < %(to)s",
        "source": "identity.source_id = %(source)s",
    },
)
