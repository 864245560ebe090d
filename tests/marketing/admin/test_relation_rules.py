import re

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from marketing.models import AuditEntry, ItemRelation, RelationRule
from marketing.services import rule_arrows
from tests.factories.marketing import CategoryFactory, ItemFactory, ItemRelationFactory, RelationRuleFactory

RULES = "/admin/marketing/relationrule/"
RELATIONS = "/admin/marketing/itemrelation/"


def form(**fields):
    blank = dict.fromkeys(
        ["head_category", "head_brand", "head_tag", "tail_category", "tail_brand", "tail_tag", "sentence"], ""
    )
    return {**blank, "name": "Printers need ink", "relation": "needs", "weight": "1.0", "active": "on", **fields}


def said(page):
    return [str(message) for message in get_messages(page.wsgi_request)]


def add(browser, **fields):
    return browser.post(f"{RULES}add/", form(**fields))


@pytest.mark.parametrize("name", ["mia", "kim"])
def test_who_knows_the_shop_adds_a_rule_and_reads_what_it_makes(name, request, enter):
    user = request.getfixturevalue(name)
    printers = CategoryFactory(name="Printers")
    ItemFactory(category=printers), ItemFactory(category=printers), ItemFactory(tags=["ink"])

    page = add(enter(user), head_category=printers.pk, tail_tag="ink")

    assert said(page)[0] == (
        "Who chose Printers may need things tagged “ink”: 2 relations. Recommendations learn of them when trained."
    )
    assert ItemRelation.objects.filter(rule=RelationRule.objects.get()).count() == 2
    assert AuditEntry.objects.get().user.username == name


def test_a_rule_that_matches_nothing_is_saved_with_a_warning_that_says_why(enter, mia):
    ItemFactory(tags=["printer"])

    page = add(enter(mia), head_tag="printer", tail_tag="ink", tail_brand="Inkhollow")

    assert said(page)[0] == (
        "Who chose things tagged “printer” may need things by Inkhollow tagged “ink”: no relations."
        " The catalogue has no things by Inkhollow tagged “ink”."
    )
    assert RelationRule.objects.exists()


def test_a_rule_whose_items_do_not_go_together_says_so(enter, mia):
    ItemFactory(tags=["printer"], brand="A"), ItemFactory(tags=["ink"], brand="B")

    page = add(enter(mia), head_tag="printer", tail_tag="ink", same_brand="on")

    assert "No two of its items go together" in said(page)[0]


