"""attune.js in a shop's page on another site, under a strict content security policy."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from marketing.models import Consent, Event, Identity
from marketing.snippet import FILE
from marketing.tokens import mint_token
from tests.factories.marketing import CustomerIdentityFactory, ItemFactory, SourceFactory
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


class Shop:
    """A site of its own whose pages load the snippet; `visit` opens one with these attributes on the script."""

    def __init__(self, page, attune):
        self.page, self.attune, self.pages = page, attune, {}
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                found = shop.pages.get(self.path)
                self.send_response(200 if found else 204)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header(
                    "Content-Security-Policy", f"default-src 'none'; script-src {attune}; connect-src {attune}"
                )
                self.end_headers()
                self.wfile.write((found or "").encode())

            def log_message(self, *_args):
                """Quiet."""

        self.server = ThreadingHTTPServer(("localhost", 0), Handler)
        self.origin = f"http://localhost:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def visit(self, path="/", body="", **data):
        attributes = " ".join(f'data-{name}="{value}"' for name, value in data.items())
        self.pages[path] = (
            f'<!doctype html><title>Shop</title>{body}<script src="{self.attune}/attune.js" {attributes}></script>'
        )
        self.page.goto(self.origin + path)

    def track(self, kind, **fields):
        return self.page.evaluate("([kind, fields]) => attune.track(kind, fields)", [kind, fields])

    def wait(self, condition):
        """Playwright handles what the browser tells only while it is asked something."""
        return wait_until(lambda: self.page.evaluate("0") == 0 and condition())

    def stored(self, number):
        """Wait until so many events are stored, and give them in their order."""
        self.wait(lambda: Event.objects.count() >= number)
        return list(Event.objects.select_related("identity", "identity__source", "item").order_by("occurred_at", "id"))

    def leave(self):
        self.page.goto("about:blank")

    def kept(self):
        """All that the browser keeps for the shop's site."""
        return self.page.evaluate("({...localStorage, ...sessionStorage, cookie: document.cookie})")


@pytest.fixture
def shop(page, live_server, settings):
    SourceFactory(code="shop")
    shop = Shop(page, live_server.url)
    settings.CORS_ALLOWED_ORIGINS = [shop.origin]
    yield shop
    shop.server.shutdown()
    shop.server.server_close()


@pytest.fixture
def kettle(shop):
    return ItemFactory(sku="kettle")


@pytest.fixture
def sent(page):
    """Bodies that the page has sent to Attune, and the paths of all its calls there."""
    calls = []
    page.on("request", lambda request: calls.append(request) if "/api/" in request.url else None)
    return calls


def bodies(calls):
    return [json.loads(call.post_data) for call in calls if call.url.endswith("/api/beacon")]


def paths(calls):
    return {re.sub("^https?://[^/]+", "", call.url) for call in calls}


def forgive(page, *texts):
    page.complaints[:] = [said for said in page.complaints if not any(text in said for text in texts)]


# -- With consent ------------------------------------------------------------------------------------------------------


def test_what_is_tracked_is_stored_under_one_visitor(shop, kettle):
    shop.visit(consent="granted")

    shop.track("click", item="kettle")
    shop.track("purchase", item="kettle", value=2, payload={"order": "A-1"})

    click, purchase = shop.stored(2)
    assert (click.kind, click.item, click.value) == ("click", kettle, None)
    assert (purchase.kind, purchase.value, purchase.payload) == ("purchase", 2, {"order": "A-1"})
    assert click.context == {"url": f"{shop.origin}/"}
    assert click.identity == purchase.identity
    assert click.quality == "ok"
    assert (click.identity.kind, click.identity.source.code) == ("visitor", "browser")


def test_events_go_in_batches_and_a_full_one_does_not_wait(shop, kettle, sent):
    shop.visit(consent="granted")

    shop.page.evaluate("for (let n = 0; n < 45; n++) attune.track('click', { item: 'kettle', payload: {} })")

    assert len(shop.stored(45)) == 45
    assert [len(body["events"]) for body in bodies(sent)] == [20, 20, 5]


