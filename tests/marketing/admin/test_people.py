import pytest
from django.urls import reverse

from marketing.models import User
from tests.factories.marketing import UserFactory


@pytest.fixture
def boss(db):
    """Has the role admin, without being a superuser."""
    return UserFactory(username="boss", roles=["admin"])


def form_of(user, **changes):
    return {"username": user.username, "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00", **changes}


def page_of(user):
    return reverse("admin:marketing_user_change", args=[user.pk])


def test_an_admin_can_not_make_themselves_a_superuser(boss, enter):
    enter(boss).post(page_of(boss), form_of(boss, is_active="on", is_staff="on", is_superuser="on"))

    boss.refresh_from_db()
    assert not boss.is_superuser


def test_an_admin_can_not_touch_a_superuser(boss, ola, enter):
    browser = enter(boss)

    answers = [
        browser.post(page_of(ola), form_of(ola, email="boss@shop.example")),
        browser.post(reverse("admin:auth_user_password_change", args=[ola.pk]), {"password1": "x", "password2": "x"}),
        browser.post(reverse("admin:marketing_user_delete", args=[ola.pk]), {"post": "yes"}),
    ]

    assert [answer.status_code for answer in answers] == [403] * 3
    assert User.objects.get(pk=ola.pk).email == ""


def test_an_admin_gives_a_person_a_role(boss, bo, enter):
    role = boss.groups.model.objects.get(name="marketer")

    enter(boss).post(page_of(bo), form_of(bo, is_active="on", is_staff="on", groups=[role.pk]))

    assert [group.name for group in bo.groups.all()] == ["marketer"]


def test_a_new_person_of_the_staff_can_be_made(ola, enter):
    password = "correct horse battery"
    form = {"username": "new", "password1": password, "password2": password, "usable_password": "true"}

    enter(ola).post(reverse("admin:marketing_user_add"), form)

    assert User.objects.get(username="new").check_password(password)
