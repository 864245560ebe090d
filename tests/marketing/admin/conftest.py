import pytest
from django.test import Client


@pytest.fixture
def enter():
    """A person's browser in the admin."""

    def client(user):
        browser = Client()
        browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return browser

    return client


@pytest.fixture
def press(enter):
    """Press a button of the admin that asks first, and go where it leads; gives the page there."""

    def pressed(user, url, **choices):
        return enter(user).post(url, {"_form_submitted": "True", **choices}, follow=True)

    return pressed
