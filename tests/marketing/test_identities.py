import pytest

from marketing.errors import Conflict, InvalidInput
from marketing.identities import customer_identity, link_visitor, visitor_identity
from marketing.models import Customer, Identity
from marketing.services.merges import merge_customers
from tests.callers import caller
from tests.factories.marketing import CustomerIdentityFactory, SourceFactory

pytestmark = pytest.mark.django_db


def test_a_customer_gets_one_identity_in_each_source_and_stays_one_person(shop):
    app = SourceFactory(code="app")

    first, again, elsewhere = (customer_identity(source, "dora") for source in (shop, shop, app))

    assert first == again != elsewhere
    assert first.customer == elsewhere.customer == Customer.objects.get(external_id="dora")


def test_a_customer_who_is_only_looked_up_is_not_made(shop):
    assert customer_identity(shop, "nobody", create=False) is None
    assert not Customer.objects.exists()


@pytest.mark.parametrize("value", ["", "x" * 129, "a\nb"])
def test_what_is_no_id_names_nobody(shop, value):
    with pytest.raises(InvalidInput, match="customer"):
        customer_identity(shop, value)


def test_ids_five_and_a_billion_and_seven_are_two_people(shop):
    assert customer_identity(shop, "5") != customer_identity(shop, "1000000007")


def test_a_login_moves_the_pointer_of_the_visitor_and_may_be_repeated(vi, ada):
    link_visitor(vi, ada.customer)
    link_visitor(vi, ada.customer)

    assert Identity.objects.get(pk=vi.pk).customer == ada.customer


def test_a_visitor_of_another_customer_is_not_taken_away(vi, ada, cy):
    link_visitor(vi, ada.customer)

    with pytest.raises(Conflict, match="another customer"):
        link_visitor(vi, cy.customer)

    assert Identity.objects.get(pk=vi.pk).customer == ada.customer


def test_a_customers_own_identity_is_never_moved(ada, cy):
    with pytest.raises(Conflict, match="visitor"):
        link_visitor(ada, cy.customer)


def test_a_visitor_is_made_once(vi):
    assert visitor_identity(vi.source, "vi") == vi
    assert visitor_identity(vi.source, "new").customer is None


def test_a_token_of_somebody_merged_away_is_the_kept_customers(ada, cy, sam):
    merge_customers(kept=cy.customer, merged=ada.customer, user=None)
    minted = caller(sam).post("/api/tokens", {"externalId": "ada"}).json()["token"]

    for holder in (ada, minted):
        me = caller(holder).ask("{ me { customer { externalId } } }")["me"]

        assert me["customer"] == {"externalId": "cy"}


CUSTOMER = "query ($ref: CustomerRef!) { customer(ref: $ref) { externalId } }"


@pytest.mark.parametrize("who", ["ada", "cy", "bo"])
def test_whoever_asks_for_one_of_two_merged_customers_gets_the_kept_one(who, ada, cy, request):
    merge_customers(kept=cy.customer, merged=ada.customer, user=None)
    asking = caller(request.getfixturevalue(who))

    found = [asking.ask(CUSTOMER, ref={"externalId": called})["customer"] for called in ("ada", "cy")]

    assert found == [{"externalId": "cy"}] * 2


def test_a_merge_opens_nobody_elses_data(ada, cy, shop):
    dora = CustomerIdentityFactory(customer__external_id="dora", customer__source=shop)
    merge_customers(kept=cy.customer, merged=ada.customer, user=None)

    for called in ("ada", "cy", "nobody"):
        error = caller(dora).refused(CUSTOMER, ref={"externalId": called})

        assert error["extensions"]["code"] == "FORBIDDEN"


def test_the_list_of_customers_has_two_who_are_one_once_under_either_id(ada, cy, bo):
    merge_customers(kept=cy.customer, merged=ada.customer, user=None)
    listed = "query ($search: String) { customers(search: $search) { edges { node { externalId } } } }"

    for search in (None, "ada", "cy"):
        edges = caller(bo).ask(listed, search=search)["customers"]["edges"]

        assert [edge["node"]["externalId"] for edge in edges] == ["cy"]
