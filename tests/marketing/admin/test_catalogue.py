from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from marketing.models import Item
from tests.factories.marketing import CategoryFactory, ItemFactory

ITEMS = "/admin/marketing/item/"


def act(browser, action, *items):
    return browser.post(ITEMS, {"action": action, "_selected_action": [item.pk for item in items]}, follow=True)


def test_retired_items_are_offered_to_nobody_until_they_are_restored(enter, mia):
    lamp, rug = ItemFactory(title="Lamp"), ItemFactory(title="Rug")
    browser = enter(mia)

    page = act(browser, "retire", lamp)
    offered = list(Item.objects.offered())
    act(browser, "restore", lamp)

    assert "Retired 1 item(s)." in page.content.decode()
    assert offered == [rug]
    assert set(Item.objects.offered()) == {lamp, rug}


def test_who_only_looks_can_not_retire(enter, dee):
    lamp = ItemFactory()

    act(enter(dee), "retire", lamp)

    assert list(Item.objects.offered()) == [lamp]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("offered", "on sale"),
        ("unavailable", "sold out"),
        ("coming", "next week"),
        ("expired", "last week"),
        ("retired", "gone"),
    ],
)
def test_the_offer_filter_finds_items_by_why_they_are_not_shown(choice, expected, enter, mia):
    week = timedelta(days=7)
    ItemFactory(title="on sale")
    ItemFactory(title="sold out", available=False)
    ItemFactory(title="next week", published_at=timezone.now() + week)
    ItemFactory(title="last week", expires_at=timezone.now() - week)
    ItemFactory(title="gone", deleted_at=timezone.now())

    page = enter(mia).get(ITEMS, {"offer": choice})

    assert [item.title for item in page.context["cl"].result_list] == [expected]


def test_a_price_without_currency_is_refused_with_the_reason_at_the_form(enter, mia):
    lamp = ItemFactory(title="Lamp")
    form = {"title": "Lamp", "sku": lamp.sku, "source": lamp.source_id, "price": "12", "currency": "", "tags": ""}

    page = enter(mia).post(reverse("admin:marketing_item_change", args=[lamp.pk]), {**form, "translations": "{}"})

    assert "A price needs its currency." in page.content.decode()
    lamp.refresh_from_db()
    assert lamp.price is None


def test_a_category_counts_its_items_without_the_retired(enter, mia):
    lamps = CategoryFactory(name="Lamps")
    ItemFactory.create_batch(3, category=lamps)
    ItemFactory(category=lamps, deleted_at=timezone.now())

    page = enter(mia).get("/admin/marketing/category/")

    assert [row.items_here for row in page.context["cl"].result_list] == [3]
