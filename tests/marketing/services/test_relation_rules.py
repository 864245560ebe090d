import threading

import pytest
from django.db import connection

from marketing import tasks
from marketing.errors import InvalidInput
from marketing.models import AuditEntry, ItemRelation, RelationRule
from marketing.services import rule_arrows
from marketing.services.catalogue import ItemIn, upsert_items
from marketing.services.relation_rules import apply_rules, delete_rules, save_rule, switch_rules
from marketing.services.rule_arrows import describe
from tests.factories.marketing import CategoryFactory, ItemFactory, ItemRelationFactory, RelationRuleFactory

pytestmark = pytest.mark.django_db


def printer(sku, **fields):
    return ItemFactory(sku=sku, tags=["printer", *fields.pop("tags", [])], **fields)


def ink(sku, **fields):
    return ItemFactory(sku=sku, tags=["ink", *fields.pop("tags", [])], **fields)


def needs(**fields):
    return RelationRule(**{"name": "Printers need ink", "head_tag": "printer", "tail_tag": "ink", **fields})


def arrows(**conditions):
    rows = ItemRelation.objects.filter(**conditions).order_by("head__sku", "tail__sku")
    return [f"{row.head.sku} {row.relation} {row.tail.sku}" for row in rows.select_related("head", "tail")]


class TestWhatARuleRelates:
    def test_everything_of_one_side_with_everything_of_the_other(self, mia):
        printer("P1"), printer("P2"), ink("I1"), ink("I2"), ItemFactory(sku="X")
        rule = needs()

        made = save_rule(rule, user=mia)

        assert made == 4
        assert arrows(rule=rule) == ["P1 needs I1", "P1 needs I2", "P2 needs I1", "P2 needs I2"]

    def test_a_category_means_all_that_stands_below_it_too(self, mia):
        office = CategoryFactory(slug="office")
        shelf = CategoryFactory(slug="printers", parent=office)
        ItemFactory(sku="P1", category=CategoryFactory(slug="laser", parent=shelf))
        ItemFactory(sku="X", category=office)
        ink("I1")

        save_rule(needs(head_tag="", head_category=shelf), user=mia)

        assert arrows() == ["P1 needs I1"]

    def test_of_a_side_all_that_is_said_must_hold(self, mia):
        shelf = CategoryFactory()
        printer("P1", category=shelf, brand="Inkhollow")
        printer("P2", category=shelf, brand="Saltmarrow")
        printer("P3", brand="Inkhollow")
        ItemFactory(sku="P4", category=shelf, brand="Inkhollow")
        ink("I1")

        save_rule(needs(head_category=shelf, head_brand="Inkhollow"), user=mia)

        assert arrows() == ["P1 needs I1"]

    def test_same_brand_relates_only_within_a_brand_and_nothing_without_one(self, mia):
        printer("P1", brand="A"), printer("P2", brand="B"), printer("P3")
        ink("I1", brand="A"), ink("I2", brand="B"), ink("I3")

        save_rule(needs(same_brand=True), user=mia)

        assert arrows() == ["P1 needs I1", "P2 needs I2"]

    def test_an_item_on_both_sides_is_never_related_to_itself(self, mia):
        ItemFactory(sku="A", tags=["pen"]), ItemFactory(sku="B", tags=["pen"])

        save_rule(needs(head_tag="pen", tail_tag="pen"), user=mia)

        assert arrows() == ["A needs B", "B needs A"]

    def test_what_the_catalogue_says_already_is_left_to_it(self, mia):
        first, own = printer("P1"), ink("I1")
        ink("I2")
        ItemRelationFactory(head=first, relation="needs", tail=own, weight=0.5)
        rule = needs()

        save_rule(rule, user=mia)

        assert arrows(rule=rule) == ["P1 needs I2"]
        assert arrows(rule=None, weight=0.5) == ["P1 needs I1"]

    def test_retired_items_are_on_neither_side(self, mia):
        (
            printer("P1"),
            printer("P2", deleted_at="2026-01-01T00:00Z"),
            ink("I1"),
            ink("I2", deleted_at="2026-01-01T00:00Z"),
        )

        save_rule(needs(), user=mia)

        assert arrows() == ["P1 needs I1"]

    def test_an_item_gets_those_that_have_most_in_common_with_it(self, mia, monkeypatch):
        monkeypatch.setattr(rule_arrows, "MOST_TAILS", 2)
        printer("P1", tags=["laser", "colour"], brand="A")
        ink("I1"), ink("I2", brand="A"), ink("I3", tags=["laser", "colour"]), ink("I4", tags=["laser"]), ink("I5")

        save_rule(needs(), user=mia)

        # Shared tags: I3 two, I4 one, all others none.
        assert arrows() == ["P1 needs I3", "P1 needs I4"]

    def test_of_those_that_have_as_much_in_common_heads_get_different_ones_and_always_the_same(self, mia, monkeypatch):
        monkeypatch.setattr(rule_arrows, "MOST_TAILS", 1)
        for number in range(20):
            printer(f"P{number}"), ink(f"I{number}")
        rule = needs()
        save_rule(rule, user=mia)
        before = arrows()

        save_rule(rule, user=mia)

        assert arrows() == before
        assert len(set(ItemRelation.objects.values_list("tail", flat=True))) > 3


