"""The schedule of reading: what each task does, and that it stands in the database."""

from datetime import UTC, datetime, timedelta

import pytest
from django_celery_beat.models import PeriodicTask

from marketing.models import TextLabel, TextReading, Topic, TrainingRun
from marketing.tasks import find_topics, offer_labels, read_texts, train_sentiment
from tests.factories.marketing import EventFactory

pytestmark = pytest.mark.django_db

SAID = [f"The parcel came {late} and the {box} was damaged." for late in ("late", "too late", "very late", "again late")
        for box in ("box", "carton", "package")]  # fmt: skip
PRAISED = [f"This {thing} makes {much} coffee every morning." for thing in ("pot", "machine", "grinder", "moka pot")
           for much in ("delicious", "strong", "wonderful")]  # fmt: skip


def write(texts):
    for text in texts:
        at = datetime.now(UTC) - timedelta(hours=1)
        EventFactory(kind="review", payload={"text": text}, occurred_at=at)


def test_new_texts_are_read_and_the_first_ones_grouped_at_once():
    write(SAID + PRAISED)

    assert read_texts() == {"new": 24, "again": 0}

    assert TextReading.objects.exclude(topic=None).count() == 24
    assert Topic.objects.count() >= 2


def test_topics_are_found_and_labels_offered():
    write(SAID + PRAISED)
    read_texts()

    assert find_topics()["texts"] == 24
    assert offer_labels() == TextLabel.objects.count() > 0


def test_the_weekly_training_is_asked_for_once():
    assert train_sentiment() == train_sentiment()

    run = TrainingRun.objects.get()
    assert (run.slot, run.trigger) == ("sentiment", TrainingRun.Trigger.SCHEDULE)


def test_all_of_it_stands_in_the_schedule():
    scheduled = dict(PeriodicTask.objects.filter(enabled=True).values_list("task", "name"))

    assert scheduled["marketing.read_texts"] == "Read texts"
    assert scheduled["marketing.offer_labels"] == "Offer texts to label"
    assert scheduled["marketing.find_topics"] == "Find topics"
    assert scheduled["marketing.train_sentiment"] == "Train sentiment"
