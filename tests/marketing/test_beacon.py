"""The door of the browser snippet: who sends, from where, and what is kept of it. And the file itself."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from marketing.models import Consent, Event, Identity
from tests.callers import caller, token_of
from tests.factories.marketing import ItemFactory

SHOP = "https://shop.example"


@pytest.fixture
def kettle(shop):
    return ItemFactory(sku="kettle", source=shop)


@pytest.fixture
def send(settings):
    """Sends a body as browsers do: plain text, no header of ours."""
    settings.CORS_ALLOWED_ORIGINS = [SHOP]

    def sending(body=None, *, client=None, origin=SHOP, **fields):
        raw = json.dumps(fields) if body is None else body
        headers = {"Origin": origin} if origin else {}
        return (client or Client()).post("/api/beacon", raw, content_type="text/plain;charset=UTF-8", headers=headers)

    return sending


def seen(number=1, **change):
    return {"id": f"e{number}", "kind": "view", "occurredAt": datetime.now(UTC).isoformat(), "item": "kettle", **change}


def test_events_with_a_token_are_its_holders(send, ada, kettle):
    answer = send(token=token_of(ada), events=[seen()])

    assert (answer.status_code, answer.json()["counts"]) == (207, {"stored": 1})
    assert answer["Access-Control-Allow-Origin"] == SHOP
    assert Event.objects.get().identity == ada


def test_events_without_a_token_count_for_nobody_and_keep_nothing_of_who_it_was(send, kettle):
    send(events=[seen(1, session="s", context={"url": "https://shop.example/ada"}), seen(2, kind="click")])
    send(token=None, events=[seen(1)])

    view, click = Event.objects.order_by("kind").reverse()
    assert view.identity == click.identity
    assert (view.identity.kind, view.identity.source.code) == ("nobody", "browser")
    assert (view.session, view.context) == ("", {})
    assert view.event_id != "e1"


def test_two_people_without_a_name_are_not_taken_for_one_who_does_the_same_twice(send, kettle):
    send(events=[seen(1)])
    send(events=[seen(2)])

    assert Event.objects.filter(quality="ok").count() == 2


def test_a_session_of_staff_counts_for_nothing_here(send, mia, kettle):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(mia, backend="django.contrib.auth.backends.ModelBackend")

    assert send(client=browser, events=[seen()]).status_code == 207
    assert Event.objects.get().identity.kind == "nobody"


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "x" * 3000])
def test_a_token_that_does_not_hold_is_refused_and_nothing_is_stored(send, kettle, token):
    assert send(token=token, events=[seen()]).status_code == 401
    assert not Event.objects.exists()


def test_an_api_key_does_not_belong_into_a_page(send, sam, kettle):
    assert send(token=sam, events=[seen(customer="ada")]).status_code == 401
    assert caller(sam).post("/api/beacon", {"events": [seen(customer="ada")]}).status_code == 403
    assert not Event.objects.exists()


def test_nobody_names_a_customer_without_a_token(send, kettle):
    (result,) = send(events=[seen(customer="ada")]).json()["results"]

    assert (result["status"], result["field"]) == ("refused", "customer")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://shop.example", "https://shop.example:444"])
def test_pages_of_other_sites_may_not_send(send, ada, kettle, origin):
    assert send(origin=origin, events=[seen()]).status_code == 403
    assert send(origin=origin, token=token_of(ada), events=[seen()]).status_code == 403
    assert not Event.objects.exists()


@pytest.mark.parametrize("origin", ["http://testserver", None])
def test_our_own_pages_and_programs_may_send(send, kettle, origin):
    assert send(origin=origin, events=[seen()]).status_code == 207


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", "body"),
        (b"{", "body"),
        (b"[]", "body"),
        (b'"text"', "body"),
        (b"[" * 100_000, "body"),
        (b"{}", "events"),
        (b'{"events": {}}', "events"),
        (b'{"events": [], "token": 7}', "token"),
        (b'{"events": [], "visitor": []}', "visitor"),
        (b'{"events": [], "consent": "yes"}', "consent"),
        (b'{"events": [], "sentAt": "yesterday"}', "sentAt"),
        (b'{"events": [' + b",".join([b"{}"] * 1001) + b"]}", "events"),
    ],
)
def test_a_body_that_is_no_beacon_is_refused_naming_the_field(send, db, body, field):
    answer = send(body)

    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_one_bad_event_does_not_hold_back_the_others(send, vi, kettle):
    answer = send(
        token=token_of(vi), events=[seen(1), {"id": "\0"}, "text", seen(2, item="gone"), seen(3, kind="click")]
    )

    statuses = [result["status"] for result in answer.json()["results"]]
    assert statuses == ["stored", "refused", "refused", "refused", "stored"]


def test_a_browser_whose_clock_is_wrong_is_mended_by_when_it_sent(send, vi, kettle):
    now = datetime.now(UTC)
    wrong = now - timedelta(days=400)

    send(
        token=token_of(vi),
        sentAt=wrong.isoformat(),
        events=[seen(occurredAt=(wrong - timedelta(minutes=1)).isoformat())],
    )

    event = Event.objects.get()
    assert abs(event.occurred_at - (now - timedelta(minutes=1))) < timedelta(seconds=30)
    assert event.claimed_at == wrong - timedelta(minutes=1)


def test_an_answer_about_consent_is_recorded_once_and_the_newest_counts(send, vi, kettle):
    for granted in (True, True, False):
        send(token=token_of(vi), consent=granted, events=[])

    assert list(Consent.objects.order_by("id").values_list("purpose", "granted")) == [
        ("analytics", True),
        ("analytics", False),
    ]
    send(token=token_of(vi), events=[seen()])
    assert Event.objects.get().identity.kind == "nobody"


def test_an_answer_without_a_token_is_nobodys(send, db):
    assert send(consent=True, events=[]).status_code == 207
    assert not Consent.objects.exists()


def test_a_login_links_the_visit(send, ada, vi, kettle):
    send(token=token_of(ada), visitor=token_of(vi), events=[seen()])

    assert Identity.objects.get(pk=vi.pk).customer == ada.customer


def test_somebody_elses_visit_stays_theirs_and_the_events_count_all_the_same(send, ada, cy, vi, kettle):
    Identity.objects.filter(pk=vi.pk).update(customer=cy.customer)

    for visit in (token_of(vi), token_of(cy), "nonsense"):
        send(token=token_of(ada), visitor=visit, events=[seen(len(visit))])

    assert Identity.objects.get(pk=vi.pk).customer == cy.customer
    assert Event.objects.filter(identity=ada).count() == 3


def test_a_visitor_links_nothing(send, vi, ada, kettle):
    other = Identity.objects.create(source=vi.source, kind="visitor", value="other")

    send(token=token_of(vi), visitor=token_of(other), events=[])

    assert not Identity.objects.filter(kind="visitor", customer__isnull=False).exists()


def test_robots_do_not_count(send, vi, kettle):
    client = Client(headers={"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"})

    send(client=client, token=token_of(vi), events=[seen()])

    assert Event.objects.get().quality == "bot"


# -- The file ----------------------------------------------------------------------------------------------------------


def test_the_snippet_may_be_loaded_by_any_site_and_is_kept_a_day(client):
    answer = client.get("/attune.js")

    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert (answer["Access-Control-Allow-Origin"], answer["Cross-Origin-Resource-Policy"]) == ("*", "cross-origin")
    assert answer["Cache-Control"] == "public, max-age=86400, stale-while-revalidate=604800"
    assert b"sendBeacon" in answer.content
    assert not answer.cookies


def test_a_snippet_that_has_not_changed_is_not_sent_again(client):
    first = client.get("/attune.js")

    again = client.get("/attune.js", headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert again["Cache-Control"] == first["Cache-Control"]


def test_nothing_is_posted_to_the_snippet(client):
    assert client.post("/attune.js").status_code == 405
