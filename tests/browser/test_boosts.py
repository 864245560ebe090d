import pytest
from playwright.sync_api import expect

from recsys.models import BoostRule
from tests.factories.marketing import ItemFactory

pytestmark = pytest.mark.django_db(transaction=True)


FIELDS = {"item", "category", "brand", "tag", "factor", "position"}
ASKED = {
    ("boost", "brand"): {"brand", "factor"},
    ("exclude", "tag"): {"tag"},
    ("bury", "category"): {"category", "factor"},
    ("pin", "item"): {"item", "position"},
}


def test_the_form_of_a_rule_asks_only_for_what_its_choices_need(page, log_in, mia):
    ItemFactory(title="Lamp")
    log_in(mia)
    page.goto("/admin/recsys/boostrule/add/")

    for (action, concerns), asked in ASKED.items():
        page.get_by_label("Action").select_option(action)
        page.get_by_label("Concerns").select_option(concerns)
        for name in FIELDS:
            expect(page.locator(f".field-{name}").first).to_be_visible(visible=name in asked)

    page.get_by_label("Name").fill("lamps first")
    page.locator(".field-item .select2-selection").click()
    page.get_by_role("option", name="Lamp").click()
    page.get_by_label("Position").fill("2")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("concerns 1 item(s) on offer")).to_be_visible()
    rule = BoostRule.objects.get()
    assert (rule.name, rule.action, rule.item.title, rule.position) == ("lamps first", "pin", "Lamp", 2)
