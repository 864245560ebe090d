"""Mia is a marketer, who may change rules; Dee, an analyst, may only look; Bo, an agent, not even that."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from marketing.models import AuditEntry
from recsys.models import BoostRule
from tests.factories.marketing import CategoryFactory, ItemFactory
from tests.factories.recsys import BoostRuleFactory

RULES = "/admin/recsys/boostrule/"
ADD = f"{RULES}add/"
NOW = datetime.now(UTC)
DAY = timedelta(days=1)


def enter(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def browser(mia):
    return enter(mia)


def form(**said):
    blank = {"item": "", "category": "", "brand": "", "tag": "", "factor": "2", "position": "1", "placement": ""}
    times = {f"{name}_{part}": "" for name in ("starts_at", "ends_at") for part in (0, 1)}
    return {"name": "a rule", "action": "boost", "concerns": "item", "active": "on", **blank, **times, **said}


def refused_fields(page):
    return set(page.context["adminform"].form.errors)


def test_a_marketer_pins_an_item_and_is_told_how_many_items_it_concerns(browser, mia):
    lamp = ItemFactory()

    page = browser.post(ADD, form(action="pin", item=str(lamp.pk), position="3"), follow=True)

    rule = BoostRule.objects.get()
    assert (rule.action, rule.item, rule.position, rule.created_by) == ("pin", lamp, 3, mia)
    assert "concerns 1 item(s) on offer" in page.content.decode()


def test_what_the_choices_hide_is_not_stored(browser):
    page = browser.post(
        ADD,
        form(
            action="exclude", concerns="brand", brand="Acme", tag="left over", item="no id", factor="-1", position="999"
        ),
    )

    rule = BoostRule.objects.get()
    assert page.status_code == 302
    assert (rule.brand, rule.tag, rule.item, rule.factor, rule.position) == ("Acme", "", None, 2.0, 1)


@pytest.mark.parametrize("concerns", ["item", "category", "brand", "tag"])
def test_a_rule_without_its_target_is_refused_at_the_targets_field(concerns, browser):
    page = browser.post(ADD, form(concerns=concerns))

    assert refused_fields(page) == {concerns}
    assert not BoostRule.objects.exists()


REFUSED = {
    "a brand that is pinned": ({"action": "pin", "concerns": "brand", "brand": "Acme"}, "Only an item can be pinned"),
    "a factor of 1": ({"concerns": "brand", "brand": "Acme", "factor": "1"}, "The factor is above 1"),
    "an infinite factor": ({"concerns": "brand", "brand": "Acme", "factor": "inf"}, "Enter a number"),
    "an end before the start": (
        {
            "concerns": "brand",
            "brand": "Acme",
            "starts_at_0": "2026-05-02",
            "starts_at_1": "00:00",
            "ends_at_0": "2026-05-01",
            "ends_at_1": "00:00",
        },
        "It ends before it starts",
    ),
    "no action": ({"action": "", "concerns": "brand", "brand": "Acme"}, "This field is required"),
}


@pytest.mark.parametrize(("said", "why"), REFUSED.values(), ids=REFUSED)
def test_a_rule_that_makes_no_sense_is_refused_with_the_reason(said, why, browser):
    page = browser.post(ADD, form(**said))

    assert page.status_code == 200
    assert why in page.content.decode()
    assert not BoostRule.objects.exists()


def test_the_place_of_a_pin_is_from_1_to_100(browser):
    lamp = ItemFactory()

    pages = [browser.post(ADD, form(action="pin", item=str(lamp.pk), position=place)) for place in ("0", "101", "-1")]

    assert [page.status_code for page in pages] == [200, 200, 200]
    assert not BoostRule.objects.exists()


def test_a_rule_for_a_category_counts_the_items_on_offer_below_it_too(browser):
    tea = CategoryFactory()
    green = CategoryFactory(parent=tea)
    ItemFactory(category=tea), ItemFactory(category=green), ItemFactory(category=green, available=False)
    rule = BoostRuleFactory(item=None, category=tea)

    page = browser.get(reverse("admin:recsys_boostrule_change", args=[rule.pk]))

    assert page.context["adminform"].model_admin.concerned(rule) == 2


def test_the_list_says_which_rules_hold_now(browser):
    BoostRuleFactory(name="holds")
    BoostRuleFactory(name="later", starts_at=NOW + DAY)
    BoostRuleFactory(name="over", ends_at=NOW - DAY)
    BoostRuleFactory(name="off", active=False)

    changelist = browser.get(RULES).context["cl"]

    states = {rule.name: str(changelist.model_admin.state(rule)) for rule in changelist.result_list}
    assert {name for name, state in states.items() if f">{name}<" in state} == {"holds", "later", "over", "off"}


def test_rules_are_switched_off_and_on_in_the_list(browser):
    rules = [BoostRuleFactory(), BoostRuleFactory(active=False)]
    chosen = {"_selected_action": [rule.pk for rule in rules]}

    off = browser.post(RULES, {"action": "switch_off", **chosen}, follow=True)
    all_off = set(BoostRule.objects.values_list("active", flat=True))
    browser.post(RULES, {"action": "switch_on", **chosen})

    assert "Switched off 1 rule(s)" in off.content.decode()
    assert all_off == {False}
    assert set(BoostRule.objects.values_list("active", flat=True)) == {True}


def test_every_change_stands_in_the_audit_with_who_made_it(browser, mia):
    browser.post(ADD, form(concerns="brand", brand="Acme"))
    rule = BoostRule.objects.get()
    change = reverse("admin:recsys_boostrule_change", args=[rule.pk])

    browser.post(change, form(concerns="brand", brand="Acme", factor="5"))
    browser.post(RULES, {"action": "switch_off", "_selected_action": [rule.pk]})
    browser.post(reverse("admin:recsys_boostrule_delete", args=[rule.pk]), {"post": "yes"})

    entries = list(AuditEntry.objects.order_by("pk"))
    assert [entry.action.split("-")[0] for entry in entries] == ["add", "change", "switch", "delete"]
    assert {entry.user for entry in entries} == {mia}
    assert (entries[1].before["factor"], entries[1].after["factor"]) == (2.0, 5.0)
    assert (entries[2].before["active"], entries[2].after["active"]) == (True, False)
    assert entries[3].after is None


def test_an_analyst_looks_at_rules_and_an_agent_does_not(dee, bo):
    rule = BoostRuleFactory(name="lamps first")
    change = reverse("admin:recsys_boostrule_change", args=[rule.pk])

    hers, his = enter(dee).get(change), enter(bo).get(change)
    saved = enter(dee).post(change, form(item=str(rule.item_id), name="other"))

    assert "lamps first" in hers.content.decode()
    assert (hers.status_code, saved.status_code, his.status_code) == (200, 403, 403)
    assert BoostRule.objects.get().name == "lamps first"
