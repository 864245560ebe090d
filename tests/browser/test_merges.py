import pytest
from playwright.sync_api import expect

from marketing.models import CustomerMerge
from tests.factories.marketing import CustomerIdentityFactory, SourceFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner(db):
    return UserFactory(username="ola", is_superuser=True)


@pytest.fixture
def twins(db):
    """Two customers who are one person, by id."""
    shop = SourceFactory(code="shop")
    made = [
        CustomerIdentityFactory(customer__external_id=value, customer__name=name, customer__source=shop).customer
        for value, name in (("C-1", "Ada Lovelace"), ("C-2", "A. Lovelace"))
    ]
    return {customer.external_id: customer for customer in made}


def test_a_customer_is_merged_into_one_found_by_typing_and_parted_again(page, log_in, owner, twins):
    log_in(owner)
    page.goto(f"/admin/marketing/customer/{twins['C-2'].pk}/change/")

    page.get_by_role("link", name="Merge into…").click()
    page.locator(".select2-selection").click()
    page.locator(".select2-search__field").fill("C-1")
    page.get_by_role("option", name="Ada Lovelace").click()
    page.get_by_role("button", name="Show both").click()
    expect(page.get_by_role("region", name="Kept: Ada Lovelace")).to_contain_text("C-1")
    expect(page.get_by_role("region", name="Merged: A. Lovelace")).to_contain_text("C-2")
    assert not CustomerMerge.objects.exists()
    page.get_by_role("button", name="Merge the two").click()

    expect(page.get_by_role("region", name="Merges")).to_contain_text("A. Lovelace into Ada Lovelace")
    page.get_by_role("link", name="undo it…").click()
    page.wait_for_url("**/customermerge/**")
    page.get_by_role("link", name="Undo").click()
    page.get_by_role("button", name="Undo this merge").click()
    page.wait_for_load_state()

    expect(page.get_by_text("The two are parted again.")).to_be_visible()
    assert CustomerMerge.objects.get().undone_by == owner
