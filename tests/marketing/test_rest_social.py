"""Social interactions over REST: with a key, or signed."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from standardwebhooks import Webhook

from marketing.models import Event
from tests.callers import caller
from tests.factories.marketing import ItemFactory

pytestmark = pytest.mark.django_db

LIKE = {"platform": "insta", "item": "kettle", "user": "@ada", "kind": "like", "time": "2026-05-01T12:00:00Z"}
COMMENT = {**LIKE, "id": "c1", "kind": "comment", "text": "Lovely! 🫖", "post": "p7"}


@pytest.fixture(autouse=True)
def kettle(shop):
    return ItemFactory(sku="kettle", source=shop)


@pytest.fixture
def secret(shop, capsys):
    call_command("social_secret", "shop")
    return capsys.readouterr().out.strip()


def signed(raw, secret, *, at=None, source="shop", **changed):
    """A body that a relay signed, posted."""
    at = at or datetime.now(UTC)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", at, raw),
        **changed,
    }
    return Client(enforce_csrf_checks=True).post(
        f"/api/social?source={source}", raw, content_type="application/json", headers=headers
    )


def test_interactions_become_events_of_a_visitor_of_the_platform(sam):
    response = caller(sam).post("/api/social", {"interactions": [LIKE, COMMENT]})

    like, comment = Event.objects.order_by("kind").reverse()
    assert response.status_code == 207
    assert response.json()["counts"] == {"stored": 2}
    assert (like.kind, like.identity.kind, like.identity.value) == ("like", "visitor", "insta:ada")
    assert (comment.event_id, comment.payload) == ("insta:c1", {"text": "Lovely! 🫖"})
    assert comment.context == {"platform": "insta", "post": "p7"}


def test_one_sent_again_is_known_by_its_id_or_by_what_it_says(sam):
    caller(sam).post("/api/social", [LIKE, COMMENT])

    response = caller(sam).post("/api/social", [COMMENT, LIKE])

    assert response.json()["counts"] == {"already_stored": 2}


@pytest.mark.parametrize(("called", "kind"), [("favorite", "like"), ("Repost", "share"), ("reply", "comment")])
def test_what_platforms_call_it_is_understood(sam, called, kind):
    caller(sam).post("/api/social", [{**COMMENT, "kind": called}])

    assert Event.objects.get().kind == kind


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({**LIKE, "kind": "poke"}, "kind"),
        ({**LIKE, "item": None}, "item"),
        ({**LIKE, "item": "unknown"}, "item"),
        ({**LIKE, "time": "yesterday"}, "occurredAt"),
        ({**LIKE, "user": ""}, "customer"),
        ({**COMMENT, "text": ""}, "payload.text"),
        ("like", ""),
    ],
)
def test_a_bad_interaction_is_refused_by_field_while_the_others_are_stored(sam, row, field):
    response = caller(sam).post("/api/social", [row, LIKE])

    bad, good = response.json()["results"]
    assert (bad["status"], bad["field"]) == ("refused", field)
    assert good["status"] == "stored"


def test_a_signed_body_needs_no_key(secret):
    response = signed(json.dumps([LIKE]), secret)

    assert response.status_code == 207, response.text
    assert Event.objects.get().source.code == "shop"


def test_a_secret_from_before_a_rotation_still_verifies(secret, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the new one"

    assert signed(json.dumps([LIKE]), secret).status_code == 207


@pytest.mark.parametrize(
    "changed",
    [
        {"source": "market"},
        {"source": "nobody"},
        {"off_by": -timedelta(minutes=6)},
        {"off_by": timedelta(minutes=6)},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "nonsense"},
        {"webhook-signature": ""},
        {"webhook-id": "msg_2"},
    ],
)
def test_a_signature_that_does_not_hold_is_refused(secret, changed):
    # The time is told now: between collecting this test and running it minutes may pass.
    at = datetime.now(UTC) + changed.get("off_by", timedelta())
    response = signed(
        json.dumps([LIKE]), secret, at=at, **{name: changed[name] for name in changed if name != "off_by"}
    )

    assert response.status_code == 401
    assert not Event.objects.exists()


def test_a_body_that_was_changed_is_refused(secret):
    at = datetime.now(UTC)
    signature = Webhook(secret).sign("msg_1", at, json.dumps([LIKE]))

    response = signed(json.dumps([{**LIKE, "user": "eve"}]), secret, at=at, **{"webhook-signature": signature})

    assert response.status_code == 401


def test_a_body_that_is_no_text_is_refused(secret):
    response = Client().post(
        "/api/social?source=shop",
        b"\xff\xfe",
        content_type="application/json",
        headers={"webhook-id": "m", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"},
    )

    assert response.status_code == 401
