"""Credentials: keys, tokens of customers and visitors, sessions; what holds and what doesn't."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from marketing.errors import InvalidInput
from marketing.models import ApiKey
from marketing.services.keys import create_api_key, revoke_api_key
from marketing.services.visits import mint_customer_token
from marketing.tokens import mint_token
from tests.callers import caller, token_of
from tests.factories.marketing import UserFactory

ME = "{ me { kind customer { externalId } visitor staff { username roles superuser } scopes source } }"


def test_nobody_is_told_that_they_are_nobody(db):
    me = caller().ask(ME)["me"]

    assert me == {"kind": "NOBODY", "customer": None, "visitor": None, "staff": None, "scopes": [], "source": None}


def test_a_customer_is_known_by_the_shops_id(ada):
    me = caller(ada).ask(ME)["me"]

    assert (me["kind"], me["customer"], me["source"]) == ("CUSTOMER", {"externalId": "ada"}, "shop")


def test_a_visitor_is_known_before_and_after_the_first_event(db, vi):
    fresh = caller(mint_token("visitor", source="browser", subject="fresh").token).ask(ME)["me"]
    seen = caller(vi).ask(ME)["me"]

    assert (fresh["kind"], fresh["visitor"], fresh["source"]) == ("VISITOR", "fresh", "browser")
    assert (seen["kind"], seen["visitor"], seen["source"]) == ("VISITOR", "vi", "browser")


def test_staff_come_with_their_roles(bo):
    me = caller(bo).ask(ME)["me"]

    assert me["staff"] == {"username": "bo", "roles": ["agent"], "superuser": False}


def test_a_key_comes_with_its_scopes_and_source(shop):
    _row, secret = create_api_key(source=shop, name="server", scopes=["events:write"])

    me = caller(secret).ask(ME)["me"]

    assert (me["kind"], me["scopes"], me["source"]) == ("SHOP", ["events:write"], "shop")


def test_a_bearer_credential_counts_before_a_session(ada, bo):
    both = caller(bo)
    both.headers = {"Authorization": f"Bearer {token_of(ada)}"}

    assert both.ask(ME)["me"]["kind"] == "CUSTOMER"


# -- What doesn't hold is refused, never taken for nobody --------------------------------------------------------------


def refusal(credential):
    """What both doors say to a credential; they must say the same."""
    who = caller(credential)
    rest, graphql = who.post("/api/visitors", {}), who.graphql("{ me { kind } }")
    assert rest.status_code == graphql.status_code == 401
    assert rest["WWW-Authenticate"] == graphql["WWW-Authenticate"] == "Bearer"
    (error,) = graphql.json()["errors"]
    assert error["message"] == rest.json()["message"]
    assert error["extensions"]["code"] == rest.json()["code"] == "UNAUTHENTICATED"
    return error["message"]


def test_an_unknown_key_is_refused(db):
    assert refusal("atk_unknown") == "The API key is unknown."


def test_a_revoked_key_is_refused(shop):
    row, secret = create_api_key(source=shop, name="old", scopes=[])
    revoke_api_key(row)

    assert "was revoked" in refusal(secret)


def test_an_expired_key_is_refused(shop):
    row, secret = create_api_key(source=shop, name="old", scopes=[])
    ApiKey.objects.filter(pk=row.pk).update(expires_at=timezone.now())

    assert "has expired" in refusal(secret)


def test_two_keys_of_a_source_hold_side_by_side_until_the_old_one_is_revoked(shop):
    old, old_secret = create_api_key(source=shop, name="old", scopes=[])
    _new, new_secret = create_api_key(source=shop, name="new", scopes=[])

    assert caller(old_secret).ask(ME)["me"]["kind"] == "SHOP"
    revoke_api_key(old)

    assert "was revoked" in refusal(old_secret)
    assert caller(new_secret).ask(ME)["me"]["kind"] == "SHOP"


def test_a_token_of_another_secret_is_refused(ada, settings):
    token = token_of(ada)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", []

    assert refusal(token) == "The token's signature is not ours."


def test_a_token_of_a_secret_that_is_being_replaced_holds(ada, settings):
    token, old = token_of(ada), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [old]

    assert caller(token).ask(ME)["me"]["kind"] == "CUSTOMER"


def test_an_expired_token_is_refused(ada, settings):
    settings.CUSTOMER_TOKEN_LIFETIME = timedelta(seconds=-1)

    assert refusal(token_of(ada)) == "The token has expired; ask for a new one."


def test_a_token_without_signature_is_refused(ada):
    claims = jwt.decode(token_of(ada), options={"verify_signature": False})

    assert "neither an API key nor a token" in refusal(jwt.encode(claims, None, algorithm="none"))


@pytest.mark.parametrize("missing", ["aud", "exp", "iat", "src", "sub"])
def test_a_token_that_lacks_a_claim_is_refused(ada, missing):
    from marketing.tokens import _key

    claims = jwt.decode(token_of(ada), options={"verify_signature": False})
    del claims[missing]
    with_signature = jwt.encode(claims, _key(_secret()), algorithm="HS256")

    assert "token" in refusal(with_signature)


def _secret():
    from django.conf import settings

    return settings.SECRET_KEY


def test_what_django_signs_with_the_same_secret_is_no_token(ada):
    claims = jwt.decode(token_of(ada), options={"verify_signature": False})

    assert refusal(jwt.encode(claims, _secret(), algorithm="HS256")) == "The token's signature is not ours."


def test_a_customers_token_dies_with_the_customer(ada):
    token = token_of(ada)
    ada.customer.identities.all().delete()
    ada.customer.delete()

    assert "doesn't exist any more" in refusal(token)


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic b2xhOm9sYQ==", "atk_key", "Token x"])
def test_an_authorization_that_is_no_bearer_is_refused(db, header):
    who = caller()
    who.headers = {"Authorization": header}

    assert who.graphql("{ me { kind } }").status_code == 401


def test_a_very_long_token_is_refused_unread(db):
    assert "longer than" in refusal("x" * 5000)


def test_a_session_of_somebody_who_is_not_staff_is_refused(db):
    response = caller(UserFactory(is_staff=False)).graphql("{ me { kind } }")

    assert response.status_code == 401


def test_a_visitors_token_opens_nothing_of_the_customer_it_was_linked_to(ada, vi):
    vi.customer = ada.customer
    vi.save()

    me = caller(vi).ask(ME)["me"]
    error = caller(vi).refused("{ customer { externalId } }")

    assert me["customer"] is None
    assert error["extensions"]["code"] == "FORBIDDEN"


# -- Keys --------------------------------------------------------------------------------------------------------------


def test_only_a_hash_of_the_key_is_stored(shop):
    row, secret = create_api_key(source=shop, name="server", scopes=[])
    row.refresh_from_db()

    assert secret.startswith("atk_")
    assert len(secret) >= 4 + 43
    assert len(bytes(row.secret_hash)) == 32
    assert secret[len(row.prefix) :] not in str(vars(row))


def test_using_a_key_is_noted_at_most_once_a_minute(shop, django_assert_num_queries):
    row, secret = create_api_key(source=shop, name="server", scopes=["tokens:mint"])
    shop_server = caller(secret)

    shop_server.ask("{ me { kind } }")
    row.refresh_from_db()
    first = row.last_used_at
    with django_assert_num_queries(1):
        shop_server.ask("{ me { kind } }")

    assert datetime.now(UTC) - first < timedelta(minutes=1)
    row.refresh_from_db()
    assert row.last_used_at == first


def test_using_a_key_a_minute_later_is_noted(shop):
    row, secret = create_api_key(source=shop, name="server", scopes=[])
    earlier = timezone.now() - timedelta(minutes=2)
    ApiKey.objects.filter(pk=row.pk).update(last_used_at=earlier)

    caller(secret).ask("{ me { kind } }")

    row.refresh_from_db()
    assert row.last_used_at > earlier


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"scopes": ["everything"]}, "scopes"),
        ({"name": " "}, "name"),
        ({"expires_at": datetime(2020, 1, 1, tzinfo=UTC)}, "expires_at"),
    ],
)
def test_a_key_that_makes_no_sense_is_not_made(shop, change, field):
    with pytest.raises(InvalidInput) as caught:
        create_api_key(**{"source": shop, "name": "server", "scopes": [], **change})

    assert caught.value.field == field
    assert not ApiKey.objects.exists()


def test_the_command_prints_a_key_that_works(db, capsys):
    call_command("create_api_key", "shop", scope=["events:write"])

    secret = capsys.readouterr().out.strip()
    assert caller(secret).ask(ME)["me"]["scopes"] == ["events:write"]


def test_the_command_refuses_a_key_that_has_ended_already(db):
    with pytest.raises(CommandError, match="past"):
        call_command("create_api_key", "shop", days=0)


# -- Tokens that the shop's server asks for ----------------------------------------------------------------------------


def test_a_token_minted_for_a_customer_nobody_knew_makes_them_known(shop):
    signed = mint_customer_token(source=shop, external_id="new one")

    assert caller(signed.token).ask(ME)["me"]["customer"] == {"externalId": "new one"}


# -- Sessions need CSRF ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/graphql", "/api/visitors"])
def test_a_call_by_session_from_a_foreign_page_is_refused(bo, path):
    foreign = caller(bo)
    foreign.headers = {}

    response = foreign.post(path, {"query": "{ me { kind } }"})

    assert response.status_code == 403
    assert "X-CSRFToken" in str(response.json())


@pytest.mark.parametrize("path", ["/graphql", "/api/visitors"])
def test_a_call_by_token_needs_no_csrf(ada, path):
    assert caller(ada).post(path, {"query": "{ me { kind } }"}).status_code in (200, 201)