def test_leaving_the_page_stores_one_view_with_the_seconds_that_it_was_looked_at(shop, kettle):
    shop.page.clock.install()
    shop.visit(consent="granted", item="kettle")
    shop.page.clock.fast_forward(7000)
    shop.page.evaluate("attune.track('click', { item: 'kettle' })")
    shop.stored(1)

    shop.leave()

    view = next(event for event in shop.stored(2) if event.kind == "view")
    assert view.item == kettle
    assert 7 <= view.value < 12


def test_a_page_of_no_item_is_viewed_too(shop):
    shop.visit(consent="granted")
    shop.track("follow", payload={"what": "Harbour & Pine"})
    shop.stored(1)

    shop.leave()

    assert [event.kind for event in shop.stored(2)].count("page_view") == 1


def test_what_was_sent_while_leaving_is_not_stored_twice_by_the_next_page(shop, kettle, sent):
    shop.visit(consent="granted")
    shop.track("click", item="kettle")
    shop.stored(1)
    shop.visit("/next", consent="granted")
    shop.track("search", payload={"query": "tea"})

    kinds = [event.kind for event in shop.stored(3)]
    shop.wait(lambda: shop.page.evaluate("JSON.parse(localStorage.attune).rows.length") == 0)

    assert sorted(kinds) == ["click", "page_view", "search"]
    ids = [event["id"] for body in bodies(sent) for event in body["events"] if event["kind"] == "page_view"]
    assert len(set(ids)) == 1
    assert Event.objects.count() == 3
    assert Identity.objects.filter(kind="visitor").count() == 1


def test_a_tab_in_the_background_has_sent_its_view_and_is_not_viewed_again(shop, kettle):
    shop.page.clock.install()
    shop.visit(consent="granted", item="kettle")
    shop.track("click", item="kettle")
    shop.page.clock.fast_forward(3000)
    shop.stored(1)

    hide(shop.page, True)
    shop.stored(2)
    hide(shop.page, False)
    shop.page.clock.fast_forward(60_000)
    hide(shop.page, True)
    hide(shop.page, False)
    shop.track("click", item="kettle", payload={})
    shop.page.clock.fast_forward(5000)

    events = shop.stored(3)
    assert [event.kind for event in events].count("view") == 1
    assert next(event for event in events if event.kind == "view").value < 30


