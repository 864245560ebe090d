import pytest

from marketing.models import Item
from marketing.services.retirement import restore_items, retire_items
from tests.factories.marketing import EventFactory, ItemFactory

pytestmark = pytest.mark.django_db


def test_retiring_counts_what_was_offered_until_then_and_keeps_the_events():
    lamp, rug = ItemFactory(), ItemFactory()
    event = EventFactory(item=lamp)

    counts = [retire_items(item_ids=[lamp.pk]), retire_items(item_ids=[lamp.pk, rug.pk])]

    assert counts == [1, 1]
    assert not Item.objects.offered().exists()
    event.refresh_from_db()
    assert event.item == lamp


def test_restoring_leaves_an_item_that_is_sold_out_unoffered():
    sold_out = ItemFactory(available=False)
    retire_items(item_ids=[sold_out.pk])

    restored = restore_items(item_ids=[sold_out.pk])

    assert restored == 1
    assert not Item.objects.offered().exists()
