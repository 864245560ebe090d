"""Items as the REST door takes them."""

from marketing.exports.selections import Column, Selection, Type

ITEMS = Selection(
    name="items",
    description="Items, without retired ones; `from` and `to` are about when they were changed last.",
    model="item",
    columns=(
        Column("sku", "item.sku"),
        Column("title", "item.title"),
        Column("description", "item.description"),
        Column("translations", "item.translations", Type.JSON),
        Column("category", "category.slug"),
        Column("brand", "item.brand"),
        Column("tags", "to_jsonb(item.tags)", Type.JSON),
        Column("price", "item.price", Type.DECIMAL),
        Column("currency", "item.currency"),
        Column("imageUrl", "item.image_url"),
        Column("url", "item.url"),
        Column("attributes", "item.attributes", Type.JSON),
        Column("available", "item.available", Type.BOOLEAN),
        Column("publishedAt", "item.published_at", Type.INSTANT),
        Column("expiresAt", "item.expires_at", Type.INSTANT),
    ),
    tables="marketing_item item LEFT JOIN marketing_category category ON category.id = item.category_id",
    filters={
        "from": "item.updated_at >= %(from)s",
        "to": "item.updated_at < %(to)s",
        "source": "item.source_id = %(source)s",
    },
    always="item.deleted_at IS NULL",
)