class TestChanges:
    def test_a_changed_rule_has_the_relations_of_what_it_says_now(self, mia):
        printer("P1"), ink("I1"), ItemFactory(sku="T1", tags=["toner"])
        rule = needs()
        save_rule(rule, user=mia)
        rule.tail_tag, rule.weight, rule.relation = "toner", 2.0, "uses"

        made = save_rule(rule, user=mia)

        assert made == 1
        assert arrows(weight=2.0) == arrows() == ["P1 uses T1"]

    def test_a_new_weight_reaches_the_relations_that_stay(self, mia):
        printer("P1"), ink("I1")
        rule = needs()
        save_rule(rule, user=mia)
        key = ItemRelation.objects.get().pk
        rule.weight = 3.0

        save_rule(rule, user=mia)

        assert list(ItemRelation.objects.values_list("pk", "weight")) == [(key, 3.0)]

    def test_a_rule_that_is_switched_off_has_none_until_it_is_switched_on(self, mia):
        printer("P1"), ink("I1")
        rule = needs()
        save_rule(rule, user=mia)

        off = switch_rules([rule.pk], active=False, user=mia)
        while_off = arrows()
        again = switch_rules([rule.pk], active=False, user=mia)
        on = switch_rules([rule.pk], active=True, user=mia)

        assert (off, again, on) == (1, 0, 1)
        assert (while_off, arrows()) == ([], ["P1 needs I1"])

    def test_a_rule_saved_as_off_has_none(self, mia):
        printer("P1"), ink("I1")
        rule = needs()
        save_rule(rule, user=mia)
        rule.active = False

        assert save_rule(rule, user=mia) == 0
        assert arrows() == []

    def test_a_deleted_rule_takes_its_relations_along_and_no_others(self, mia):
        first, second = printer("P1"), ink("I1")
        ItemRelationFactory(head=second, relation="accessory_of", tail=first)
        rule = needs()
        save_rule(rule, user=mia)

        assert delete_rules([rule.pk], user=mia) == 1
        assert arrows() == ["I1 accessory_of P1"]

    def test_what_two_rules_say_stands_once_and_stays_when_one_of_them_goes(self, mia):
        printer("P1"), ink("I1")
        first, second = needs(), needs(name="The same in other words")
        save_rule(first, user=mia)
        save_rule(second, user=mia)
        while_both = arrows()

        delete_rules([first.pk], user=mia)

        assert while_both == arrows(rule=second) == ["P1 needs I1"]

    def test_every_change_stands_in_the_audit_with_who_made_it(self, mia, kim):
        rule = needs()
        save_rule(rule, user=mia)
        rule.sentence = "ink for your {title}"
        save_rule(rule, user=kim)
        switch_rules([rule.pk], active=False, user=kim)
        delete_rules([rule.pk], user=mia)

        entries = list(AuditEntry.objects.order_by("pk").values_list("action", "user__username"))

        assert entries == [
            ("add-relation-rule", "mia"),
            ("change-relation-rule", "kim"),
            ("switch-relation-rule", "kim"),
            ("delete-relation-rule", "mia"),
        ]
        changed = AuditEntry.objects.get(action="change-relation-rule")
        assert (changed.before["sentence"], changed.after["sentence"]) == ("", "ink for your {title}")


class TestApplying:
    def test_what_came_into_the_catalogue_is_related_and_what_left_a_side_is_not(self, mia, shop):
        printer("P1"), ink("I1")
        old = ink("I2")
        rule = needs()
        save_rule(rule, user=mia)
        upsert_items([ItemIn(sku="I3", title="New ink", tags=["ink"])], source=shop)
        old.tags = ["retired formula"]
        old.save()

        done = tasks.apply_relation_rules()

        assert arrows() == ["P1 needs I1", "P1 needs I3"]
        assert done == {"rules": 1, "arrows": 2, "changed": 2, "refused": 0}

    def test_applied_again_nothing_changes(self, mia):
        printer("P1"), ink("I1")
        save_rule(needs(), user=mia)
        before = list(ItemRelation.objects.values_list("pk", flat=True))

        done = apply_rules()

        assert (done.changed, done.arrows) == (0, 1)
        assert list(ItemRelation.objects.values_list("pk", flat=True)) == before

    def test_a_rule_that_has_grown_too_large_keeps_what_it_had_and_the_others_go_on(self, mia, monkeypatch, caplog):
        printer("P1"), ink("I1"), ItemFactory(sku="T1", tags=["tent"])
        save_rule(needs(), user=mia)
        save_rule(needs(name="Tents", head_tag="tent"), user=mia)
        printer("P2"), ItemFactory(sku="I2", tags=["ink"])
        monkeypatch.setattr(rule_arrows, "MOST_ARROWS", 2)

        done = apply_rules()

        assert done.refused == ("Printers need ink",)
        assert arrows() == ["P1 needs I1", "T1 needs I1", "T1 needs I2"]
        assert "keeps the relations that it had" in caplog.text

    def test_a_catalogues_batches_ask_a_worker_once(self, shop, django_capture_on_commit_callbacks, monkeypatch):
        asked = []
        monkeypatch.setattr("celery.current_app.send_task", lambda name, **options: asked.append(name))

        for number in range(3):
            with django_capture_on_commit_callbacks(execute=True):
                upsert_items([ItemIn(sku=f"I{number}", title="Ink")], source=shop)

        assert asked.count("marketing.apply_relation_rules") == 1


