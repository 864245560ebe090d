"""Texts that people are asked about."""

from datetime import UTC, datetime, timedelta

import pytest

from marketing.errors import InvalidInput, NotFound
from marketing.models import AuditEntry, TextLabel
from marketing.reading.labels import give_label, offer_labels, waiting
from marketing.text.vectors import text_hash
from tests.factories.marketing import EventFactory
from tests.factories.text import TextLabelFactory, TextReadingFactory

pytestmark = pytest.mark.django_db

SUBJECTS = (
    *("The lamp", "My kettle", "This novel", "A tent", "Their soap", "The radio", "One mug", "The fern", "Our towel"),
    *("Her pen", "The atlas", "His camera", "The clock", "A candle", "The saw", "Some ink", "The pan", "A vase"),
    *("The map", "My bag", "The stove", "A quilt", "The rug", "This hat", "The bell"),
)


def read(text, *, probability, mood=0.1, days_ago=1):
    at = datetime.now(UTC) - timedelta(days=days_ago)
    event = EventFactory(kind="review", payload={"text": text}, occurred_at=at)
    return TextReadingFactory(event=event, probability=probability, sentiment=mood, text_hash=text_hash(text))


def offered():
    return list(waiting().values_list("text", flat=True))


def test_the_least_sure_recent_texts_are_offered_without_what_says_who_somebody_is():
    read("It is lovely.", probability=0.99)
    read("Well, ask me at ada@example.com.", probability=0.51)
    read("Hard to say, so so.", probability=0.4, mood=-0.2)
    read("Long ago it was fine.", probability=0.5, days_ago=60)

    assert offer_labels() == 3

    assert offered() == ["Well, ask me at [email].", "Hard to say, so so.", "It is lovely."]
    row = TextLabel.objects.get(text__startswith="Hard")
    # Against with 60%, and so mildly that it is called neutral.
    assert (row.suggestion, row.probability, row.language) == ("neutral", pytest.approx(0.6), "en")


def test_where_rules_read_the_mood_nearest_to_the_middle_is_least_sure():
    read("It is what it is.", probability=None, mood=0.05)
    read("I love it.", probability=None, mood=0.8)

    offer_labels()

    assert offered() == ["It is what it is.", "I love it."]


def test_at_most_twenty_are_open_at_a_time():
    for place, subject in enumerate(SUBJECTS):
        read(f"{subject} arrived on day {place}.", probability=0.5)

    assert offer_labels() == 20
    assert offer_labels() == 0
    assert len(offered()) == 20


def test_texts_that_say_the_same_are_offered_once():
    for text in ("It is all right.", "It is  all right.", "It  is all  right."):
        read(text, probability=0.5)

    assert offer_labels() == 1


def test_what_was_offered_before_is_not_offered_again(bo):
    read("Hard to say.", probability=0.5)
    offer_labels()
    give_label(TextLabel.objects.get().pk, label="neutral", by=bo)

    assert offer_labels() == 0
    assert offered() == []


def test_a_text_whose_mood_cannot_be_told_is_nobodys_question():
    TextReadingFactory(sentiment=None, probability=None)

    assert offer_labels() == 0


def test_a_label_stands_with_who_gave_it_and_is_audited(bo):
    row = TextLabelFactory()

    give_label(row.pk, label="negative", by=bo)

    row.refresh_from_db()
    entry = AuditEntry.objects.get()
    assert (row.label, row.labelled_by) == ("negative", bo)
    assert row.labelled_at is not None
    assert (entry.action, entry.user, entry.after) == ("label-text", bo, {"label": "negative"})


def test_wrong_labels_and_texts_are_refused(bo):
    row = TextLabelFactory()

    with pytest.raises(InvalidInput, match="label: is 'great'; expected one of negative, neutral, positive"):
        give_label(row.pk, label="great", by=bo)
    with pytest.raises(NotFound):
        give_label(row.pk + 1, label="neutral", by=bo)

    row.refresh_from_db()
    assert row.label == ""
