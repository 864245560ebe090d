"""The sample shop, written into the database: all of it in one transaction, once."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction

from marketing.errors import Conflict
from marketing.events import KINDS
from marketing.incoming import RowResult
from marketing.models import Category, Event, Source
from marketing.partitions import ensure_months
from marketing.sample_shop.rows import Language, SampleEvents, SampleProduct, SampleShop
from marketing.sample_shop.rules import add_rules
from marketing.services.bulk import COLUMNS, EventStage
from marketing.services.catalogue import ItemIn, ItemText, upsert_items
from marketing.services.customers import CustomerIn, upsert_customers

SOURCE = "sample-shop"
LANGUAGE: Language = "en"  # of titles and texts; the others are translations
BATCH = 500
STAGED = tuple(column for column in COLUMNS if column != "context")
EVENTS_AT_ONCE = 50_000

ADD_RELATIONS = """
INSERT INTO marketing_itemrelation (head_id, relation, tail_id, weight)
SELECT head.id, incoming.relation, tail.id, incoming.weight
FROM unnest(%s::text[], %s::text[], %s::text[], %s::float8[]) AS incoming(head, relation, tail, weight)
JOIN marketing_item head ON head.sku = incoming.head
JOIN marketing_item tail ON tail.sku = incoming.tail
ON CONFLICT DO NOTHING
"""
# They did not all come at the moment of loading.
DATE_CUSTOMERS = """
UPDATE marketing_customer SET created_at = incoming.created_at
FROM unnest(%s::text[], %s::timestamptz[]) AS incoming(external_id, created_at)
WHERE marketing_customer.external_id = incoming.external_id
"""
LOG_IN = """
UPDATE marketing_identity visitor SET customer_id = customer.id
FROM unnest(%s::text[], %s::text[]) AS login(visitor, customer)
JOIN marketing_customer customer ON customer.external_id = login.customer
WHERE visitor.source_id = %s AND visitor.kind = 'visitor' AND visitor.value = login.visitor
"""
# Names the advisory lock under which the shop is loaded, so that a second loader finds it loaded.
LOCK = 0x61_74_74_75_6E_65_02  # “attune”, 2

Draw = Callable[[SampleProduct], str]
Progress = Callable[[int], object]  # told how many rows more are written


def stored_events() -> int:
    """How many events of the sample shop are stored; 0 while it isn't loaded."""
    return Event.objects.filter(source__code=SOURCE).count()


def load_shop(shop: SampleShop, *, draw: Draw, progress: Progress) -> bool:
    """Write the shop and its pictures. False, and nothing written, when one is loaded already.

    Raises:
        Conflict: a row of the shop can't be stored, since another source has its SKU.

    """
    if len(shop.events.occurred_at):  # a shop of a handful of people may have had a quiet half year
        first, last = (_instant(shop.events.occurred_at[place]).date() for place in (0, -1))
        ensure_months(first, last)  # before the transaction, which will hold items and identities for seconds
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if stored_events():
            return False
        source, _created = Source.objects.get_or_create(code=SOURCE, defaults={"name": shop.name, "simulated": True})
        _write_catalogue(shop, source=source, draw=draw, progress=progress)
        _write_customers(shop, source=source, progress=progress)
        _write_events(shop, source=source, progress=progress)
        _log_in(shop, source=source)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE marketing_item, marketing_customer, marketing_identity, marketing_event")
    return True


def _write_catalogue(shop: SampleShop, *, source: Source, draw: Draw, progress: Progress) -> None:
    departments = [category for category in shop.categories if category.parent is None]
    shelves = [category for category in shop.categories if category.parent is not None]
    for level in (departments, shelves):
        parents = dict(Category.objects.values_list("slug", "pk"))
        rows = [
            Category(
                slug=category.code,
                name=category.name[LANGUAGE],
                translations={key: name for key, name in category.name.items() if key != LANGUAGE},
                parent_id=parents[category.parent] if category.parent else None,
            )
            for category in level
        ]
        Category.objects.bulk_create(rows, ignore_conflicts=True)
    for batch in _batches(shop.products):
        _accept(upsert_items([_item(product, draw=draw) for product in batch], source=source))
        progress(len(batch))
    relations = [(row.head, row.relation, row.tail, row.weight) for row in shop.relations]
    if relations:
        with connection.cursor() as cursor:
            cursor.execute(ADD_RELATIONS, [list(column) for column in zip(*relations, strict=True)])
    add_rules()


