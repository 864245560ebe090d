"""Texts of items become words and vectors, once for each change. Encoders are the real ones."""

import threading

import numpy as np
import pytest
from django.contrib.postgres.search import SearchQuery
from django.core.management import call_command
from django.db import connection, transaction
from django_celery_beat.models import PeriodicTask

from marketing.models import Item, ItemEmbedding, ItemSearchText
from marketing.services import item_texts
from marketing.services.catalogue import parse_items, upsert_items
from marketing.services.event_items import item_ids
from marketing.services.index_requests import wake
from marketing.services.item_texts import Indexed, index_all, index_stale
from marketing.tasks import index_items
from marketing.text.vectors import vectors
from tests.factories.marketing import CategoryFactory, ItemFactory, SourceFactory

pytestmark = pytest.mark.django_db

LAMP = {
    "sku": "lamp",
    "title": "Desk lamp",
    "description": "A bright light for late evenings.",
    "translations": {"zh": {"title": "台灯", "description": "适合深夜的明亮灯光。"}},
    "category": "Lighting",
    "brand": "Lumo",
    "tags": ["dimmable"],
}


def vector_of(item):
    return np.array(ItemEmbedding.objects.get(item=item, space="multilingual").vector, np.float32)


def finds(*words):
    """SKUs of the items that have all these words."""
    asked = SearchQuery(" & ".join(words), search_type="raw", config="simple")
    return set(ItemSearchText.objects.filter(document=asked).values_list("item__sku", flat=True))


def test_title_description_tags_brand_and_category_are_searched_in_all_languages(shop):
    upsert_items(parse_items([LAMP]), source=shop)

    done = index_stale()

    assert done == Indexed(items=1, words=1, vectors=1)
    for word in ("desk", "evenings", "dimmable", "lumo", "lighting", "台灯", "深夜"):
        assert finds(word) == {"lamp"}
    assert finds("sofa") == set()


def test_the_vector_has_unit_length_and_lies_near_what_means_the_same_in_either_language(shop):
    upsert_items(parse_items([LAMP]), source=shop)
    index_stale()

    own = vector_of(Item.objects.get())
    english, chinese, other = vectors(
        ["a lamp for my desk", "书桌上的灯", "a novel about pirates"], space="multilingual"
    )

    assert np.linalg.norm(own) == pytest.approx(1, abs=1e-5)
    assert own @ english > 0.3
    assert own @ chinese > 0.3
    assert own @ other < 0.2


def test_what_nobody_wrote_since_is_not_looked_at_again():
    ItemFactory()
    index_stale()

    assert index_stale() == Indexed()


def test_a_new_price_changes_neither_words_nor_vector(django_assert_num_queries):
    item = ItemFactory(price=5, currency="EUR")
    index_stale()
    before = ItemEmbedding.objects.get().updated_at

    item.price = 4
    item.save()
    done = index_stale()

    assert done == Indexed(items=1, words=0, vectors=0)
    assert ItemEmbedding.objects.get().updated_at == before
    assert index_stale() == Indexed()


def test_a_new_title_replaces_words_and_vector():
    item = ItemFactory(sku="a", title="Tent")
    index_stale()
    before = vector_of(item)

    item.title = "Violin"
    item.save()
    index_stale()

    assert (finds("tent"), finds("violin")) == (set(), {"a"})
    assert not np.allclose(before, vector_of(item))


@pytest.mark.parametrize("title", ["🎉🎉", "…", "\u200b", "—–—"])
def test_an_item_without_words_has_no_vector_and_loses_an_old_one(title):
    item = ItemFactory(title="Tent")
    index_stale()

    item.title = title
    item.save()
    done = index_stale()

    assert done == Indexed(items=1, words=1, vectors=0, empty=1)
    assert not ItemEmbedding.objects.exists()
    assert finds("tent") == set()
    # It is not looked at again and again.
    assert index_stale() == Indexed()


@pytest.mark.parametrize(
    "text",
    [
        "word " * 4_000,
        "字" * 20_000,
        "a" * 20_000,
        "مصباح مكتب مشرق",
        "a lamp 台灯 und eine Lampe مصباح",
        "'; DROP TABLE marketing_item; -- \\ ' & | ! <-> :*",
    ],
    ids=["20,000 characters", "20,000 Chinese characters", "one long word", "right to left", "mixed", "operators"],
)
def test_any_description_is_indexed(text):
    ItemFactory(sku="a", title="Tent", description=text)

    assert index_stale() == Indexed(items=1, words=1, vectors=1)
    assert finds("tent") == {"a"}


