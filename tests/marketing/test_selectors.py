from datetime import UTC, datetime

import pytest

from marketing.identities import link_visitor
from marketing.selectors import Subject, consent_of, subject_of_customer, subject_of_identity
from tests.factories.marketing import ConsentFactory, SourceFactory, VisitorFactory

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