@pytest.mark.parametrize(
    ("wrong", "field", "message"),
    [
        ({"tail_tag": "ink"}, "head_category", "Say what was chosen: a category, a brand or a tag."),
        ({"head_tag": "pen"}, "tail_category", "Say what may be needed: a category, a brand or a tag."),
        ({"head_tag": "a", "tail_tag": "b", "sentence": "for {name}"}, "sentence", "“{name}” can't stand here"),
        ({"head_tag": "a", "tail_tag": "b", "weight": "0"}, "weight", "A weight is above 0"),
        ({"head_tag": "a", "tail_tag": "b", "relation": "made for"}, "relation", "Enter a valid “slug”"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(wrong, field, message, enter, mia):
    page = add(enter(mia), **wrong)

    errors = page.context["adminform"].form.errors
    assert list(errors) == [field]
    assert message in errors[field][0]
    assert not RelationRule.objects.exists()


def test_a_rule_that_would_make_too_much_is_told_at_the_form(enter, mia, monkeypatch):
    ItemFactory(tags=["printer"]), ItemFactory(tags=["ink"])
    monkeypatch.setattr(rule_arrows, "MOST_ARROWS", 0)

    page = add(enter(mia), head_tag="printer", tail_tag="ink")

    assert "This rule would relate 1 items" in page.context["adminform"].form.non_field_errors()[0]
    assert not RelationRule.objects.exists()


def test_the_list_says_each_rule_in_words_with_its_relations(enter, mia):
    printers = CategoryFactory(name="Printers")
    ItemFactory(category=printers), ItemFactory(tags=["ink"])
    browser = enter(mia)
    add(browser, head_category=printers.pk, tail_tag="ink")
    RelationRuleFactory(name="void", head_tag="no such tag")

    rows = browser.get(RULES).context["cl"].result_list
    text = browser.get(RULES).content.decode()

    assert [(rule.name, rule.arrows) for rule in rows] == [("Printers need ink", 1), ("void", 0)]
    assert 'Who chose</span> Printers <span class="attune-muted">may need</span> things tagged “ink”' in text
    assert ">none<" in text


def test_the_number_of_relations_leads_to_them(enter, mia):
    rule = RelationRuleFactory()
    own = ItemRelationFactory(rule=rule)
    ItemRelationFactory()
    browser = enter(mia)
    [link] = re.findall(rf'href="([^"]*rule[^"]*={rule.pk})"', browser.get(RULES).content.decode())

    rows = browser.get(link).context["cl"].result_list

    assert list(rows) == [own]


def test_a_rules_page_shows_what_it_makes_with_examples_without_running_a_title(enter, mia):
    rule = RelationRuleFactory(active=False)
    ItemFactory(title="<b>Printer</b>", tags=["printer"]), ItemFactory(title="Blue ink", tags=["ink"])

    page = enter(mia).get(f"{RULES}{rule.pk}/change/").content.decode()

    assert "1 relation from 1 item to 1, for example" in page
    assert '<li>&lt;b&gt;Printer&lt;/b&gt; <span class="attune-muted">→</span> Blue ink</li>' in page


def test_rules_are_switched_and_deleted_from_the_list_with_their_relations(enter, mia):
    rule = RelationRuleFactory()
    ItemFactory(tags=["printer"]), ItemFactory(tags=["ink"])
    browser = enter(mia)
    counts = []

    for action in ({"action": "switch_off"}, {"action": "switch_on"}, {"action": "delete_selected", "post": "yes"}):
        browser.post(RULES, {**action, "_selected_action": [rule.pk]})
        counts.append(ItemRelation.objects.count())

    # It was made without its relations: first switched off, then on.
    assert counts == [0, 1, 0]
    assert not RelationRule.objects.exists()


def test_who_only_looks_changes_no_rule(enter, dee):
    rule = RelationRuleFactory()

    page = enter(dee).post(f"{RULES}{rule.pk}/change/", form(head_tag="x", tail_tag="y"))

    assert page.status_code == 403
    rule.refresh_from_db()
    assert rule.head_tag == "printer"


def test_a_category_that_a_rule_names_is_not_deleted_and_the_page_says_why(enter, mia):
    pens = CategoryFactory(name="Pens")
    RelationRuleFactory(name="Pens need ink", head_category=pens)

    page = enter(mia).post(f"/admin/marketing/category/{pens.pk}/delete/", {"post": "yes"})

    assert "Pens need ink" in page.content.decode()
    type(pens).objects.get(pk=pens.pk)


class TestRelations:
    def test_each_says_whether_it_is_a_rules_staffs_or_the_catalogues(self, enter, mia):
        ink, pen = ItemFactory(sku="ink"), ItemFactory(sku="pen")
        ItemRelationFactory(relation="of-the-catalogue")
        ItemRelationFactory(relation="of-a-rule", rule=RelationRuleFactory())
        browser = enter(mia)
        browser.post(f"{RELATIONS}add/", {"head": ink.pk, "relation": "of-staff", "tail": pen.pk, "weight": "1"})

        found = {
            origin: [row.relation for row in browser.get(RELATIONS, {"origin": origin}).context["cl"].result_list]
            for origin in ("rule", "staff", "catalogue")
        }
        page = browser.get(RELATIONS).content.decode()

        assert found == {"rule": ["of-a-rule"], "staff": ["of-staff"], "catalogue": ["of-the-catalogue"]}
        assert all(f">{badge}</span>" in page for badge in ("rule", "staff", "catalogue"))

    def test_what_a_rule_says_is_changed_and_deleted_at_the_rule_alone(self, enter, mia):
        own = ItemRelationFactory(rule=RelationRuleFactory())
        other = ItemRelationFactory()
        browser = enter(mia)

        answers = [
            browser.post(reverse(f"admin:marketing_itemrelation_{page}", args=[own.pk]), {"post": "yes"}).status_code
            for page in ("change", "delete")
        ]
        for chosen in ([own.pk], [other.pk]):
            browser.post(RELATIONS, {"action": "delete_selected", "_selected_action": chosen, "post": "yes"})

        assert answers == [403, 403]
        assert list(ItemRelation.objects.all()) == [own]

    def test_a_relation_to_itself_is_refused_at_the_form(self, enter, mia):
        pen = ItemFactory()

        page = enter(mia).post(f"{RELATIONS}add/", {"head": pen.pk, "relation": "needs", "tail": pen.pk, "weight": "1"})

        assert "An item can't relate to itself." in page.content.decode().replace("&#x27;", "'")
        assert not ItemRelation.objects.exists()
