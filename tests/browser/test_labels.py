import pytest
from playwright.sync_api import expect

from marketing.models import TextLabel
from tests.factories.marketing import UserFactory
from tests.factories.text import TextLabelFactory

pytestmark = pytest.mark.django_db(transaction=True)


def labels():
    return dict(TextLabel.objects.values_list("text", "label"))


def press(page, key):
    """Once the page's script listens."""
    page.wait_for_load_state()
    page.keyboard.press(key)


def test_texts_are_labelled_one_after_the_other_by_key_and_by_button(page, log_in):
    for place, text in enumerate(("First text.", "Second text.", "Third text.")):
        TextLabelFactory(text=text, probability=0.5 + place / 10)
    log_in(UserFactory(username="kim", roles=["data"]))
    page.get_by_role("link", name="Texts to label").click()
    page.locator("a[href$='/label_texts/']").click()

    expect(page.locator("blockquote")).to_have_text("First text.")
    press(page, "1")
    expect(page.locator("blockquote")).to_have_text("Second text.")
    press(page, "s")
    expect(page.locator("blockquote")).to_have_text("Third text.")
    page.get_by_role("button", name="Positive").click()
    expect(page.get_by_role("heading", name="Only skipped texts are left")).to_be_visible()

    assert labels() == {"First text.": "negative", "Second text.": "", "Third text.": "positive"}


def test_a_number_typed_into_the_search_labels_nothing(page, log_in):
    TextLabelFactory(text="Only text.")
    log_in(UserFactory(username="kim", roles=["data"]))
    page.goto("/admin/marketing/textlabel/next/")

    search = page.get_by_placeholder("Search apps and models")
    search.click()
    search.press_sequentially("2")
    page.keyboard.press("Control+1")

    expect(page.locator("blockquote")).to_have_text("Only text.")
    assert labels() == {"Only text.": ""}
