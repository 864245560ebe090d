import numpy as np
import pytest
from playwright.sync_api import expect

from marketing.models import Deployment, Event
from marketing.runs import deployments, store
from recsys.serving.bundle import deployed
from recsys.serving.trends import trends
from tests.factories.marketing import (
    CategoryFactory,
    CustomerIdentityFactory,
    EventFactory,
    ItemFactory,
    SourceFactory,
    TrainingRunFactory,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.config.storefront_urls")]
ITEMS = 24


@pytest.fixture
def items(settings):
    """24 films without pictures; an artefact in which each is close to the next ones, so that lists can be foretold."""
    settings.DEPLOYMENT_CHECK_SECONDS = 0
    deployed.forget()
    trends.forget()
    source = SourceFactory(code="sample-shop", name="Harbour & Pine", simulated=True)
    shelf = CategoryFactory(name="Lamps")
    return [
        ItemFactory(sku=f"lamp-{n}", title=f"Lamp {n}", source=source, category=shelf, price="9.90", currency="EUR")
        for n in range(ITEMS)
    ]


@pytest.fixture
def ada(items):
    identity = CustomerIdentityFactory(
        customer__source=items[0].source, customer__external_id="ada", customer__name="Ada Lovelace"
    )
    EventFactory(identity=identity, item=items[0])
    return identity


@pytest.fixture
def model(items):
    """EASE weights: the nearer two lamps' numbers, the stronger one speaks for the other."""
    places = np.arange(ITEMS)
    weights = (1 / (1 + np.abs(places[:, None] - places[None, :]))).astype(np.float32)
    np.fill_diagonal(weights, 0)
    item_ids = np.frombuffer(b"".join(item.pk.bytes for item in items), np.uint8).reshape(-1, 16)
    artefact = store.write_artefact(
        kind="recommender",
        arrays={"item_ids": item_ids, "scorer.weights": weights},
        manifest={"algorithm": "ease", "config": {}},
    )
    return deployments.deploy(slot="recommender", artefact=artefact, reason=Deployment.Reason.STAFF)


def titles(page, section="recommended"):
    return page.locator(f"#{section} .card-title").all_inner_texts()


def test_a_customer_gets_personal_items_with_reasons_prices_and_tiles(page, ada, model):
    page.goto("/")

    expect(page.locator("#recommended-title")).to_have_text("Recommended for Ada")
    expect(page.locator("#recommended .card")).to_have_count(10)
    # Ada viewed lamp 0, which speaks most for lamp 1, then 2, …
    assert titles(page) == [f"Lamp {n}" for n in range(1, 11)]
    first = page.locator("#recommended .card").first
    expect(first.locator(".card-reason")).to_have_text("because you viewed Lamp 0")
    expect(first.locator(".card-price")).to_have_text("€9.90")
    expect(first.locator(".tile-title")).to_have_text("Lamp 1")


def test_what_is_done_changes_the_list_at_once(page, ada, model):
    page.goto("/")
    expect(page.locator("#recommended .card")).to_have_count(10)

    page.get_by_role("button", name="Buy: Lamp 9", exact=True).click()

    expect(page.locator("#told")).to_contain_text("Lamp 9: bought. Asked again at once:")
    expect(page.locator("#recommended .fresh")).not_to_have_count(0)
    assert "Lamp 9" not in titles(page)
    assert {"Lamp 8", "Lamp 10"} <= set(titles(page)[:3])
    event = Event.objects.get(kind="purchase")
    assert (event.identity, event.item.sku, event.value) == (ada, "lamp-9", 1)


def test_a_visitor_is_told_that_the_list_is_what_trends(page, ada, model):
    page.goto("/")
    page.get_by_label("Anonymous visitor").check(force=True)

    expect(page.locator("#recommended-title")).to_have_text("Recommended for you")
    expect(page.locator("#recommended .list-note")).to_contain_text("trending")


def test_a_product_page_counts_as_a_view_and_shows_similar_items(page, ada, model):
    page.goto("/")
    page.locator("#recommended").get_by_role("link", name="Lamp 5").click()

    expect(page.locator("#similar .card")).to_have_count(5)
    expect(page.locator("#recommended .card")).to_have_count(5)
    assert set(titles(page, "similar")[:2]) == {"Lamp 4", "Lamp 6"}
    assert "because you viewed Lamp 5" in page.locator("#recommended .card-reason").all_inner_texts()
    assert Event.objects.filter(kind="view", item__sku="lamp-5", identity=ada).count() == 1


def test_developers_see_the_call_and_its_real_answer(page, ada, model):
    page.goto("/")
    expect(page.locator("#recommended .card")).to_have_count(10)
    page.get_by_role("button", name="GraphQL").click()

    page.locator("#calls button", has_text="Recommendations").first.click()

    expect(page.locator("#call-request")).to_contain_text("recommendations(first: $first, placement: $placement)")
    expect(page.locator("#call-answer")).to_contain_text('"title": "Lamp 1"')
    page.keyboard.press("Escape")
    expect(page.locator("#developer")).to_be_hidden()
    expect(page.get_by_role("button", name="GraphQL")).to_be_focused()


def test_until_a_first_model_is_there_the_page_says_how_training_goes_and_then_goes_on(page, ada, items, request):
    run = TrainingRunFactory(status="queued")
    page.goto("/")
    expect(page.locator("#waiting")).to_be_visible()
    expect(page.locator("#waiting-text")).to_contain_text("waits for a worker")
    expect(page.locator("#recommended .list-note")).to_contain_text("No model is deployed yet")

    request.getfixturevalue("model")
    run.delete()

    expect(page.locator("#waiting")).to_be_hidden()
    expect(page.locator("#recommended .card-reason").first).to_have_text("because you viewed Lamp 0")


def test_titles_are_shown_as_text_whatever_they_hold(page, ada, items):
    trap = "<img src=x onerror=\"document.body.dataset.trapped='yes'\">"
    items[-1].title = trap  # the newest item fills up the list
    items[-1].save()

    page.goto("/")

    expect(page.locator("#recommended .card-title", has_text="<img src=x")).to_have_count(1)
    assert page.evaluate("document.body.dataset.trapped") is None


def test_the_shop_fits_a_phone(page, ada, items):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/")
    expect(page.locator("#recommended .card").first).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_server_that_stops_answering_is_told_and_can_be_asked_again(page, ada, items):
    page.goto("/")
    expect(page.locator("#recommended .card")).to_have_count(10)
    page.route("**/graphql", lambda route: route.abort())
    page.get_by_label("Anonymous visitor").check(force=True)
    again = page.locator("#recommended").get_by_role("button", name="Try again")
    expect(again).to_be_visible()

    page.unroute("**/graphql")
    again.click()

    expect(page.locator("#recommended .list-note")).to_contain_text("trending")
    page.complaints[:] = [text for text in page.complaints if "ERR_FAILED" not in text]