@pytest.mark.django_db(transaction=True)
def test_two_that_apply_at_once_leave_each_relation_once():
    for number in range(30):
        printer(f"P{number}"), ink(f"I{number}")
    RelationRuleFactory(name="first")
    RelationRuleFactory(name="second")
    faults = []

    def apply():
        try:
            apply_rules()
        except Exception as fault:  # noqa: BLE001 - told by the assertion
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=apply) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert faults == []
    assert ItemRelation.objects.count() == 30 * 30


class TestDescribing:
    def test_a_rule_tells_what_it_would_make_before_it_is_saved(self):
        for number in range(4):
            printer(f"P{number}", title=f"Printer {number}")
        ink("I1", title="Ink")

        size = describe(needs())

        assert (size.heads, size.tails, size.arrows) == (4, 1, 4)
        assert len(size.examples) == 3
        assert all(head.startswith("Printer ") and tail == "Ink" for head, tail in size.examples)
        assert not RelationRule.objects.exists()

    def test_a_rule_that_matches_nothing_says_so_and_may_be_saved(self, mia):
        printer("P1")
        rule = needs(tail_tag="no such tag")

        size = describe(rule)

        assert (size.heads, size.tails, size.arrows, size.examples) == (1, 0, 0, ())
        assert save_rule(rule, user=mia) == 0

    @pytest.mark.parametrize(
        ("limit", "said"), [("MOST_ARROWS", "would relate 2 items"), ("MOST_COMPARED", "would compare 2 items with 2")]
    )
    def test_a_rule_that_would_make_too_much_is_refused_and_not_saved(self, limit, said, mia, monkeypatch):
        printer("P1"), printer("P2"), ink("I1"), ink("I2")
        monkeypatch.setattr(rule_arrows, limit, 3)

        with pytest.raises(InvalidInput, match=f"^rule: {said}"):
            save_rule(needs(), user=mia)

        assert not RelationRule.objects.exists()
        assert not AuditEntry.objects.exists()


class TestBadInput:
    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"head_tag": ""}, "head_category"),
            ({"tail_tag": ""}, "tail_category"),
            ({"name": ""}, "name"),
            ({"relation": "made for"}, "relation"),
            ({"weight": 0}, "weight"),
            ({"weight": -1.0}, "weight"),
            ({"weight": float("nan")}, "weight"),
            ({"weight": "heavy"}, "weight"),
        ],
    )
    def test_what_is_wrong_is_refused_by_its_field(self, wrong, field, mia):
        with pytest.raises(InvalidInput) as refusal:
            save_rule(needs(**wrong), user=mia)

        assert refusal.value.field == field
        assert not RelationRule.objects.exists()

    @pytest.mark.parametrize(
        "sentence",
        [
            "ink for {name}",
            "ink for {0}",
            "ink for {}",
            "ink for {title",
            "ink for title}",
            "{{title}}",
            "{title!r}",
            "{ title }",
        ],
    )
    def test_a_sentence_may_hold_no_braces_but_the_titles(self, sentence, mia):
        with pytest.raises(InvalidInput, match=r"^sentence: .*only \{title\} may be in braces"):
            save_rule(needs(sentence=sentence), user=mia)

    @pytest.mark.parametrize("sentence", ["", "ink for your {title}", "{title} and {title}", "ink, 100% of it"])
    def test_a_sentence_with_titles_or_none_is_fine(self, sentence, mia):
        save_rule(needs(sentence=sentence), user=mia)

        assert RelationRule.objects.get().sentence == sentence

    def test_two_rules_of_one_name_are_refused(self, mia):
        save_rule(needs(), user=mia)

        with pytest.raises(InvalidInput, match="A rule has this name"):
            save_rule(needs(), user=mia)

    def test_rules_that_lead_in_a_circle_are_rules_as_others(self, mia):
        printer("P1"), ink("I1")

        save_rule(needs(), user=mia)
        save_rule(needs(name="and back", head_tag="ink", tail_tag="printer"), user=mia)

        assert arrows() == ["I1 needs P1", "P1 needs I1"]

    def test_categories_that_stand_in_each_other_do_no_harm(self, mia):
        one = CategoryFactory()
        other = CategoryFactory(parent=one)
        type(one).objects.filter(pk=one.pk).update(parent=other)
        ItemFactory(sku="P1", category=other)
        ink("I1")

        save_rule(needs(head_tag="", head_category=one), user=mia)

        assert arrows() == ["P1 needs I1"]
