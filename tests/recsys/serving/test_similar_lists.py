import numpy as np
import pytest
from django.utils import timezone

from marketing.errors import NotFound
from marketing.models import Item
from marketing.selectors import Subject
from recsys import serving
from recsys.serving.lists import Reason
from tests.factories.marketing import CategoryFactory, EventFactory, ItemFactory

pytestmark = pytest.mark.usefixtures("fresh_process")


def subject(*identities):
    return Subject(tuple(identity.pk for identity in identities), None, True)


def skus(ranked):
    return [item.item.sku for item in ranked.items]


def codes(ranked):
    return [item.reason.code for item in ranked.items]


def test_similar_items_come_from_the_artefact_and_never_hold_the_item_itself(deploy, items):
    deploy(items[:4], [[0, 0.1, 0.3, 0.2], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])

    ranked = serving.similar_items(items[0].pk, first=3)

    assert ranked.basis == "similar"
    assert skus(ranked) == ["c", "d", "b"]
    assert ranked.items[0].reason == Reason("similar_item", because=items[0].pk)
    assert ranked.items[0].item.because_title == items[0].title


def test_similar_items_fall_back_on_shelf_and_tags_and_then_on_trending(deploy, cy):
    shelf = CategoryFactory()
    base = ItemFactory(category=shelf)
    ItemFactory(category=shelf, sku="neighbour")
    EventFactory(identity=cy, item=ItemFactory(sku="trending"))
    deploy([base], algorithm="popularity", users=np.array([1], np.float32))

    ranked = serving.similar_items(base.pk, first=2)

    assert skus(ranked) == ["neighbour", "trending"]
    assert codes(ranked) == ["similar_item", "trending"]


def test_an_item_that_the_artefact_does_not_know_has_neighbours_too(chain):
    shelf = CategoryFactory()
    base = ItemFactory(category=shelf)
    ItemFactory(category=shelf, sku="neighbour")

    ranked = serving.similar_items(base.pk, first=1)

    assert skus(ranked) == ["neighbour"]


def test_similar_items_leave_out_what_the_viewer_has_seen_and_what_is_not_offered(deploy, items, vi):
    deploy(items[:4], [[0, 0.3, 0.2, 0.1], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])
    EventFactory(identity=vi, item=items[1])
    Item.objects.filter(sku="c").update(deleted_at=timezone.now())

    unseen = serving.similar_items(items[0].pk, first=1, subject=subject(vi))
    everything = serving.similar_items(items[0].pk, first=1, subject=subject(vi), exclude_seen=False)

    assert skus(unseen) == ["d"]
    assert skus(everything) == ["b"]


def test_similar_items_of_an_unknown_item_are_not_found(db):
    gone = ItemFactory()
    Item.objects.filter(pk=gone.pk).delete()

    with pytest.raises(NotFound, match=r"^item: "):
        serving.similar_items(gone.pk, first=1)


def test_what_the_viewer_is_against_is_not_similar_to_anything_for_her(deploy, items, vi):
    deploy(items[:4], [[0, 0.3, 0.2, 0.1], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])
    EventFactory(identity=vi, item=items[1], kind="rating", value=1)

    ranked = serving.similar_items(items[0].pk, first=2, subject=subject(vi), exclude_seen=False)

    assert skus(ranked) == ["c", "d"]
