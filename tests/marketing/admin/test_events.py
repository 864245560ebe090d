import pytest
from django.urls import reverse

from tests.factories.marketing import CustomerIdentityFactory, EventFactory, ItemFactory, VisitorFactory

EVENTS = "/admin/marketing/event/"


@pytest.fixture
def two_events(ada):
    lamp = ItemFactory(sku="lamp-1", title="Lamp")
    return EventFactory(identity=ada, item=lamp, kind="purchase"), EventFactory(kind="view")


@pytest.mark.parametrize("term", ["ada", "lamp-1", " ada "])
def test_events_are_found_by_a_persons_id_or_a_sku(term, two_events, enter, mia):
    page = enter(mia).get(EVENTS, {"q": term})

    assert list(page.context["cl"].result_list) == [two_events[0]]


def test_a_search_that_meets_nobody_finds_nothing(two_events, enter, mia):
    page = enter(mia).get(EVENTS, {"q": "eve"})

    assert list(page.context["cl"].result_list) == []


def test_events_are_filtered_by_kind_and_source(two_events, enter, mia):
    by_kind = enter(mia).get(EVENTS, {"kind": "view"})
    by_source = enter(mia).get(EVENTS, {"source__id__exact": two_events[0].source_id})

    assert list(by_kind.context["cl"].result_list) == [two_events[1]]
    assert list(by_source.context["cl"].result_list) == [two_events[0]]


def test_a_merged_customers_events_are_told_by_the_customers_name(enter, mia):
    known = CustomerIdentityFactory(customer__name="Ada Lovelace")
    EventFactory(identity=VisitorFactory(customer=known.customer))

    page = enter(mia).get(EVENTS)

    assert "Ada Lovelace" in page.content.decode()


def test_an_event_can_be_looked_at_and_not_changed(two_events, enter, ola):
    url = reverse("admin:marketing_event_change", args=[two_events[0].pk])
    browser = enter(ola)

    page = browser.get(url)
    answer = browser.post(url, {"kind": "view"})

    assert (page.status_code, answer.status_code) == (200, 403)
    assert not page.context["has_change_permission"]
    two_events[0].refresh_from_db()
    assert two_events[0].kind == "purchase"
