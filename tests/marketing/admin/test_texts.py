"""Readings, topics and texts to label, in the admin."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from marketing.models import TextLabel
from tests.factories.marketing import EventFactory, ItemFactory
from tests.factories.text import TextLabelFactory, TextReadingFactory, TopicFactory
from tests.query_counts import pinned_queries

NEXT = "admin:marketing_textlabel_next"
TRAP = "<script>alert(1)</script>"


def read(*, text="Far too loud.", mood=-0.6, days_ago=1, **values):
    at = timezone.now() - timedelta(days=days_ago)
    topic = values.pop("topic", None)
    event = EventFactory(kind="review", payload={"text": text}, occurred_at=at, **values)
    return TextReadingFactory(event=event, sentiment=mood, topic=topic)


def test_the_least_sure_text_comes_first_with_how_many_are_left(enter, kim):
    TextLabelFactory(text="Rather sure.", probability=0.7)
    TextLabelFactory(text="Not sure at all.", probability=0.5)
    TextLabelFactory(text="Said already.", label="negative")

    page = enter(kim).get(reverse(NEXT))

    assert page.context["text"].text == "Not sure at all."
    assert page.context["left"] == 2
    assert "2 left" in page.content.decode()


@pytest.mark.parametrize("label", ["negative", "neutral", "positive"])
def test_a_button_labels_the_text_and_leads_to_the_next(label, enter, kim):
    first, second = TextLabelFactory(probability=0.5), TextLabelFactory(probability=0.6)

    page = enter(kim).post(reverse(NEXT), {"text": first.pk, "label": label}, follow=True)

    first.refresh_from_db()
    assert (first.label, first.labelled_by) == (label, kim)
    assert page.context["text"] == second
    assert "kim" in page.content.decode()


def test_a_skipped_text_stays_open_and_comes_back_when_asked_for(enter, kim):
    row = TextLabelFactory()
    browser = enter(kim)

    skipped = browser.post(reverse(NEXT), {"text": row.pk, "skip": "1"}, follow=True)
    again = browser.post(reverse(NEXT), {"again": "1"}, follow=True)

    row.refresh_from_db()
    assert skipped.context["text"] is None
    assert "Show the 1 skipped again" in skipped.content.decode()
    assert again.context["text"] == row
    assert row.label == ""


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"text": "x", "label": "neutral"}, "the page is out of date"),
        ({"label": "neutral"}, "the page is out of date"),
        ({"text": "0", "label": "neutral"}, "There is no such text to label"),
        ({"text": "OWN", "label": "great"}, "expected one of negative, neutral, positive"),
        ({"text": "OWN"}, "expected one of negative, neutral, positive"),
    ],
)
def test_a_form_that_says_nothing_right_changes_nothing_and_is_told(form, message, enter, kim):
    row = TextLabelFactory()

    page = enter(kim).post(
        reverse(NEXT), {key: str(row.pk) if value == "OWN" else value for key, value in form.items()}, follow=True
    )

    assert message in page.content.decode()
    assert not TextLabel.objects.exclude(label="").exists()


def test_who_may_not_label_is_kept_out(enter, bo, dee):
    TextLabelFactory()

    for person in (bo, dee):
        assert enter(person).get(reverse(NEXT)).status_code == 403
        assert enter(person).post(reverse(NEXT), {"text": "1", "label": "neutral"}).status_code == 403


def test_what_customers_wrote_stands_as_text_on_every_page(enter, ola):
    topic = TopicFactory(terms=[TRAP])
    lamp = ItemFactory(title="Lamp")
    row = read(text=TRAP, item=lamp, topic=topic)
    TextLabelFactory(text=TRAP, label="negative")
    TextLabelFactory(text=TRAP + TRAP, label="")
    browser = enter(ola)

    pages = [
        browser.get(url).content.decode()
        for url in (
            reverse(NEXT),
            reverse("admin:marketing_textlabel_changelist"),
            reverse("admin:marketing_topic_changelist"),
            reverse("admin:marketing_topic_change", args=[topic.pk]),
            reverse("admin:marketing_textreading_change", args=[row.pk]),
            reverse("admin:marketing_item_change", args=[lamp.pk]),
        )
    ]

    assert all("&lt;script&gt;alert(1)" in page for page in pages)
    assert not any("<script>alert" in page for page in pages)


def test_a_text_from_right_to_left_is_shown_that_way(enter, kim):
    TextLabelFactory(text="هذا المنتج رائع", language="ar")

    assert (
        '<blockquote dir="auto" lang="ar">هذا المنتج رائع</blockquote>'
        in enter(kim).get(reverse(NEXT)).content.decode()
    )


def test_topics_are_listed_with_texts_mood_and_how_it_moved(enter, mia):
    topic = TopicFactory(name="Noise")
    for mood, days_ago in ((-0.6, 1), (-0.4, 30), (0.1, 100)):
        read(topic=topic, mood=mood, days_ago=days_ago)

    page = enter(mia).get(reverse("admin:marketing_topic_changelist")).content.decode()

    # (−.6 − .4) / 2 = −.5 in 90 days, .1 in the 90 before: .6 worse.
    assert "negative -0.50" in page
    assert "▼</span> -0.60" in page


def test_a_marketer_renames_a_topic_and_sees_what_was_written_about_it(enter, mia):
    topic = TopicFactory()
    read(text="Mail me at ada@example.com, it is far too loud.", topic=topic)
    url = reverse("admin:marketing_topic_change", args=[topic.pk])
    browser = enter(mia)

    browser.post(url, {"name": "Noise", "active": "on"})
    page = browser.get(url).content.decode()

    topic.refresh_from_db()
    assert topic.name == "Noise"
    assert "Mail me at [email], it is far too loud." in page


def test_topics_are_left_out_and_used_again(enter, mia):
    topic = TopicFactory()
    browser, url = enter(mia), reverse("admin:marketing_topic_changelist")

    browser.post(url, {"action": "leave", "_selected_action": [str(topic.pk)]})
    topic.refresh_from_db()
    assert not topic.active

    browser.post(url, {"action": "use", "_selected_action": [str(topic.pk)]})
    topic.refresh_from_db()
    assert topic.active


def test_an_items_page_shows_mood_trend_and_newest_texts(enter, mia):
    lamp = ItemFactory()
    read(item=lamp, text="Far too dim.", mood=-0.6)
    read(item=lamp, text="Lovely light.", mood=0.9, days_ago=60)

    page = enter(mia).get(reverse("admin:marketing_item_change", args=[lamp.pk])).content.decode()

    assert "Far too dim." in page
    assert "negative -0.60" in page  # lately
    assert "neutral +0.15" in page  # (−.6 + .9) / 2 over all weeks
    assert "Mood by week, the last" in page


def test_a_customers_page_shows_the_mood_of_what_they_wrote(enter, bo, ada, cy):
    read(identity=ada, text="Far too dim.")

    pages = [
        enter(bo).get(reverse("admin:marketing_customer_change", args=[one.customer_id])).content.decode()
        for one in (ada, cy)
    ]

    assert "Far too dim." in pages[0]
    assert "This customer has written nothing." in pages[1]


def test_readings_are_filtered_by_mood_and_flag(enter, kim):
    angry = read(mood=-0.9)
    angry.flags = ["toxic"]
    angry.save()
    read(mood=0.9)
    read(mood=None)
    browser, url = enter(kim), reverse("admin:marketing_textreading_changelist")

    def found(**filters):
        return browser.get(url, filters).context["cl"].result_list.count()

    moods = {mood: found(mood=mood) for mood in ("negative", "neutral", "positive", "none")}
    assert moods == {"negative": 1, "neutral": 0, "positive": 1, "none": 1}
    assert (found(flag="toxic"), found(flag="injection")) == (1, 0)


@pytest.mark.parametrize("count", [1, 9])
def test_an_items_page_makes_the_same_queries_however_much_was_written(count, enter, ola):
    lamp = ItemFactory()
    for _ in range(count):
        read(item=lamp)
    browser = enter(ola)
    browser.get(reverse("admin:index"))

    with pinned_queries("admin item page"):
        browser.get(reverse("admin:marketing_item_change", args=[lamp.pk]))
