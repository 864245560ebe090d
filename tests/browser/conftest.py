"""A real Chromium on a real server. Without Chromium these tests are skipped, by that name."""

import shutil
import threading

import pytest
from playwright.sync_api import sync_playwright

from tests.waiting import wait_until

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

# A headless browser calls itself one, and what robots do doesn't count.
PERSON = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{} Safari/537.36"


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent.name == "browser":
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"))


@pytest.fixture(scope="module", autouse=True)
def chromium():
    """Ends with its module: while Playwright runs, this thread has an event loop, which Django takes for async code."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


def nobody_is_served():
    """Whether the live server has no connection left: each has a thread of its own."""
    return not any("process_request_thread" in thread.name for thread in threading.enumerate())


@pytest.fixture
def page(chromium, live_server):
    """A page of the live server. What its console complains about, CSP's refusals included, fails the test."""
    context = chromium.new_context(
        base_url=live_server.url, viewport={"width": 1280, "height": 900}, user_agent=PERSON.format(chromium.version)
    )
    context.set_default_timeout(10_000)
    opened = context.new_page()
    complaints = []
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.complaints = complaints
    yield opened
    # What a page sends when it is closed would arrive while the tables are emptied.
    context.set_offline(True)
    context.close()
    wait_until(nobody_is_served)
    assert complaints == []


@pytest.fixture
def log_in(page):
    """Log in as a person does, with the password that all people of the tests have."""

    def as_user(user):
        page.goto("/admin/")
        page.get_by_label("Username").fill(user.username)
        page.get_by_label("Password").fill("correct horse battery")
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url("**/admin/")

    return as_user
