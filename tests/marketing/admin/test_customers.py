from datetime import UTC, datetime

import pytest
from django.urls import reverse

from marketing.models import AuditEntry, Consent, Identity
from recsys.serving.bundle import deployed
from recsys.serving.interests import latest
from recsys.serving.trends import trends
from tests.factories.marketing import ConsentFactory, CustomerMergeFactory, EventFactory, ItemFactory, VisitorFactory
from tests.query_counts import pinned_queries


@pytest.fixture
def nothing_remembered():
    """Serving as a process finds it that has just started."""
    trends.forget()
    deployed.forget()
    latest.forget()


def page_of(customer):
    return reverse("admin:marketing_customer_change", args=[customer.pk])


def test_a_customers_page_shows_names_events_and_what_would_be_recommended(ada, enter, mia):
    VisitorFactory(value="v-77", customer=ada.customer)
    EventFactory(identity=ada, item=ItemFactory(title="Lamp"))
    ItemFactory(title="Rug")

    page = enter(mia).get(page_of(ada.customer)).content.decode()

    assert all(text in page for text in ("v-77", "Lamp", "Would be recommended now", "Rug"))


def test_who_may_not_see_lists_sees_no_recommendations(ada, enter, bo):
    page = enter(bo).get(page_of(ada.customer)).content.decode()

    assert "Known as" in page
    assert "Would be recommended now" not in page


def test_the_newest_answer_of_any_name_counts_and_the_sources_default_else(ada, enter, mia):
    purpose = Consent.Purpose.PERSONALISATION
    visitor = VisitorFactory(customer=ada.customer)
    ConsentFactory(identity=ada, purpose=purpose, granted=True, given_at=datetime(2026, 1, 1, tzinfo=UTC))
    ConsentFactory(identity=visitor, purpose=purpose, granted=False, given_at=datetime(2026, 1, 2, tzinfo=UTC))

    page = enter(mia).get(page_of(ada.customer))

    # Analytics is assumed by both sources, marketing by none; personalisation was answered on 2 January: no.
    granted = {row["purpose"]: row["granted"] for row in page.context["consents"]}
    assert granted == {"analytics": True, "personal recommendations and ads": False, "messages": False}


def test_an_agent_corrects_a_name_but_not_the_shops_id(ada, enter, bo):
    form = {"name": "Ada L.", "external_id": "eve", "attributes": "{}"}

    enter(bo).post(page_of(ada.customer), form)

    ada.customer.refresh_from_db()
    assert (ada.customer.name, ada.customer.external_id) == ("Ada L.", "ada")


def test_the_history_of_answers_stands_on_the_page_the_newest_first(ada, enter, mia):
    for day, granted in ((1, True), (3, False), (2, True)):
        ConsentFactory(identity=ada, granted=granted, given_at=datetime(2026, 1, day, tzinfo=UTC))

    page = enter(mia).get(page_of(ada.customer))

    assert [answer.granted for answer in page.context["answers"]] == [False, True, True]
    assert "2026-01-03 00:00" in page.content.decode()


def answer_form(identity, **change):
    given = {"purpose": "marketing", "granted": "on", "given_at_0": "2026-01-01", "given_at_1": "10:00:00"}
    return {"identity": identity.pk, **given, **change}


def test_an_answer_that_staff_take_down_is_added_once_and_audited(ada, enter, ola):
    for _ in range(2):
        enter(ola).post(reverse("admin:marketing_consent_add"), answer_form(ada))

    assert Consent.objects.get().granted
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.user, entry.object_id) == ("record-consent", ola, str(Consent.objects.get().pk))


@pytest.mark.parametrize(("change", "field"), [({"given_at_0": "2099-01-01"}, "given_at"), ({}, "identity")])
def test_an_answer_of_nobody_or_from_the_future_is_refused_at_the_form(change, field, ada, enter, ola):
    nobody = Identity.objects.create(source=ada.source, kind="nobody", value="nobody")

    page = enter(ola).post(reverse("admin:marketing_consent_add"), answer_form(ada if change else nobody, **change))

    assert list(page.context["adminform"].form.errors) == [field]
    assert not Consent.objects.exists()


@pytest.mark.parametrize("count", [1, 12])
def test_a_customers_page_makes_the_same_queries_however_much_happened(count, ada, enter, mia, nothing_remembered):
    for _ in range(count):
        EventFactory(identity=VisitorFactory(customer=ada.customer), item=ItemFactory())
        ConsentFactory(identity=ada)
        CustomerMergeFactory(kept=ada.customer, merged_by=mia)
    ItemFactory.create_batch(10)
    browser = enter(mia)
    browser.get(page_of(ada.customer))  # what a process keeps of trends and content types is there from now on

    with pinned_queries("admin customer page"):
        browser.get(page_of(ada.customer))
