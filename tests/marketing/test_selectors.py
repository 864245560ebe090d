from datetime import UTC, datetime

import pytest

from marketing.identities import link_visitor
from marketing.models import Identity
from marketing.selectors import (
    StandingConsent,
    Subject,
    consent_of,
    consents_of,
    consents_of_strangers,
    customer_called,
    customer_of,
    refusing,
    subject_of_customer,
    subject_of_identity,
)
from marketing.services.merges import merge_customers
from tests.factories.marketing import ConsentFactory, CustomerIdentityFactory, SourceFactory, VisitorFactory

pytestmark = pytest.mark.django_db


def test_a_visitor_is_herself_until_she_logs_in(vi, ada):
    before = subject_of_identity(vi)
    link_visitor(vi, ada.customer)
    vi.refresh_from_db()

    after = subject_of_identity(vi)

    assert before == Subject((vi.pk,), None, personal=True)
    assert after == Subject(tuple(sorted((vi.pk, ada.pk))), ada.customer_id, personal=True)
    assert after == subject_of_customer(ada.customer) == subject_of_identity(ada)


def test_without_an_answer_the_default_of_the_source_holds():
    strict = SourceFactory(code="strict", consent={"personalisation": False})

    assert consent_of([VisitorFactory().pk], "personalisation")
    assert not consent_of([VisitorFactory(source=strict).pk], "personalisation")
    assert not consent_of([VisitorFactory(source=strict).pk], "marketing")


def test_the_newest_answer_counts_whichever_identity_gave_it(ada, vi):
    link_visitor(vi, ada.customer)
    ConsentFactory(identity=ada, granted=False, given_at=datetime(2026, 2, 1, tzinfo=UTC))
    ConsentFactory(identity=vi, granted=True, given_at=datetime(2026, 1, 1, tzinfo=UTC))

    denied = subject_of_customer(ada.customer)
    ConsentFactory(identity=vi, granted=True, given_at=datetime(2026, 3, 1, tzinfo=UTC))
    granted = subject_of_customer(ada.customer)

    assert (denied.personal, granted.personal) == (False, True)


def test_an_answer_is_about_its_own_purpose_only(ada):
    ConsentFactory(identity=ada, purpose="marketing", granted=True)

    assert consent_of([ada.pk], "marketing")
    assert consent_of([ada.pk], "personalisation")  # the source's default


def test_nobody_agreed_to_nothing():
    assert not consent_of([], "personalisation")


def test_the_subject_is_found_in_one_query_however_many_identities(ada, django_assert_num_queries):
    for number in range(5):
        VisitorFactory(value=f"v{number}", customer=ada.customer)

    with django_assert_num_queries(1):
        assert len(subject_of_identity(ada).identity_ids) == 6


def test_a_customer_who_was_merged_away_is_found_as_the_kept_one_and_nobody_as_none(ada, cy):
    merge_customers(kept=cy.customer, merged=ada.customer, user=None)

    assert customer_called("ada") == customer_of(ada.customer_id) == cy.customer
    assert customer_called("cy") == cy.customer
    assert customer_called("nobody") is None


def test_what_holds_is_told_for_every_purpose_with_the_instant_of_the_answer(ada):
    given_at = datetime(2026, 1, 1, tzinfo=UTC)
    ConsentFactory(identity=ada, purpose="marketing", granted=True, given_at=given_at)

    # The shop assumes analytics and personalisation.
    assert consents_of([ada.pk]) == [
        StandingConsent("analytics", granted=True),
        StandingConsent("personalisation", granted=True),
        StandingConsent("marketing", granted=True, given_at=given_at),
    ]
    assert [consent.granted for consent in consents_of([])] == [False, False, False]
    assert [consent.granted for consent in consents_of_strangers(ada.source)] == [True, True, False]


@pytest.fixture
def crowd(shop):
    """People of the shop, by what they said about analytics and how."""
    web = SourceFactory(code="browser")
    says = {"agreed": True, "refused": False}
    for value, granted in says.items():
        identity = CustomerIdentityFactory(customer__external_id=value, customer__source=shop)
        ConsentFactory(identity=identity, purpose="analytics", granted=granted)
    CustomerIdentityFactory(customer__external_id="silent", customer__source=shop)
    through = CustomerIdentityFactory(customer__external_id="refused as visitor", customer__source=shop)
    visitor = VisitorFactory(source=web, customer=through.customer)
    ConsentFactory(identity=visitor, purpose="analytics", granted=False)
    ConsentFactory(identity=VisitorFactory(source=shop, value="refused"), purpose="analytics", granted=False)
    VisitorFactory(source=shop, value="silent")


CUSTOMERS = [("customer", value) for value in ("agreed", "refused", "silent", "refused as visitor", "unheard of")]
VISITORS = [("visitor", value) for value in ("refused", "silent", "unheard of")]


def test_who_refuses_is_found_for_many_at_once_by_any_of_their_names(crowd, shop, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = refusing(source_id=shop.pk, whos=CUSTOMERS + VISITORS, purpose="analytics")

    assert found == {("customer", "refused"), ("customer", "refused as visitor"), ("visitor", "refused")}


def test_what_a_source_assumes_holds_for_those_who_said_nothing_stored_or_not(crowd, shop):
    shop.consent = {"analytics": False}
    shop.save()

    found = refusing(source_id=shop.pk, whos=CUSTOMERS + VISITORS, purpose="analytics")

    assert found == set(CUSTOMERS + VISITORS) - {("customer", "agreed")}


def test_a_customer_whom_only_another_source_knows_yet_counts_with_what_they_said_there(crowd):
    app = SourceFactory(code="app")

    found = refusing(source_id=app.pk, whos=CUSTOMERS + VISITORS, purpose="analytics")

    assert found == {("customer", "refused"), ("customer", "refused as visitor")}


def test_who_was_merged_away_refuses_what_the_kept_one_refuses(crowd, shop):
    rows = {row.value: row.customer for row in Identity.objects.filter(kind="customer")}
    merge_customers(kept=rows["refused"], merged=rows["silent"], user=None)
    app = SourceFactory(code="app")

    for source in shop, app:
        found = refusing(source_id=source.pk, whos=[("customer", "silent")], purpose="analytics")

        assert found == {("customer", "silent")}


def test_nobody_refuses_anything(shop, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert refusing(source_id=shop.pk, whos=[], purpose="analytics") == set()
