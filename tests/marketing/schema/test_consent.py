"""`setConsent` and `myConsent`: what customers and visitors say about themselves."""

import pytest

from marketing.identities import link_visitor
from marketing.models import AuditEntry, Consent, Identity
from marketing.services.merges import merge_customers
from marketing.tokens import mint_token
from tests.callers import caller
from tests.factories.marketing import ConsentFactory, SourceFactory

pytestmark = pytest.mark.django_db

SET = """
mutation ($purpose: ConsentPurpose!, $granted: Boolean!) {
  setConsent(purpose: $purpose, granted: $granted) { consents { purpose granted givenAt } }
}
"""
MINE = "{ myConsent { purpose granted givenAt } }"


def holds(consents):
    return {consent["purpose"]: consent["granted"] for consent in consents}


def said(consents):
    return {consent["purpose"] for consent in consents if consent["givenAt"]}


def test_who_said_nothing_reads_what_the_shop_assumes(ada):
    mine = caller(ada).ask(MINE)["myConsent"]

    assert [consent["purpose"] for consent in mine] == ["ANALYTICS", "PERSONALISATION", "MARKETING"]
    assert holds(mine) == {"ANALYTICS": True, "PERSONALISATION": True, "MARKETING": False}
    assert said(mine) == set()


def test_a_customer_refuses_one_purpose_and_agrees_to_another(ada):
    caller(ada).ask(SET, purpose="ANALYTICS", granted=False)

    answered = caller(ada).ask(SET, purpose="MARKETING", granted=True)["setConsent"]["consents"]

    assert holds(answered) == {"ANALYTICS": False, "PERSONALISATION": True, "MARKETING": True}
    assert said(answered) == {"ANALYTICS", "MARKETING"}
    assert caller(ada).ask(MINE)["myConsent"] == answered
    assert not AuditEntry.objects.exists()


def test_a_change_of_mind_is_kept_as_history(ada):
    for granted in (False, False, True):
        caller(ada).ask(SET, purpose="MARKETING", granted=granted)

    assert list(Consent.objects.order_by("id").values_list("granted", flat=True)) == [False, True]
    assert holds(caller(ada).ask(MINE)["myConsent"])["MARKETING"] is True


def test_a_visitor_of_whom_nothing_is_stored_reads_the_default_and_is_stored_by_her_answer():
    SourceFactory(code="browser", consent={"analytics": True})
    new = mint_token("visitor", source="browser", subject="new").token

    before = caller(new).ask(MINE)["myConsent"]
    stored_by_reading = Identity.objects.count()
    after = caller(new).ask(SET, purpose="ANALYTICS", granted=False)["setConsent"]["consents"]

    assert holds(before) == {"ANALYTICS": True, "PERSONALISATION": False, "MARKETING": False}
    assert stored_by_reading == 0
    assert holds(after)["ANALYTICS"] is False
    assert holds(caller(new).ask(MINE)["myConsent"])["ANALYTICS"] is False


def test_what_a_visitor_refuses_holds_for_the_customer_she_turns_out_to_be(vi, ada):
    link_visitor(vi, ada.customer)

    caller(vi).ask(SET, purpose="PERSONALISATION", granted=False)

    assert holds(caller(ada).ask(MINE)["myConsent"])["PERSONALISATION"] is False


def test_what_one_of_two_merged_customers_refused_holds_by_either_token(ada, cy):
    caller(ada).ask(SET, purpose="PERSONALISATION", granted=False)

    merge_customers(kept=cy.customer, merged=ada.customer, user=None)

    assert holds(caller(cy).ask(MINE)["myConsent"])["PERSONALISATION"] is False
    assert holds(caller(ada).ask(MINE)["myConsent"])["PERSONALISATION"] is False


@pytest.mark.parametrize("who", ["sam", "ola", None])
def test_nobody_answers_for_others_here(who, request, ada):
    asking = caller(request.getfixturevalue(who) if who else None)

    error = asking.refused(SET, purpose="MARKETING", granted=True)

    assert error["extensions"]["code"] == ("FORBIDDEN" if who else "UNAUTHENTICATED")
    assert not Consent.objects.exists()


def test_a_purpose_that_is_none_is_refused_before_anything_is_asked(ada):
    error = caller(ada).refused(SET, purpose="EVERYTHING", granted=True)

    assert "EVERYTHING" in error["message"]


def test_what_holds_is_read_in_the_same_queries_however_long_the_history(ada, django_assert_num_queries):
    for _ in range(20):
        ConsentFactory(identity=ada, purpose="marketing")
    asking = caller(ada)

    with django_assert_num_queries(3):  # who asks, her names, what holds
        asking.ask(MINE)
