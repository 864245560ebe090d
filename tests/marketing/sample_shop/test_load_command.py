import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from marketing.models import Customer, Event, Item, Source
from tests.factories.marketing import ItemFactory

pytestmark = pytest.mark.django_db


def test_the_command_loads_the_shop_once_and_says_what_it_did(capsys):
    call_command("load_sample_shop", customers=20, no_progress=True)
    first = capsys.readouterr().out
    call_command("load_sample_shop", customers=20, no_progress=True)
    second = capsys.readouterr().out

    events = Event.objects.count()
    assert "Sample shop (simulated): 360 products, 20 customers" in first
    assert "loaded already" in second
    assert f"{events:,} events" in first
    assert f"{events:,} events" in second
    assert (Item.objects.count(), Customer.objects.count()) == (360, 20)
    assert Source.objects.get().simulated
    assert all(
        default_storage.exists(url.removeprefix("/media/")) for url in Item.objects.values_list("image_url", flat=True)
    )


def test_a_number_of_customers_that_makes_no_shop_is_refused():
    with pytest.raises(CommandError, match="customers: a whole number from 1"):
        call_command("load_sample_shop", customers=0, no_progress=True)


def test_a_sku_that_a_real_shop_has_stops_the_load_with_its_name():
    ItemFactory(sku="TENTS-001")

    with pytest.raises(CommandError, match="TENTS-001: sku: an item of another source"):
        call_command("load_sample_shop", customers=20, no_progress=True)

    assert not Event.objects.exists()
