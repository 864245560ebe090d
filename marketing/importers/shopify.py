"""Shopify's CSV exports, each known by its columns: products become items, customers customers, orders orders and
refunds.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from html import unescape
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from marketing.errors import InvalidInput
from marketing.importers.delimited import header, table_records
from marketing.importers.frame import import_parts
from marketing.importers.job import Job
from marketing.importers.parts import Part, Place, Row
from marketing.importers.records import Record
from marketing.importers.report import ImportReport
from marketing.importers.shopify_orders import order_of, refunded_of

# What tells an export, in the order in which they are stored: orders name items and customers.
PRODUCTS: Final = ("Handle", "Title", "Variant SKU")
CUSTOMERS: Final = ("Customer ID", "First Name", "Last Name", "Email")
ORDERS: Final = ("Name", "Created at", "Currency", "Lineitem quantity", "Lineitem price", "Lineitem sku")
MARKUP: Final = re.compile(r"<[^>]*>")
SPACES: Final = re.compile(r"\s+")

Values = dict[str, str]  # by the column's title
Meaning = Callable[[Sequence[Values], Job], dict[str, Any]]


def import_shopify(path: Path, *, job: Job) -> ImportReport:
    """Store an export, or all of a folder. Prices of products need their currency: the constant `currency`.

    Raises:
        InvalidInput: naming the folder without exports, or the file that is none.

    """
    files = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    if not files:
        raise InvalidInput("path", f"a folder with CSV exports of Shopify expected, got “{path}”")
    parts = sorted((_part(file, job=job) for file in files), key=lambda pair: pair[0])
    return import_parts([part for _place, part in parts], layout="Shopify", job=job, make_items=job.options.make_items)


def _part(path: Path, *, job: Job) -> tuple[int, Part]:
    wanted = frozenset({*PRODUCTS, *CUSTOMERS, *ORDERS})
    titles, delimiter = header(path, encoding=job.options.encoding, wanted=wanted)
    for place, (columns, key, meaning) in enumerate(EXPORTS):
        if set(columns) <= set(titles):
            return place, _grouped(path, titles, delimiter, key=key, meaning=meaning, job=job)
    expected = "; or ".join(", ".join(columns) for columns, _key, _meaning in EXPORTS)
    raise InvalidInput(path.name, f"the columns {expected} expected, found {', '.join(titles)}")


def _grouped(path: Path, titles: list[str], delimiter: str, *, key: str, meaning: Meaning, job: Job) -> Part:
    """Records that follow each other and have the same `key` say one thing together."""
    place = titles.index(key)

    def key_of(record: Record) -> tuple[str, int]:
        broken = record.reason or not record.columns
        return ("", record.line) if broken else (record.columns[place], 0)

    def read(start: Place) -> Iterator[Row]:
        found = table_records(path, titles=titles, delimiter=delimiter, encoding=job.options.encoding, start=start)
        for _key, some in groupby(found, key=key_of):
            group = list(some)
            first, last = group[0], group[-1]
            if first.reason or not first.columns:
                yield Row(first.line, last.following, first.raw, first.reason, first.detail)
                continue
            text = b"".join(record.raw for record in group)
            values = [dict(zip(titles, record.columns, strict=True)) for record in group]
            yield Row(first.line, last.following, text, **meaning(values, job))

    return Part(path.name, path.stat().st_size, read)


def _items(rows: Sequence[Values], job: Job) -> dict[str, Any]:
    """A product's variants. What they share stands in its first row; rows with neither SKU nor price add pictures."""
    product = rows[0]
    variants = [row for row in rows if row["Variant SKU"] or row.get("Variant Price")]
    return {"items": [_item(row, product, several=len(variants) > 1, job=job) for row in variants or [product]]}


def _item(row: Values, product: Values, *, several: bool, job: Job) -> dict[str, Any]:
    options = [row.get(f"Option{number} Value", "") for number in (1, 2, 3)]
    chosen = [option for option in options if option and option != "Default Title"]
    title = f"{product['Title']} – {' / '.join(chosen)}" if several and chosen else product["Title"]
    item: dict[str, Any] = {
        "sku": row["Variant SKU"].removeprefix("'") or product["Handle"],
        "title": title,
        "description": _text(product.get("Body (HTML)", "")),
        "brand": product.get("Vendor", ""),
        "tags": [tag.strip() for tag in product.get("Tags", "").split(",") if tag.strip()],
        "imageUrl": row.get("Variant Image") or product.get("Image Src", ""),
        "available": product.get("Status", "active") in ("active", "") and product.get("Published", "true") != "false",
        "attributes": {"handle": product["Handle"]},
    }
    if category := product.get("Type") or product.get("Product Category", "").rpartition(">")[2].strip():
        item["category"] = category
    if (currency := job.options.constants.get("currency")) and row.get("Variant Price"):
        item |= {"price": row["Variant Price"], "currency": currency}
    return item


def _customers(rows: Sequence[Values], _job: Job) -> dict[str, Any]:
    return {"customers": [_customer(row) for row in rows]}


def _customer(row: Values) -> dict[str, Any]:
    """Named by the e-mail address, which is all that orders say; only who has none by Shopify's number."""
    number, email = row["Customer ID"].removeprefix("'"), row["Email"].strip().lower()
    kept = {
        "shopifyId": number,
        "city": row.get("Default Address City", ""),
        "country": row.get("Default Address Country Code", ""),
        "acceptsEmailMarketing": row.get("Accepts Email Marketing", ""),
        "tags": row.get("Tags", ""),
    }
    return {
        "externalId": email or number,
        "email": email,
        "name": f"{row['First Name']} {row['Last Name']}".strip(),
        "attributes": {name: value for name, value in kept.items() if value},
    }


def _orders(rows: Sequence[Values], _job: Job) -> dict[str, Any]:
    order = order_of(rows)
    if not order:
        return {}
    refunded = refunded_of(rows[0])
    return {"orders": [order], "refunded": [refunded] if refunded else []}


def _text(html: str) -> str:
    return SPACES.sub(" ", unescape(MARKUP.sub(" ", html))).strip()


# Columns that tell the export, the one by which records belong together, and what they say.
EXPORTS: Final[tuple[tuple[Sequence[str], str, Meaning], ...]] = (
    (PRODUCTS, "Handle", _items),
    (CUSTOMERS, "Customer ID", _customers),
    (ORDERS, "Name", _orders),
)
