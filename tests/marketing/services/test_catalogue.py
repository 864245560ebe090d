import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from marketing.errors import InvalidInput
from marketing.models import Category, Item
from marketing.services.catalogue import parse_items, upsert_items
from tests.factories.marketing import CategoryFactory, ItemFactory, SourceFactory

pytestmark = pytest.mark.django_db

LAMP = {
    "sku": "lamp",
    "title": "Desk lamp",
    "description": "Bright.",
    "translations": {"de": {"title": "Schreibtischlampe"}, "zh-Hans": {"title": "台灯", "description": "亮"}},
    "category": "Desk Lamps",
    "brand": "Lumo",
    "tags": ["led", "black", "led"],
    "price": "19.90",
    "currency": "EUR",
    "imageUrl": "/media/lamp.svg",
    "url": "https://shop.example/lamp?a=1",
    "attributes": {"watt": 5},
    "publishedAt": "2026-01-01T00:00:00+01:00",
    "expiresAt": "2027-01-01T00:00:00Z",
}


def send(*rows, source):
    return upsert_items(parse_items(json.dumps(rows).encode()), source=source)


def statuses(results):
    return [result.status for result in results]


def test_an_item_is_stored_with_all_that_its_row_says(shop):
    results = send(LAMP, source=shop)

    item = Item.objects.get()
    assert statuses(results) == ["created"]
    assert (item.sku, item.title, item.description, item.brand) == ("lamp", "Desk lamp", "Bright.", "Lumo")
    assert item.translations["zh-Hans"] == {"title": "台灯", "description": "亮"}
    assert (item.category.slug, item.category.name) == ("desk-lamps", "Desk Lamps")
    assert item.tags == ["led", "black"]
    assert (item.price, item.currency) == (Decimal("19.9000"), "EUR")
    assert (item.image_url, item.url) == ("/media/lamp.svg", "https://shop.example/lamp?a=1")
    assert item.attributes == {"watt": 5}
    assert item.published_at == datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert item.available
    assert item.source == shop


def test_the_same_row_again_changes_nothing_and_another_one_replaces_it(shop):
    send(LAMP, source=shop)
    before = Item.objects.get()

    again = send(LAMP, source=shop)
    unchanged = Item.objects.get()
    other = send({"sku": "lamp", "title": "Lamp", "available": False}, source=shop)
    replaced = Item.objects.get()

    assert statuses(again + other) == ["unchanged", "updated"]
    assert unchanged.updated_at == before.updated_at
    assert (replaced.pk, replaced.title, replaced.available) == (before.pk, "Lamp", False)
    assert (replaced.price, replaced.category, replaced.tags) == (None, None, [])


def test_a_retired_item_that_comes_again_is_back(shop):
    ItemFactory(sku="lamp", title="Lamp", source=shop, deleted_at=datetime(2026, 1, 1, tzinfo=UTC))

    results = send({"sku": "lamp", "title": "Lamp"}, source=shop)

    assert statuses(results) == ["updated"]
    assert Item.objects.offered().get().sku == "lamp"


def test_a_category_is_found_by_its_slug_and_by_its_name(shop):
    shelf = CategoryFactory(slug="desk-lamps", name="Lamps for desks")

    send({**LAMP, "category": "desk-lamps"}, {**LAMP, "sku": "b", "category": "Desk lamps"}, source=shop)

    assert Category.objects.get() == shelf
    assert shelf.items.count() == 2


def test_an_item_of_another_source_is_left_alone(shop):
    send(LAMP, source=shop)

    results = send({**LAMP, "title": "Mine"}, {**LAMP, "sku": "own"}, source=SourceFactory(code="app"))

    assert statuses(results) == ["refused", "created"]
    assert (results[0].field, "another source" in results[0].message) == ("sku", True)
    assert Item.objects.get(sku="lamp").title == "Desk lamp"


