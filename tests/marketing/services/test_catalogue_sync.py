"""A source's whole catalogue at once: what is gone goes, what is back comes back, and a broken file retires nothing."""

import pytest

from marketing.errors import Conflict
from marketing.models import Item
from marketing.services.catalogue_sync import SyncRow, sync_catalogue
from tests.factories.marketing import ItemFactory, SourceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalogue(shop):
    """Ten items of the shop, and one of another source."""
    for number in range(10):
        ItemFactory(sku=f"sku-{number}", title=f"Item {number}", source=shop)
    ItemFactory(sku="foreign", source=SourceFactory(code="market"))


def rows(*numbers):
    return [SyncRow(n, {"sku": f"sku-{n}", "title": f"Item {n}"}) for n in numbers]


def offered():
    return set(Item.objects.offered().values_list("sku", flat=True))


def test_what_is_gone_is_retired_and_another_sources_item_stays(shop, catalogue):
    report = sync_catalogue(rows(*range(8)), source=shop)

    assert report.retired == 2
    assert report.counts == {"unchanged": 8}
    assert offered() == {f"sku-{n}" for n in range(8)} | {"foreign"}


def test_items_are_made_and_changed(shop, catalogue):
    more = [SyncRow(11, {"sku": "new", "title": "New"}), SyncRow(12, {"sku": "sku-9", "title": "Renamed"})]

    report = sync_catalogue([*rows(*range(9)), *more], source=shop)

    assert report.counts == {"unchanged": 9, "created": 1, "updated": 1}
    assert Item.objects.get(sku="sku-9").title == "Renamed"


def test_what_comes_back_is_restored(shop, catalogue):
    sync_catalogue(rows(*range(8)), source=shop)

    report = sync_catalogue(rows(*range(10)), source=shop)

    assert report.restored == 2
    assert report.retired == 0
    assert len(offered()) == 11


def test_more_than_the_limit_is_refused_and_nothing_retired(shop, catalogue):
    with pytest.raises(Conflict, match=r"4 of 10 items are missing, 40% and more than the 30%"):
        sync_catalogue(rows(*range(6)), source=shop)

    assert len(offered()) == 11


def test_exactly_the_limit_is_retired(shop, catalogue):
    assert sync_catalogue(rows(*range(7)), source=shop).retired == 3


def test_force_retires_as_many_as_are_missing(shop, catalogue):
    report = sync_catalogue(rows(0), source=shop, force=True)

    assert report.retired == 9
    assert offered() == {"sku-0", "foreign"}


def test_an_empty_catalogue_is_refused(shop, catalogue):
    with pytest.raises(Conflict, match="10 of 10 items are missing"):
        sync_catalogue([], source=shop)


def test_a_dry_run_says_it_all_and_changes_nothing(shop, catalogue):
    new = SyncRow(11, {"sku": "new", "title": "New"})

    report = sync_catalogue([*rows(*range(8)), new], source=shop, dry_run=True)

    assert (report.retired, report.counts["created"], report.dry_run) == (2, 1, True)
    assert len(offered()) == 11
    assert not Item.objects.filter(sku="new").exists()


def test_an_item_whose_row_is_refused_is_not_retired(shop, catalogue):
    bad = SyncRow(10, {"sku": "sku-9", "title": "Item 9", "price": "cheap", "currency": "EUR"})

    report = sync_catalogue([*rows(*range(9)), bad], source=shop)

    assert report.retired == 0
    assert report.counts == {"unchanged": 9, "refused": 1}
    assert (report.refused[0].line, report.refused[0].sku) == (10, "sku-9")
    assert "sku-9" in offered()


@pytest.mark.parametrize(
    "bad", [SyncRow(9, reason="JSON expected"), SyncRow(9, {"title": "No SKU"}), SyncRow(9, {"sku": " ", "title": "x"})]
)
def test_nothing_is_retired_while_a_row_cannot_be_read(shop, catalogue, bad):
    with pytest.raises(Conflict, match="1 items are missing while 1 rows can't be read"):
        sync_catalogue([*rows(*range(9)), bad], source=shop)

    assert "sku-9" in offered()


def test_another_sources_item_is_refused_and_stays(shop, catalogue):
    report = sync_catalogue([*rows(*range(10)), SyncRow(11, {"sku": "foreign", "title": "Mine now"})], source=shop)

    assert report.counts["refused"] == 1
    assert Item.objects.get(sku="foreign").title != "Mine now"


def test_many_refused_rows_are_counted_and_some_listed(shop):
    report = sync_catalogue([SyncRow(n, {"sku": f"s{n}", "title": ""}) for n in range(2500)], source=shop)

    assert report.counts == {"refused": 2500}
    assert len(report.refused) == 100


@pytest.mark.django_db(transaction=True)
def test_two_syncs_of_one_source_do_not_run_at_once(shop):
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    def other():
        try:
            sync_catalogue(rows(1), source=shop)
        finally:
            connection.close()

    def slow():
        yield from rows(0)
        with ThreadPoolExecutor(1) as pool, pytest.raises(Conflict, match="being synced already"):
            pool.submit(other).result()

    sync_catalogue(slow(), source=shop)

    assert offered() == {"sku-0"}
    assert sync_catalogue(rows(0, 1), source=shop).counts["created"] == 1  # the lock is free again