def hide(page, hidden):
    page.evaluate(
        """(hidden) => {
          Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def test_clicks_on_marked_elements_are_tracked(shop, kettle):
    body = "<a href='/next' data-attune-item='kettle'><b>Kettle</b></a><button data-attune-item='kettle' data-attune-kind='add_to_cart'>+</button><i>no</i>"
    shop.pages["/next"] = "<!doctype html><title>Next</title>"
    shop.visit(body=body, consent="granted")

    shop.page.get_by_role("button").click()
    shop.page.get_by_text("no", exact=True).click()
    shop.stored(1)
    shop.page.get_by_text("Kettle").click()

    kinds = sorted(event.kind for event in shop.stored(3))
    assert kinds == ["add_to_cart", "click", "page_view"]


def test_the_same_page_may_show_another_item_without_loading(shop, kettle):
    ItemFactory(sku="pot")
    shop.visit(consent="granted", item="kettle")
    shop.track("follow", payload={"what": "tea"})
    shop.stored(1)

    shop.page.evaluate("attune.view('pot')")
    shop.leave()

    views = [event.item.sku for event in shop.stored(3) if event.kind == "view"]
    assert views == ["kettle", "pot"]


# -- Faults ------------------------------------------------------------------------------------------------------------


def test_offline_events_wait_and_are_stored_once_when_the_connection_is_back(shop, kettle):
    shop.visit(consent="granted")
    shop.track("click", item="kettle")
    shop.stored(1)

    shop.page.context.set_offline(True)
    for pieces in (1, 2, 3):
        shop.track("add_to_cart", item="kettle", value=pieces)
    with shop.page.expect_event("requestfailed", lambda request: request.url.endswith("/api/beacon")):
        pass
    shop.page.context.set_offline(False)

    assert [event.value for event in shop.stored(4)] == [None, 1, 2, 3]
    forgive(shop.page, "ERR_INTERNET_DISCONNECTED")


def test_what_a_page_could_not_hand_in_is_sent_by_the_next_one(shop, kettle):
    shop.visit(consent="granted")
    shop.track("click", item="kettle")
    shop.stored(1)
    shop.page.route("**/api/beacon", lambda route: route.abort())
    shop.track("add_to_cart", item="kettle")
    # Playwright's routes don't see what is sent while a page ends, so the beacon itself is taken away too.
    shop.page.evaluate("navigator.sendBeacon = () => false")

    shop.leave()
    assert Event.objects.count() == 1
    shop.page.unroute("**/api/beacon")
    shop.visit("/next", consent="granted")

    assert sorted(event.kind for event in shop.stored(3)) == ["add_to_cart", "click", "page_view"]
    forgive(shop.page, "ERR_FAILED")


def test_a_server_that_fails_is_asked_again_and_stores_each_event_once(shop, kettle):
    failures = []

    def fail_twice(route):
        if len(failures) < 2:
            failures.append(route)
            # The second one is stored although the answer is lost.
            if len(failures) == 2:
                route.fetch()
            return route.fulfill(status=503, headers={"Access-Control-Allow-Origin": "*"})
        return route.continue_()

    shop.page.route("**/api/beacon", fail_twice)
    shop.visit(consent="granted")
    shop.page.evaluate("window.answers = []")

    shop.track("click", item="kettle")
    with shop.page.expect_response(lambda answer: answer.url.endswith("/api/beacon") and answer.status == 207) as last:
        pass

    assert last.value.json()["counts"] == {"already_stored": 1}
    assert len(shop.stored(1)) == 1
    forgive(shop.page, "503")


def test_a_refused_event_does_not_hold_up_the_others(shop, kettle, sent):
    shop.visit(consent="granted")

    shop.track("sneeze", item="kettle")
    shop.track("click", item="kettle")

    assert [event.kind for event in shop.stored(1)] == ["click"]
    shop.wait(lambda: shop.page.evaluate("JSON.parse(localStorage.attune).visit !== null"))
    # Each was sent once, whether they shared a batch or not.
    assert sorted(event["kind"] for body in bodies(sent) for event in body["events"]) == ["click", "sneeze"]


def test_an_expired_visit_is_replaced_and_its_events_are_stored(shop, kettle):
    old = mint_token("visitor", source="gone", subject="old").token
    shop.visit(consent="ask")
    shop.page.evaluate(
        "token => localStorage.setItem('attune', JSON.stringify({visit: {token, expiresAt: '2999-01-01T00:00:00Z'}, rows: []}))",
        old,
    )

    shop.visit("/next")
    shop.track("click", item="kettle")

    (click,) = [event for event in shop.stored(2) if event.kind == "click"]
    assert click.identity.kind == "visitor"
    forgive(shop.page, "401")


# -- Without consent ---------------------------------------------------------------------------------------------------


def test_without_consent_nothing_is_kept_and_nobody_is_named(shop, kettle, sent):
    shop.visit(item="kettle")

    shop.track("click", item="kettle", payload={})
    (click,) = shop.stored(1)
    kept = shop.kept()
    shop.leave()

    (view,) = [event for event in shop.stored(2) if event.kind == "view"]
    assert kept == {"cookie": ""}
    assert shop.page.context.cookies() == []
    assert paths(sent) == {"/api/beacon"}
    assert all(set(body) == {"token", "sentAt", "events"} and body["token"] is None for body in bodies(sent))
    assert {click.identity.kind, view.identity.kind} == {"nobody"}
    assert (click.context, click.session) == ({}, "")


def test_consent_given_later_holds_from_then_on(shop, kettle):
    shop.visit()
    shop.track("click", item="kettle")
    shop.stored(1)

    shop.page.evaluate("attune.consent(true)")
    shop.track("add_to_cart", item="kettle")

    click, added = shop.stored(2)
    assert (click.identity.kind, added.identity.kind) == ("nobody", "visitor")
    assert list(Consent.objects.values_list("identity", "purpose", "granted")) == [
        (added.identity_id, "analytics", True)
    ]

    shop.visit("/next")  # asks no more: the browser keeps the answer
    shop.track("search", payload={"query": "tea"})
    assert {event.identity for event in shop.stored(4) if event.kind in ("search", "page_view")} == {added.identity}


def test_consent_taken_back_forgets_everything_and_tells_the_server(shop, kettle):
    shop.visit()
    shop.page.evaluate("attune.consent(true)")
    shop.track("click", item="kettle")
    shop.stored(1)

    shop.page.evaluate("attune.consent(false)")
    shop.track("add_to_cart", item="kettle")

    click, added = shop.stored(2)
    assert shop.kept() == {"cookie": ""}
    assert added.identity.kind == "nobody"
    shop.wait(lambda: Consent.objects.filter(identity=click.identity, granted=False).exists())


def test_a_browser_that_signals_no_is_not_overruled_by_the_pages_default(shop, kettle):
    shop.page.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })")
    shop.visit(consent="granted")

    shop.track("click", item="kettle")

    assert [event.identity.kind for event in shop.stored(1)] == ["nobody"]
    assert shop.kept() == {"cookie": ""}


# -- Customers ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def ada(shop):
    return CustomerIdentityFactory(customer__external_id="ada", value="ada", source__code="shop")


def token_of(identity):
    return mint_token("customer", source=identity.source.code, subject=identity.value).token


def test_a_login_makes_the_visit_the_customers(shop, kettle, ada):
    shop.visit(consent="granted")
    shop.track("click", item="kettle")
    (click,) = shop.stored(1)

    shop.page.evaluate("token => attune.identify(token)", token_of(ada))
    shop.track("add_to_cart", item="kettle")

    _click, added = shop.stored(2)
    assert added.identity == ada
    shop.wait(lambda: Identity.objects.get(pk=click.identity_id).customer == ada.customer)


def test_without_consent_a_customer_is_not_named_either(shop, kettle, ada):
    shop.visit()

    shop.page.evaluate("token => attune.identify(token)", token_of(ada))
    shop.track("click", item="kettle")

    assert [event.identity.kind for event in shop.stored(1)] == ["nobody"]


def test_events_of_one_customer_are_never_sent_as_anothers(shop, kettle, ada):
    cy = CustomerIdentityFactory(customer__external_id="cy", value="cy", source=ada.source)
    shop.visit(consent="granted")
    shop.page.evaluate("token => attune.identify(token)", token_of(ada))

    shop.track("click", item="kettle")
    shop.page.evaluate("token => attune.identify(token)", token_of(cy))
    shop.track("add_to_cart", item="kettle")

    assert {event.kind: event.identity for event in shop.stored(2)} == {"click": ada, "add_to_cart": cy}


def test_a_page_of_a_customer_begins_no_visit(shop, kettle, ada, sent):
    shop.visit(consent="granted", token=token_of(ada))
    shop.track("click", item="kettle")
    shop.stored(1)
    shop.visit("/next", consent="granted", token=token_of(ada))

    assert {event.identity for event in shop.stored(2)} == {ada}
    assert paths(sent) == {"/api/beacon"}


def test_who_comes_after_the_logout_is_somebody_new(shop, kettle, ada):
    shop.visit(consent="granted")
    shop.track("click", item="kettle")
    (click,) = shop.stored(1)
    shop.page.evaluate("token => attune.identify(token)", token_of(ada))
    shop.track("add_to_cart", item="kettle")
    shop.stored(2)

    shop.page.evaluate("attune.identify(null)")
    shop.track("like", item="kettle")

    like = shop.stored(3)[-1]
    assert like.identity.kind == "visitor"
    assert like.identity != click.identity
    assert like.identity.customer is None


# -- The file ----------------------------------------------------------------------------------------------------------


def test_the_snippet_is_small_and_names_no_cookie():
    text = FILE.read_text()

    assert len(text.encode()) <= 6_144
    assert "cookie" not in text.replace("without cookies", "")
    assert "eval(" not in text
