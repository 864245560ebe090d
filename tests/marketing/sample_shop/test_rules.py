import pytest
from django.core.management import call_command

from marketing.models import ItemRelation, RelationRule
from marketing.sample_shop.catalogue import SHELVES
from marketing.sample_shop.rules import RULES, add_rules
from tests.factories.marketing import CategoryFactory, ItemFactory

pytestmark = pytest.mark.django_db


def test_the_loaded_shop_has_its_staffs_rules_with_relations_of_each():
    call_command("load_sample_shop", customers=5, no_progress=True)

    made = {rule.name: rule.relations.count() for rule in RelationRule.objects.all()}
    pens = set(ItemRelation.objects.filter(rule__head_tag="gift").values_list("head__attributes__kind", flat=True))

    assert made.keys() == {rule.name for rule in RULES}
    assert all(made.values())
    assert pens == {"Fountain Pen"}


def test_rules_name_shelves_that_the_shop_has():
    assert {shelf for rule in RULES for shelf in (rule.chosen, rule.needed)} <= {shelf.code for shelf in SHELVES}


def test_a_shop_without_those_shelves_gets_no_rules_and_one_that_has_a_rule_keeps_its_own():
    without = add_rules()
    ItemFactory(category=CategoryFactory(slug="tents")), ItemFactory(category=CategoryFactory(slug="lanterns"))

    first, again = add_rules(), add_rules()

    assert (without, first, again) == (0, 1, 0)
    assert RelationRule.objects.get().name == "Tents need light"
