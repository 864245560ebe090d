import numpy as np
import pytest

from marketing.models import ItemEmbedding, ItemRelation, RelationRule
from recsys.catalogue import read_item_features
from tests.factories.marketing import CategoryFactory, ItemFactory

DIMENSIONS = {"english": 384, "multilingual": 512}

pytestmark = pytest.mark.django_db


def ids(*items):
    return np.frombuffer(b"".join(item.pk.bytes for item in items), np.uint8).reshape(-1, 16)


def embed(item, *numbers, space="multilingual"):
    vector = np.pad(np.array(numbers), (0, DIMENSIONS[space] - len(numbers)))
    ItemEmbedding.objects.create(item=item, space=space, text_hash=b"", vector=vector)


def test_features_are_in_the_order_of_the_items_asked_for(django_assert_num_queries):
    kitchen = CategoryFactory(slug="kitchen")
    pot = ItemFactory(category=CategoryFactory(slug="pots", parent=kitchen), brand="Alba", tags=["steel"])
    ladle = ItemFactory(category=kitchen, brand="", tags=["steel", "long"])
    lamp = ItemFactory(category=None, brand="Alba", tags=[])
    embed(pot, 0.6, 0.8)
    embed(lamp, 1.0)
    embed(ladle, 1.0, space="english")

    with django_assert_num_queries(3):
        found = read_item_features(ids(lamp, pot, ladle))

    assert found.vectors[:, :2].tolist() == [[1, 0], pytest.approx([0.6, 0.8]), [0, 0]]
    # Alba, kitchen, pots, long and steel in some order: the lamp has Alba alone; pot and ladle share kitchen and steel.
    assert (found.labels @ found.labels.T).toarray().tolist() == [[1, 1, 0], [1, 4, 2], [0, 2, 3]]


def test_relations_are_told_with_their_names_and_the_rules_sentences():
    ink, pen, book = ItemFactory(), ItemFactory(), ItemFactory()
    rule = RelationRule.objects.create(name="Ink", head_brand="A", tail_brand="B", sentence="ink for your {title}")
    ItemRelation.objects.create(head=ink, relation="accessory_of", tail=pen, weight=2)
    ItemRelation.objects.create(head=pen, relation="needs", tail=ink, rule=rule)
    ItemRelation.objects.create(head=pen, relation="goes_with", tail=book)

    relations = read_item_features(ids(pen, ink)).relations

    assert relations.names == ("accessory_of", "needs")
    assert relations.sentences == ("", "ink for your {title}")
    assert list(zip(relations.heads, relations.kinds, relations.tails, relations.weights, strict=True)) == [
        (1, 0, 0, 2),
        (0, 1, 1, 1),
    ]


def test_of_items_that_say_nothing_nothing_is_known():
    found = read_item_features(ids(ItemFactory(category=None, brand="", tags=[])))

    assert (found.vectors.shape, found.labels.shape, len(found.relations)) == ((1, 0), (1, 0), 0)


def test_of_no_items_nothing_is_known():
    assert len(read_item_features(np.empty((0, 16), np.uint8))) == 0
