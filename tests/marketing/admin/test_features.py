"""What a customer's page shows of interest and activity."""

from datetime import date, timedelta

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from marketing.admin import features as panel
from marketing.features import daily
from tests.factories.marketing import CategoryFactory, EventFactory, ItemFactory, OrderFactory

pytestmark = pytest.mark.django_db


def page_of(customer):
    return reverse("admin:marketing_customer_change", args=[customer.pk])


def test_a_customers_page_shows_what_she_does_and_turns_to(ada, enter, bo, shop):
    lamp = ItemFactory(source=shop, category=CategoryFactory(slug="lamps", name="Lamps & light"), tags=["<brass>"])
    yesterday = timezone.now() - timedelta(days=1)
    EventFactory(identity=ada, item=lamp, kind="view", value=180, occurred_at=yesterday)
    OrderFactory(identity=ada, placed_at=yesterday, items_total=1234, total=1234)
    daily.recompute_dirty()

    page = enter(bo).get(page_of(ada.customer)).content.decode()

    assert "Interest and activity" in page
    assert all(text in page for text in ("yesterday", "1,234.00", "3 min", "Lamps &amp; light", "&lt;brass&gt;"))


def test_who_has_done_nothing_yet_gets_a_sentence_and_no_empty_charts(ada, enter, bo):
    page = enter(bo).get(page_of(ada.customer)).content.decode()

    assert "Nothing has been seen of this person yet." in page
    assert "Events per week" not in page


def test_the_chart_has_the_last_weeks_events(ada):
    today = date(2026, 11, 10)
    for back in (0, 6, 7, 181, 182):
        EventFactory(
            identity=ada, occurred_at=timezone.make_aware(timezone.datetime(2026, 11, 10, 12)) - timedelta(days=back)
        )
    daily.recompute_dirty()

    weeks = panel.weekly_events(ada.customer, last=today)

    # The 26 weeks reach back 181 days; today and 6 days ago lie in the last one.
    assert [count for _, count in weeks] == [1, *[0] * 23, 1, 2]
    assert weeks[-1][0] == today - timedelta(days=6)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (48.4, "48 s"), (60, "1 min"), (3599, "60 min"), (12_600, "3.5 h")]
)
def test_a_duration_is_told_in_the_unit_that_matters(seconds, text):
    assert panel.duration(seconds) == text


@pytest.mark.parametrize(("days", "text"), [(None, "never"), (0, "today"), (1, "yesterday"), (1200, "1,200 days ago")])
def test_days_are_told_as_people_say_them(days, text):
    assert panel.days_ago(days) == text


def test_the_panel_is_empty_for_whoever_may_not_see_events(ada, rf):
    from tests.factories.marketing import UserFactory

    request = rf.get("/")
    request.user = UserFactory(roles=[])

    assert panel.interest_and_activity(request, ada.customer) == ""
    assert "Interest" in render_to_string("marketing/customer_features.html")
