import pytest

from marketing.errors import Conflict, InvalidInput
from marketing.identities import customer_identity, link_visitor, visitor_identity
from marketing.models import Customer, Identity
from tests.factories.marketing import SourceFactory

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
