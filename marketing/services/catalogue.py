"""Items in: a row says all that holds for its item, and replaces what was said before."""

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from django.db import connection, transaction
from django.utils.text import slugify

from marketing.errors import InvalidInput
from marketing.incoming import CheckedRow, Refused, RowResult, batch_of, checked_rows, typed_row
from marketing.models import Category, Item, Source
from marketing.plain_text import CONTROL, clean, identifier, json_object, short_text
from marketing.services.index_requests import ask_to_index
from marketing.services.relation_rules import ask_to_apply

LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
CURRENCY = re.compile(r"[A-Z]{3}")
PRICE_BELOW = Decimal(10) ** 10
PRICE_DIGITS = 4
DESCRIPTION_CHARACTERS = 20_000
TAGS = 100
ATTRIBUTES_BYTES = 16_384
ATTRIBUTES_DEPTH = 5

ADD_CATEGORIES = """
INSERT INTO marketing_category (slug, name, translations)
SELECT slug, name, '{}' FROM unnest(%s::text[], %s::text[]) AS incoming(slug, name) ORDER BY slug
ON CONFLICT DO NOTHING
"""
# Rows that say nothing new are left alone, so that a daily full sync writes only what changed. An item that stands only
# since events spoke of it (see `event_items`) is nobody's until a catalogue describes it.
UPSERT = """
INSERT INTO marketing_item AS stored (
    sku, source_id, title, description, translations, category_id, brand, tags, price, currency, image_url, url,
    attributes, available, published_at, expires_at)
SELECT sku, %(source_id)s, title, description, translations,
       (SELECT id FROM marketing_category WHERE slug = incoming.category), brand,
       ARRAY(SELECT jsonb_array_elements_text(tags)), price, currency, image_url, url, attributes, available,
       published_at, expires_at
FROM jsonb_to_recordset(%(rows)s::jsonb) AS incoming(
    sku text, title text, description text, translations jsonb, category text, brand text, tags jsonb, price numeric,
    currency text, image_url text, url text, attributes jsonb, available boolean, published_at timestamptz,
    expires_at timestamptz)
ORDER BY sku
ON CONFLICT (sku) DO UPDATE SET
    title = excluded.title, description = excluded.description, translations = excluded.translations,
    category_id = excluded.category_id, brand = excluded.brand, tags = excluded.tags, price = excluded.price,
    currency = excluded.currency, image_url = excluded.image_url, url = excluded.url,
    attributes = excluded.attributes, available = excluded.available, published_at = excluded.published_at,
    expires_at = excluded.expires_at, deleted_at = NULL, updated_at = now(), source_id = excluded.source_id
WHERE (stored.source_id = excluded.source_id OR stored.attributes = '{"attune": "stub"}') AND (
    stored.title, stored.description, stored.translations, stored.category_id, stored.brand, stored.tags,
    stored.price, stored.currency, stored.image_url, stored.url, stored.attributes, stored.available,
    stored.published_at, stored.expires_at, stored.deleted_at
) IS DISTINCT FROM (
    excluded.title, excluded.description, excluded.translations, excluded.category_id, excluded.brand, excluded.tags,
    excluded.price, excluded.currency, excluded.image_url, excluded.url, excluded.attributes, excluded.available,
    excluded.published_at, excluded.expires_at, NULL)
RETURNING new.sku, old.id IS NULL
"""

Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class ItemText(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    title: str = ""
    description: str = ""


class ItemIn(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """An item as a shop sends it. What is left out is empty: a row replaces the whole item."""

    sku: str
    title: str
    description: str = ""
    translations: dict[str, ItemText] = {}
    category: str | None = None  # its slug or name; made when unknown
    brand: str = ""
    tags: list[str] = []
    price: Decimal | None = None
    currency: str = ""
    image_url: str = ""
    url: str = ""
    attributes: dict[str, Any] = {}
    available: bool = True
    published_at: Instant | None = None
    expires_at: Instant | None = None


def parse_items(raw: bytes | Sequence[dict[str, Any]]) -> list[ItemIn | Refused]:
    """Each item of a body (a JSON list, or an object with the list `items`), or why it can't be one.

    Raises:
        InvalidInput: the body is no batch, or too long a one.

    """
    rows = enumerate(batch_of(raw, name="items"))
    return [typed_row(row, ItemIn, index=index, id_field="sku") for index, row in rows]


def upsert_items(rows: Sequence[ItemIn | Refused], *, source: Source) -> list[RowResult]:
    """Make or change items in one transaction; say of each row what became of it, in the batch's order.

    An item belongs to the source that made it: another one's rows for its SKU are refused.
    """
    checked, results = checked_rows(rows, _checked, column="sku", field="sku")
    if checked:
        with transaction.atomic():
            results += _upsert(checked, source=source)
    return sorted(results, key=lambda result: result.index)


def _upsert(checked: dict[str, CheckedRow], *, source: Source) -> list[RowResult]:
    records = [row.values for row in checked.values()]
    _add_categories(records)
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, {"source_id": source.pk, "rows": msgspec.json.encode(records).decode()})
        written = {sku: bool(created) for sku, created in cursor.fetchall()}
    if written:
        ask_to_index()
        ask_to_apply()
    left = [sku for sku in checked if sku not in written]
    foreign = (
        set(Item.objects.filter(sku__in=left).exclude(source=source).values_list("sku", flat=True)) if left else ()
    )
    results = []
    for sku, row in checked.items():
        if sku in written:
            results.append(RowResult(row.index, sku, "created" if written[sku] else "updated"))
        elif sku in foreign:
            results.append(RowResult(row.index, sku, "refused", "sku", "an item of another source has this SKU"))
        else:
            results.append(RowResult(row.index, sku, "unchanged"))
    return results


def _add_categories(records: list[dict[str, Any]]) -> None:
    """Make those that are unknown, and leave each record its category's slug."""
    names: dict[str, str] = {}
    for record in records:
        if record["category"] is not None:
            slug = slugify(record["category"], allow_unicode=True)
            names.setdefault(slug, record["category"])
            record["category"] = slug
    known = set(Category.objects.filter(slug__in=names).values_list("slug", flat=True)) if names else set()
    if new := sorted(names.keys() - known):
        with connection.cursor() as cursor:
            cursor.execute(ADD_CATEGORIES, [new, [names[slug] for slug in new]])


def _checked(row: ItemIn) -> dict[str, Any]:
    """The row's values, clean and within limits, under the columns' names.

    Raises:
        InvalidInput: naming the field as JSON does.

    """
    if row.published_at and row.expires_at and row.expires_at <= row.published_at:
        raise InvalidInput("expiresAt", "a time after publishedAt expected")
    return {
        "sku": identifier(row.sku, field="sku"),
        "title": short_text(row.title, field="title", limit=300, blank=False),
        "description": short_text(row.description, field="description", limit=DESCRIPTION_CHARACTERS),
        "translations": _translations(row.translations),
        "category": _category(row.category),
        "brand": short_text(row.brand, field="brand", limit=120),
        "tags": _tags(row.tags),
        "price": _price(row),
        "currency": _currency(row),
        "image_url": _url(row.image_url, field="imageUrl"),
        "url": _url(row.url, field="url"),
        "attributes": json_object(row.attributes, field="attributes", limit=ATTRIBUTES_BYTES, depth=ATTRIBUTES_DEPTH),
        "available": row.available,
        "published_at": row.published_at,
        "expires_at": row.expires_at,
    }


def _translations(translations: dict[str, ItemText]) -> dict[str, dict[str, str]]:
    for language in translations:
        if not LANGUAGE.fullmatch(language):
            raise InvalidInput("translations", f"languages as in BCP 47 (de, zh-Hans) expected, got “{language[:20]}”")
    return {
        language: {
            "title": short_text(text.title, field=f"translations.{language}.title", limit=300),
            "description": short_text(
                text.description, field=f"translations.{language}.description", limit=DESCRIPTION_CHARACTERS
            ),
        }
        for language, text in translations.items()
    }


def _category(name: str | None) -> str | None:
    if name is None:
        return None
    text = short_text(name, field="category", limit=120, blank=False)
    if not slugify(text, allow_unicode=True):
        raise InvalidInput("category", "a name with letters or digits expected")
    return text


def _tags(tags: list[str]) -> list[str]:
    if len(tags) > TAGS:
        raise InvalidInput("tags", f"at most {TAGS} expected, got {len(tags)}")
    return list(dict.fromkeys(short_text(tag, field="tags", limit=64, blank=False) for tag in tags))


def _price(row: ItemIn) -> Decimal | None:
    if row.price is None:
        return None
    if not row.price.is_finite() or not 0 <= row.price < PRICE_BELOW:
        raise InvalidInput("price", f"an amount from 0 to below {PRICE_BELOW} expected, got {row.price}")
    if row.price != round(row.price, PRICE_DIGITS):
        raise InvalidInput("price", f"at most {PRICE_DIGITS} digits after the point expected, got {row.price}")
    return round(row.price, PRICE_DIGITS)


def _currency(row: ItemIn) -> str:
    if (row.currency or row.price is not None) and not CURRENCY.fullmatch(row.currency):
        raise InvalidInput("currency", f"a code of ISO 4217 (EUR) expected with a price, got “{row.currency[:10]}”")
    return row.currency


def _url(value: str, *, field: str) -> str:
    """A web address, or a path on the site that shows it. Browsers read a backslash as “/”, so it is refused."""
    url = clean(value).strip()
    if not url:
        return ""
    if len(url) > 1000:
        raise InvalidInput(field, f"at most 1000 characters expected, got {len(url)}")
    if " " in url or "\\" in url or CONTROL.search(url) or not (_is_path(url) or _is_web_address(url)):
        raise InvalidInput(field, "an http(s) address, or a path that starts with one “/” expected")
    return url


def _is_path(url: str) -> bool:
    return url.startswith("/") and not url.startswith("//")


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
