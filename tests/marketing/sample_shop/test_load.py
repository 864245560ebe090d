from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from django.core.files.storage import default_storage

from marketing.errors import Conflict
from marketing.events import IncomingEvent
from marketing.models import Category, Customer, Event, Identity, Item, ItemRelation, Source
from marketing.sample_shop.load import load_shop, stored_events
from marketing.sample_shop.rows import (
    SampleCategory,
    SampleCustomer,
    SampleEvents,
    SampleLogin,
    SampleProduct,
    SampleRelation,
    SampleShop,
)
from marketing.services.events import record_events
from tests.factories.marketing import ItemFactory

pytestmark = pytest.mark.django_db

START = datetime(2026, 4, 1, tzinfo=UTC)
SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>'


def product(sku):
    return SampleProduct(
        sku=sku,
        title={"en": f"Lamp {sku}", "zh": f"灯 {sku}"},
        description={"en": "Bright.", "zh": "亮。"},
        category="desk-lamps",
        brand="Lumo",
        tags=("led",),
        price=Decimal("19.90"),
        currency="EUR",
        attributes={"kind": "lamp", "colour": "white"},
        published_at=START,
        expires_at=None,
        available=True,
    )


def events(rows):
    """Columns of (id, kind of identity, identity, product, kind, value), a minute apart."""
    ids, kinds_of_identity, identities, products, kinds, values = zip(*rows, strict=True)
    return SampleEvents(
        event_id=np.array(ids),
        identity_kind=np.array(kinds_of_identity),
        identity=np.array(identities),
        product=np.array(products, dtype=np.int32),
        kind=np.array(kinds),
        value=np.array(values, dtype=np.float64),
        occurred_at=np.array([int(START.timestamp()) * 1_000_000 + n * 60_000_000 for n in range(len(rows))]),
        session=np.array(["s"] * len(rows)),
        payload=np.array(["{}"] * len(rows), dtype=object),
    )


@pytest.fixture
def small_shop():
    return SampleShop(
        name="Sample shop",
        categories=[
            SampleCategory("lighting", {"en": "Lighting", "zh": "灯具"}, None),
            SampleCategory("desk-lamps", {"en": "Desk lamps", "zh": "台灯"}, "lighting"),
        ],
        products=[product("L1"), product("L2")],
        relations=[SampleRelation("L1", "goes_with", "L2", 0.5)],
        customers=[
            SampleCustomer("C1", "Ada", "ada@example.com", "en-GB", "Europe/London", {"age": "30s", "vip": True}, START)
        ],
        logins=[SampleLogin("v1", "C1", START + timedelta(hours=1))],
        events=events(
            [
                ("e1", "visitor", "v1", 0, "view", np.nan),
                ("e2", "customer", "C1", 1, "add_to_cart", np.nan),
                ("e3", "customer", "C1", 1, "purchase", 2),
                ("e4", "visitor", "v2", 1, "click", np.nan),
            ]
        ),
    )


def load(shop):
    counted = []
    loaded = load_shop(shop, draw=lambda _product: SVG, progress=counted.append)
    return loaded, sum(counted)


def test_all_of_the_shop_is_written_and_labelled_as_simulated(small_shop):
    loaded, rows = load(small_shop)

    lamp, shelf = Item.objects.get(sku="L1"), Category.objects.get(slug="desk-lamps")
    assert (loaded, rows) == (True, 2 + 1 + 4)
    assert Source.objects.get(code="sample-shop").simulated
    assert (lamp.title, lamp.translations["zh"]["title"], lamp.price) == ("Lamp L1", "灯 L1", Decimal("19.9"))
    assert (lamp.category, shelf.name, shelf.parent.slug) == (shelf, "Desk lamps", "lighting")
    assert ItemRelation.objects.get().tail.sku == "L2"
    assert stored_events() == 4


def test_each_product_has_its_picture_in_the_storage(small_shop):
    load(small_shop)

    assert Item.objects.get(sku="L1").image_url == "/media/sample-shop/L1.svg"
    with default_storage.open("sample-shop/L1.svg") as file:
        assert file.read().decode() == SVG


def test_customers_are_as_old_as_the_shop_says_and_own_what_they_did_before_logging_in(small_shop):
    load(small_shop)

    ada = Customer.objects.get(external_id="C1")
    assert (ada.created_at, ada.time_zone, ada.attributes) == (START, "Europe/London", {"age": "30s", "vip": True})
    assert Identity.objects.get(value="v1").customer == ada
    assert Identity.objects.get(value="v2").customer is None
    assert set(Event.objects.filter(identity__customer=ada).values_list("event_id", flat=True)) == {"e1", "e2", "e3"}


def test_events_have_the_values_that_their_kinds_ask_for(small_shop):
    load(small_shop)

    assert dict(Event.objects.values_list("event_id", "value")) == {"e1": None, "e2": 1.0, "e3": 2.0, "e4": None}
    assert Event.objects.get(event_id="e2").occurred_at == START + timedelta(minutes=1)


def test_what_was_written_is_stored_as_it_was_written(small_shop):
    said = '{"text": "Too dim, \\"sadly\\"; 太暗了", "stars": 2}'
    rows = events([("e1", "customer", "C1", 0, "review", np.nan)])
    rows.payload[0] = said

    load(replace(small_shop, events=rows))

    assert Event.objects.get().payload == {"text": 'Too dim, "sadly"; 太暗了', "stars": 2}


def test_a_loaded_event_is_known_to_whoever_sends_it_again(small_shop):
    load(small_shop)
    again = IncomingEvent(
        id="e3",
        kind="purchase",
        occurred_at=START + timedelta(minutes=2),
        item="L2",
        value=2.0,
        customer="C1",
        session="s",
    )

    (result,) = record_events([again], source=Source.objects.get(code="sample-shop"))

    assert result.status == "already_stored"


def test_a_second_load_writes_nothing_and_says_so(small_shop):
    load(small_shop)

    assert load(small_shop) == (False, 0)
    assert stored_events() == 4


@pytest.mark.django_db(transaction=True)
def test_a_shop_that_collides_with_real_items_is_not_loaded_at_all(small_shop):
    ItemFactory(sku="L2", title="Mine")

    with pytest.raises(Conflict, match="L2: sku: an item of another source"):
        load(small_shop)

    assert Item.objects.get().title == "Mine"
    assert not Source.objects.filter(code="sample-shop").exists()
