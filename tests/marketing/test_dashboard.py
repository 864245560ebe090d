from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from marketing.dashboard import bars, change
from tests.factories.marketing import (
    ArtefactFactory,
    CustomerFactory,
    DeploymentFactory,
    EventFactory,
    ItemFactory,
    TrainingRunFactory,
)
from tests.query_counts import pinned_queries


@pytest.fixture
def enter():
    def browser_of(user):
        browser = Client()
        browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return browser

    return browser_of


@pytest.fixture
def home(enter):
    return lambda user: enter(user).get("/admin/")


def figures(page):
    return {figure.name: figure.value for figure in page.context["figures"]}


def test_an_empty_installation_says_what_is_missing(home, ola):
    page = home(ola)

    assert figures(page) == {"Customers": 0, "Items": 0, "Events today": 0, "Events in 7 days": 0}
    text = page.content.decode()
    assert all(words in text for words in ("No model is deployed yet", "Nothing has been trained", "No events yet"))


def test_the_figures_count_people_items_and_events_of_the_week(home, ola):
    lamp = ItemFactory(title="Lamp")
    ItemFactory(available=False)
    CustomerFactory()
    for days in (0, 1, 6, 8):
        EventFactory(item=lamp, occurred_at=timezone.now() - timedelta(days=days))

    page = home(ola)

    # 0, 1 and 6 days ago lie in the week; 8 days ago in the week before: 3 against 1 is +200%.
    assert figures(page) == {"Customers": 1, "Items": 2, "Events today": 1, "Events in 7 days": 3}
    assert page.context["figures"][3].note == "+200% on the 7 days before"
    assert page.context["figures"][1].note == "1 offered now"
    assert [(row["item"], row["count"]) for row in page.context["trending"]] == [(lamp, 3)]


def test_data_of_long_ago_is_shown_up_to_its_last_day(home, ola):
    EventFactory(occurred_at=datetime(2026, 3, 5, 12, tzinfo=UTC))

    page = home(ola)

    assert page.context["last_bar"].day.isoformat() == "2026-03-05" or not page.context["chart_is_past"]
    assert sum(bar.count for bar in page.context["bars"]) == 1


def test_what_serves_and_the_last_runs_are_told(home, kim):
    champion = ArtefactFactory(version=3, manifest={"algorithm": "ease"}, metrics={"ndcg@10": 0.3109})
    DeploymentFactory(champion=champion)
    TrainingRunFactory(status="held", verdict="Below the champion.")

    text = home(kim).content.decode()

    assert all(words in text for words in ("recommender v3", "ease", "0.3109", "Below the champion."))


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("mia", {"figures", "bars", "serving"}),
        ("bo", {"figures", "bars"}),
        ("kim", {"figures", "bars", "serving", "runs"}),
        ("dee", {"figures", "bars", "serving", "runs"}),
    ],
)
def test_a_role_sees_the_parts_that_it_may_see(name, parts, request, home):
    page = home(request.getfixturevalue(name))

    assert {part for part in ("figures", "bars", "serving", "runs") if part in page.context} == parts


@pytest.mark.parametrize("count", [2, 12])
def test_the_home_page_makes_the_same_queries_however_much_there_is(count, enter, ola):
    browser = enter(ola)
    for _ in range(count):
        EventFactory()
        TrainingRunFactory(status="failed")

    with pinned_queries("admin home"):
        browser.get("/admin/")


def test_the_tallest_bar_fills_the_chart():
    today = timezone.localdate()

    first, second = bars([(today - timedelta(days=1), 5), (today, 10)])

    assert (first.height, second.height, second.y) == (95.0, 190.0, 0.0)


def test_a_week_is_compared_with_the_one_before():
    assert change(11, 10) == "+10% on the 7 days before"
    assert change(5, 10) == "−50% on the 7 days before"
    assert change(10, 10) == "as in the 7 days before"
    assert change(10, 0) == "none in the 7 days before"
