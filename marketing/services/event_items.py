"""The items that events are about: found by SKU, or made as stubs where the source wishes it."""

import uuid
from collections.abc import Collection
from typing import Final

import msgspec
from django.db import connection

from marketing.models import Source

# What tells a stub from an item that somebody described: the catalogue's row replaces the attributes.
STUB: Final = '{"attune": "stub"}'
ITEMS = "SELECT sku, id FROM marketing_item WHERE sku = ANY(ARRAY(SELECT jsonb_array_elements_text(%s::jsonb)))"
ADD_STUBS = """
INSERT INTO marketing_item (
    sku, source_id, title, description, translations, brand, tags, currency, image_url, url, attributes, available)
SELECT sku, %(source_id)s, sku, '', '{}', '', '{}', '', '', '', %(stub)s::jsonb, false
FROM unnest(%(skus)s::text[]) AS incoming(sku) ORDER BY sku
ON CONFLICT DO NOTHING
"""


def item_ids(skus: Collection[str], *, source: Source) -> dict[str, uuid.UUID]:
    """SKU → key of the items that stand. What is missing is made first, if the source says so."""
    if not skus:
        return {}
    found = _found(skus)
    missing = sorted(sku for sku in skus if sku not in found)
    if not missing or source.unknown_items != Source.Unknown.STUB:
        return found
    with connection.cursor() as cursor:
        cursor.execute(ADD_STUBS, {"source_id": source.pk, "skus": missing, "stub": STUB})
    return found | _found(missing)


def _found(skus: Collection[str]) -> dict[str, uuid.UUID]:
    with connection.cursor() as cursor:
        cursor.execute(ITEMS, [msgspec.json.encode(list(skus)).decode()])
        return dict(cursor.fetchall())