def _item(product: SampleProduct, *, draw: Draw) -> ItemIn:
    return ItemIn(
        sku=product.sku,
        title=product.title[LANGUAGE],
        description=product.description[LANGUAGE],
        translations={
            language: ItemText(title, product.description[language])
            for language, title in product.title.items()
            if language != LANGUAGE
        },
        category=product.category,
        brand=product.brand,
        tags=list(product.tags),
        price=product.price,
        currency=product.currency,
        image_url=_picture(product, draw=draw),
        attributes=dict(product.attributes),
        available=product.available,
        published_at=product.published_at,
        expires_at=product.expires_at,
    )


def _picture(product: SampleProduct, *, draw: Draw) -> str:
    """The address of the product's picture, drawn anew: a storage would put a second one beside the first."""
    name = f"{SOURCE}/{product.sku}.svg"
    default_storage.delete(name)
    return default_storage.url(default_storage.save(name, ContentFile(draw(product).encode())))


def _write_customers(shop: SampleShop, *, source: Source, progress: Progress) -> None:
    for batch in _batches(shop.customers):
        rows = [
            CustomerIn(
                external_id=customer.external_id,
                email=customer.email,
                name=customer.name,
                locale=customer.locale,
                time_zone=customer.time_zone,
                attributes=dict(customer.attributes),
            )
            for customer in batch
        ]
        _accept(upsert_customers(rows, source=source))
        with connection.cursor() as cursor:
            dates = [customer.created_at for customer in batch]
            cursor.execute(DATE_CUSTOMERS, [[customer.external_id for customer in batch], dates])
        progress(len(batch))


def _write_events(shop: SampleShop, *, source: Source, progress: Progress) -> None:
    skus = np.array([product.sku for product in shop.products])
    with EventStage() as stage:
        for start in range(0, len(shop.events), EVENTS_AT_ONCE):
            part = slice(start, start + EVENTS_AT_ONCE)
            stage.copy(_event_rows(shop.events, part=part, skus=skus), columns=STAGED)
            outcome = stage.store(source=source)
            if outcome.conflicts or outcome.unknown_items:
                raise Conflict(f"events: rows {(outcome.conflicts + outcome.unknown_items)[:5]} can't be stored")
            progress(outcome.stored)


def _event_rows(events: SampleEvents, *, part: slice, skus: "np.ndarray[Any, Any]") -> Iterator[tuple[Any, ...]]:
    """Tuples of `STAGED`, made of whole columns."""
    kinds, names = events.kind[part], events.identity[part].astype(object)
    values = events.value[part].astype(object)
    for kind in KINDS.values():
        values[np.isnan(events.value[part]) & (kinds == kind.name)] = kind.value.default if kind.value else None
    by_customer = events.identity_kind[part] == "customer"
    customers, visitors = names.copy(), names.copy()
    customers[~by_customer] = visitors[by_customer] = None
    times = np.datetime_as_string(events.occurred_at[part].astype("datetime64[us]"), timezone="UTC")
    return zip(
        range(len(kinds)),
        events.event_id[part].tolist(),
        kinds.tolist(),
        times.tolist(),
        skus[events.product[part]].tolist(),
        values.tolist(),
        customers.tolist(),
        visitors.tolist(),
        events.session[part].tolist(),
        events.payload[part].tolist(),
        strict=True,
    )


def _log_in(shop: SampleShop, *, source: Source) -> None:
    visitors, customers = [row.visitor for row in shop.logins], [row.customer for row in shop.logins]
    with connection.cursor() as cursor:
        cursor.execute(LOG_IN, [visitors, customers, source.pk])


def _accept(results: list[RowResult]) -> None:
    for result in results:
        if result.status == "refused":
            raise Conflict(f"{result.id}: {result.field}: {result.message}")


def _batches(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


def _instant(microseconds: int) -> datetime:
    return datetime.fromtimestamp(int(microseconds) / 1e6, tz=UTC)