def test_a_stub_waits_until_somebody_describes_it(shop):
    shop.unknown_items = shop.Unknown.STUB
    shop.save()
    item_ids(["lamp"], source=shop)

    before = index_stale()
    upsert_items(parse_items([LAMP]), source=shop)

    assert before == Indexed()
    assert index_stale().vectors == 1


def test_another_space_gets_its_own_vectors_and_the_old_ones_stay(settings):
    item = ItemFactory(title="Desk lamp")
    index_stale()
    settings.ITEM_SPACE = "english"

    done = index_stale()

    assert done == Indexed(items=1, words=0, vectors=1)
    assert {row.space: len(row.vector) for row in item.embeddings.all()} == {"multilingual": 512, "english": 384}


def test_a_vector_that_is_older_than_the_text_is_made_anew_when_its_space_comes_back(settings):
    item = ItemFactory(title="Desk lamp")
    index_stale()
    settings.ITEM_SPACE = "english"
    item.title = "Violin"
    item.save()
    index_stale()
    settings.ITEM_SPACE = "multilingual"

    assert index_stale().vectors == 1
    (violin,) = vectors(["Violin"], space="multilingual")
    assert vector_of(item) @ violin > 0.5


def test_a_category_with_a_new_name_is_seen_when_all_are_looked_at():
    shelf = CategoryFactory(name="Lighting")
    ItemFactory(sku="a", category=shelf)
    index_stale()
    shelf.name = "Luminaires"
    shelf.save()

    done = index_all()

    assert done == Indexed(items=1, words=1, vectors=1)
    assert finds("luminaires") == {"a"}


def test_many_items_go_in_batches(monkeypatch):
    monkeypatch.setattr(item_texts, "BATCH", 2)
    ItemFactory.create_batch(5)
    told = []

    done = index_stale(progress=told.append)

    assert (done.items, told) == (5, [2, 2, 1])
    assert ItemEmbedding.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_two_at_once_share_the_items(monkeypatch):
    monkeypatch.setattr(item_texts, "BATCH", 3)
    ItemFactory.create_batch(9)
    done = []

    def work():
        try:
            done.append(index_stale())
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _worker in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ItemEmbedding.objects.count() == 9
    assert index_stale() == Indexed()
    assert 9 <= sum(part.items for part in done) <= 12  # a batch may be looked at twice, never written in part


@pytest.mark.django_db(transaction=True)
def test_who_writes_an_item_that_is_being_indexed_is_not_passed_over():
    item = ItemFactory(sku="a", title="Tent")
    with transaction.atomic():
        # Its transaction begins before the indexing and ends after it.
        Item.objects.filter(pk=item.pk).update(title="Violin", updated_at=item.updated_at.replace(year=2020))
        worker = threading.Thread(target=lambda: (index_stale(), connection.close()))
        worker.start()
        worker.join()

    index_stale()

    assert finds("violin") == {"a"}


def test_writing_items_asks_a_worker_once_when_the_transaction_is_committed(shop, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        upsert_items(parse_items([LAMP]), source=shop)
        upsert_items(parse_items([{**LAMP, "sku": "other"}]), source=shop)

    assert callbacks.count(wake) == 1


def test_rows_that_change_nothing_ask_nobody(shop, django_capture_on_commit_callbacks):
    upsert_items(parse_items([LAMP]), source=shop)

    with django_capture_on_commit_callbacks() as callbacks:
        upsert_items(parse_items([LAMP]), source=shop)

    assert wake not in callbacks


def test_the_task_indexes_and_the_schedule_runs_it_every_minute():
    ItemFactory()

    assert index_items() == {"items": 1, "words": 1, "vectors": 1}
    scheduled = PeriodicTask.objects.get(task="marketing.index_items")
    assert (scheduled.interval.every, scheduled.interval.period) == (60, "seconds")


def test_the_command_says_what_it_did(capsys):
    ItemFactory(title="Tent")
    ItemFactory(title="🎉")

    call_command("index_items", no_progress=True)
    call_command("index_items", "--all", no_progress=True)

    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("2 items looked at in ")
    assert first.endswith("words of 2 and vectors of 1 made, 1 without text.")
    assert second.endswith("words of 0 and vectors of 0 made, 1 without text.")


def test_items_of_all_sources_are_indexed():
    for code in ("shop", "other"):
        ItemFactory(source=SourceFactory(code=code))

    assert index_stale().items == 2


def test_the_sample_shop_is_loaded_with_vectors_of_all_its_items():
    call_command("load_sample_shop", customers=3, no_progress=True)

    assert ItemEmbedding.objects.count() == Item.objects.count() > 300
    assert index_stale() == Indexed()
