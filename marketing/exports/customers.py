"""Customers as the REST door takes them."""

from marketing.exports.selections import Column, Selection, Type

CUSTOMERS = Selection(
    name="customers",
    description="Customers, without those who were merged into others; `from` and `to` are about when they were made.",
    model="customer",
    columns=(
        Column("externalId", "customer.external_id"),
        Column("email", "customer.email"),
        Column("name", "customer.name"),
        Column("locale", "customer.locale"),
        Column("timeZone", "customer.time_zone"),
        Column("attributes", "customer.attributes", Type.JSON),
    ),
    tables="marketing_customer customer",
    filters={
        "from": "customer.created_at >= %(from)s",
        "to": "customer.created_at < %(to)s",
        "source": "customer.source_id = %(source)s",
    },
    always="customer.merged_into_id IS NULL",
)
