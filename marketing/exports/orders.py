"""Orders with their lines."""

from marketing.exports.selections import Column, Selection, Type

LINES = """(
    SELECT coalesce(jsonb_agg(jsonb_build_object(
        'number', line.number, 'item', item.sku, 'quantity', trim_scale(line.quantity),
        'unitPrice', trim_scale(line.unit_price), 'discount', trim_scale(line.discount)
    ) ORDER BY line.number), '[]')
    FROM marketing_orderline line JOIN marketing_item item ON item.id = line.item_id
    WHERE line.order_id = ordered.id
)"""
ORDERS = Selection(
    name="orders",
    description="Orders with their lines; money in the order's own currency.",
    model="order",
    columns=(
        Column("id", "ordered.external_id"),
        Column("status", "ordered.status"),
        Column("placedAt", "ordered.placed_at", Type.INSTANT),
        Column("customer", "CASE WHEN identity.kind = 'customer' THEN identity.value END"),
        Column("visitor", "CASE WHEN identity.kind = 'visitor' THEN identity.value END"),
        Column("currency", "ordered.currency"),
        Column("itemsTotal", "ordered.items_total", Type.DECIMAL),
        Column("discount", "ordered.discount", Type.DECIMAL),
        Column("shipping", "ordered.shipping", Type.DECIMAL),
        Column("tax", "ordered.tax", Type.DECIMAL),
        Column("total", "ordered.total", Type.DECIMAL),
        Column("refunded", "ordered.refunded", Type.DECIMAL),
        Column("lines", LINES, Type.JSON),
        Column("attributes", "ordered.attributes", Type.JSON),
    ),
    tables="marketing_order ordered JOIN marketing_identity identity ON identity.id = ordered.identity_id",
    filters={
        "from": "ordered.placed_at >= %(from)s",
        "to": "ordered.placed_at < %(to)s",
        "source": "ordered.source_id = %(source)s",
    },
)