def test_a_sku_given_twice_in_one_batch_is_refused_the_second_time(shop):
    results = send(LAMP, {**LAMP, "title": "Other"}, source=shop)

    assert statuses(results) == ["created", "refused"]
    assert "row 0" in results[1].message


def test_a_number_as_sku_is_its_digits(shop):
    send({"sku": 5, "title": "Five"}, {"sku": 1_000_000_007, "title": "Large"}, source=shop)

    assert set(Item.objects.values_list("sku", flat=True)) == {"5", "1000000007"}


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"sku": " "}, "sku", "blank"),
        ({"sku": None}, "sku", "Expected `str`"),
        ({"title": "left out"}, "title", "missing required field"),
        ({"title": ""}, "title", "blank"),
        ({"title": "x" * 301}, "title", "at most 300 characters expected, got 301"),
        ({"description": "x" * 20_001}, "description", "at most 20000"),
        ({"colour": "red"}, "colour", "unknown field"),
        ({"translations": {"german": {"title": "x"}}}, "translations", "BCP 47"),
        ({"translations": {"de": {"name": "x"}}}, "translations", "unknown field"),
        ({"category": "!?"}, "category", "letters or digits"),
        ({"tags": ["x" * 65]}, "tags", "at most 64"),
        ({"tags": [""]}, "tags", "blank"),
        ({"tags": [str(n) for n in range(101)]}, "tags", "at most 100 expected, got 101"),
        ({"price": "NaN"}, "price", "an amount from 0"),
        ({"price": "Infinity"}, "price", "an amount from 0"),
        ({"price": -1}, "price", "an amount from 0"),
        ({"price": "10000000000"}, "price", "below 10000000000"),
        ({"price": "0.00001"}, "price", "at most 4 digits"),
        ({"price": "cheap"}, "price", "decimal"),
        ({"currency": ""}, "currency", "ISO 4217"),
        ({"currency": "euro"}, "currency", "ISO 4217"),
        ({"imageUrl": "javascript:alert(1)"}, "imageUrl", "http(s)"),
        ({"imageUrl": "//evil.example/x"}, "imageUrl", "http(s)"),
        ({"imageUrl": "/\\evil.example/x"}, "imageUrl", "http(s)"),
        ({"imageUrl": "data:image/svg+xml,x"}, "imageUrl", "http(s)"),
        ({"url": "https://"}, "url", "http(s)"),
        ({"url": "http://[broken"}, "url", "http(s)"),
        ({"url": "https://a.example/" + "x" * 1000}, "url", "at most 1000"),
        ({"attributes": {"x": "y" * 20_000}}, "attributes", "at most 16384 bytes"),
        ({"publishedAt": "2026-01-01T00:00:00"}, "publishedAt", "timezone"),
        ({"publishedAt": "soon"}, "publishedAt", "RFC3339"),
        ({"expiresAt": "2025-01-01T00:00:00Z"}, "expiresAt", "after publishedAt"),
    ],
)
def test_a_bad_row_is_refused_by_its_field_while_the_others_are_stored(shop, changes, field, message):
    bad = {name: value for name, value in {**LAMP, **changes}.items() if value != "left out"}

    results = send({**LAMP, "sku": "good"}, bad, source=shop)

    assert statuses(results) == ["created", "refused"]
    assert results[1].field.partition(".")[0] == field
    assert message in results[1].message


def test_a_body_without_items_is_refused_as_a_whole():
    with pytest.raises(InvalidInput, match="items"):
        parse_items(b'{"rows": []}')


def test_the_number_of_queries_does_not_grow_with_the_batch(shop, django_assert_max_num_queries):
    rows = [{**LAMP, "sku": f"lamp-{n}", "category": f"Shelf {n}"} for n in range(200)]

    with django_assert_max_num_queries(6):
        send(*rows, source=shop)

    assert Item.objects.filter(category__name="Shelf 7").get().sku == "lamp-7"
