import pytest
from django.urls import reverse

from marketing.models import ApiKey
from tests.callers import caller

ADD = "/admin/marketing/apikey/add/"


def fill(shop, **changes):
    return {"source": shop.pk, "name": "shop server", "scopes": ["events:write"], **changes}


def secret_in(page):
    return page.content.decode().partition('value="atk_')[2].partition('"')[0]


def test_a_new_key_is_shown_once_works_and_is_found_nowhere_afterwards(enter, ola, shop):
    browser = enter(ola)

    page = browser.post(ADD, fill(shop))

    secret = f"atk_{secret_in(page)}"
    row = ApiKey.objects.get()
    assert "no-store" in page.headers["Cache-Control"]
    assert caller(secret).ask("{ me { kind scopes } }")["me"] == {"kind": "SHOP", "scopes": ["events:write"]}
    later = [browser.get(reverse("admin:marketing_apikey_change", args=[row.pk])), browser.get("/admin/")]
    assert not any(secret in answer.content.decode() for answer in later)


def test_a_key_with_an_end_in_the_past_is_refused_with_a_word_at_the_form(enter, ola, shop):
    page = enter(ola).post(ADD, fill(shop, expires_at_0="2020-01-01", expires_at_1="00:00:00"))

    assert "lies in the past" in page.content.decode()
    assert not ApiKey.objects.exists()


def test_rotating_leads_to_the_form_of_a_second_key_like_the_first(enter, ola, sam):
    row = ApiKey.objects.get()
    browser = enter(ola)

    page = browser.get(reverse("admin:marketing_apikey_rotate", args=[row.pk]), follow=True)

    initial = page.context["adminform"].form.initial
    assert (initial["source"], initial["name"], sorted(initial["scopes"])) == (
        str(row.source_id),
        "Sam",
        sorted(ApiKey.Scope.values),
    )
    assert ApiKey.objects.count() == 1


def test_revoking_asks_first_and_ends_the_key_at_once(enter, press, ola, sam):
    row = ApiKey.objects.get()
    url = reverse("admin:marketing_apikey_revoke", args=[row.pk])

    question = enter(ola).get(url)
    works = caller(sam).graphql("{ me { kind } }").status_code
    page = press(ola, url)

    assert "can&#x27;t be undone" in question.content.decode()
    assert works == 200
    assert "The key is revoked." in page.content.decode()
    assert caller(sam).graphql("{ me { kind } }").status_code == 401


@pytest.mark.parametrize("name", ["mia", "bo", "dee", "kim"])
def test_keys_are_none_of_a_roles_business(name, request, enter, press, sam):
    user = request.getfixturevalue(name)
    row = ApiKey.objects.get()

    answers = [
        enter(user).get("/admin/marketing/apikey/"),
        enter(user).post(ADD, fill(row.source)),
        press(user, reverse("admin:marketing_apikey_revoke", args=[row.pk])),
        enter(user).get(reverse("admin:marketing_apikey_rotate", args=[row.pk])),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert caller(sam).graphql("{ me { kind } }").status_code == 200


def test_the_code_of_a_source_stays_as_it_is(enter, ola, shop):
    url = reverse("admin:marketing_source_change", args=[shop.pk])

    settings = {"unknown_items": "quarantine", "unknown_customers": "stub"}
    enter(ola).post(url, {"code": "other", "name": "The shop", "consent": '{"analytics": true}', **settings})

    shop.refresh_from_db()
    assert (shop.code, shop.name, shop.unknown_items) == ("shop", "The shop", "quarantine")
