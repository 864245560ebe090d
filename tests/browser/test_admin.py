import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from marketing import stream
from marketing.models import TrainingRun
from tests.counted_events import counts
from tests.factories.marketing import EventFactory, ItemFactory, TrainingRunFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner(db):
    return UserFactory(username="ola", is_superuser=True)


def update(run, **values):
    TrainingRun.objects.filter(pk=run.pk).update(**values)


def test_a_runs_page_follows_it_to_its_verdict_without_being_loaded_again(page, log_in, owner):
    run = TrainingRunFactory(status="running", progress=0.1, stage="reading events", lease_expires_at=timezone.now())
    log_in(owner)
    page.goto(f"/admin/marketing/trainingrun/{run.pk}/change/")
    page.evaluate("document.body.dataset.loaded = 'once'")

    update(run, progress=0.6, stage="fitting ease", log="82,520 events\n")
    expect(page.locator("#run-stage")).to_have_text("fitting ease")
    expect(page.locator("#run-progress")).to_have_attribute("aria-valuenow", "60")
    expect(page.locator("#run-log")).to_have_text("82,520 events")

    update(run, status="deployed", progress=1, stage="", verdict="<b>Better</b>", metrics={"ndcg@10": 0.3109})
    expect(page.locator("#run-status")).to_have_text("deployed")
    expect(page.locator("#run-verdict")).to_have_text("<b>Better</b>")
    expect(page.locator("#run-metrics")).to_have_text("ndcg@100.3109")
    assert page.evaluate("document.body.dataset.loaded") == "once"


def test_train_now_asks_for_the_algorithm_and_leads_to_the_run(page, log_in, owner):
    log_in(owner)
    page.goto("/admin/marketing/trainingrun/")

    page.get_by_role("link", name="Train now").click()
    page.get_by_label("Algorithm").select_option("popularity")
    page.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_url("**/change/")

    expect(page.locator("#run-status")).to_have_text("queued")
    run = TrainingRun.objects.get()
    assert run.config["algorithm"] == "popularity"
    assert run.requested_by == owner


def test_the_home_page_draws_the_days_and_what_trends(page, log_in, owner):
    EventFactory.create_batch(3, item=ItemFactory(title="Lamp"))

    log_in(owner)

    expect(page.get_by_role("img", name=re.compile("Events per day"))).to_be_visible()
    expect(page.locator(".attune-chart rect")).to_have_count(30)
    expect(page.get_by_role("region", name="Trending this week")).to_contain_text("Lamp")


def test_the_dark_theme_reaches_attunes_own_parts(page, log_in, owner):
    log_in(owner)
    light = page.locator(".attune-card").first.evaluate("card => getComputedStyle(card).backgroundColor")

    page.evaluate("document.documentElement.classList.add('dark')")

    dark = page.locator(".attune-card").first.evaluate("card => getComputedStyle(card).backgroundColor")
    assert light == "rgb(255, 255, 255)"
    assert dark != light


def test_the_live_panel_shows_what_comes_in_without_being_loaded_again(page, log_in, owner):
    lamp = ItemFactory(title="Lamp <b>7</b>")
    log_in(owner)
    expect(page.locator("#live-none")).to_be_visible()

    stream.feed(counts((timezone.now(), "view", lamp.pk, 1200), (timezone.now(), "search", None, 34)))

    expect(page.locator("#live-total")).to_have_text("1,234", timeout=15_000)
    expect(page.locator("#live-none")).to_be_hidden()
    assert page.locator("#live-kinds li").all_inner_texts() == ["viewed\n1,200", "searched\n34"]
    assert page.locator("#live-items li").all_inner_texts() == ["Lamp <b>7</b>\n1,200"]
    assert page.locator("#live-chart rect").count() == 30


def test_the_live_panel_says_when_nobody_answers_and_goes_on_when_somebody_does(page, log_in, owner):
    page.route("**/admin/live", lambda route: route.fulfill(status=503))
    log_in(owner)
    expect(page.locator("#live-state")).to_have_text("No answer; asking again")

    page.unroute("**/admin/live")

    expect(page.locator("#live-state")).to_have_text("Live", timeout=20_000)
    page.complaints[:] = [text for text in page.complaints if "503" not in text]
