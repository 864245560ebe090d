"""Factories of what was read in texts, of topics and of labels."""

import hashlib

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from marketing import models
from tests.factories.marketing import EventFactory

# Of the vectors that the multilingual encoder gives.
DIMENSIONS = 512


class TopicFactory(DjangoModelFactory):
    """Its centroid points along one axis: that of `axis`."""

    class Meta:
        model = models.Topic

    class Params:
        axis = 0

    space = "multilingual"
    terms = factory.LazyFunction(lambda: ["delivery", "parcel", "slow"])
    centroid = factory.LazyAttribute(lambda row: [float(place == row.axis) for place in range(DIMENSIONS)])
    size = 12


class TextReadingFactory(DjangoModelFactory):
    """What was read in `event`, a review if none is given."""

    class Meta:
        model = models.TextReading
        exclude = ["event"]

    event = factory.SubFactory(EventFactory, kind="review", payload={"text": "I like it."})
    event_id = factory.SelfAttribute("event.pk")
    kind = factory.SelfAttribute("event.kind")
    identity = factory.SelfAttribute("event.identity")
    item = factory.SelfAttribute("event.item")
    language = "en"
    sentiment = 0.5
    probability = 0.75
    text_hash = factory.LazyAttribute(lambda row: hashlib.sha256(row.event.payload["text"].encode()).digest())
    said_at = factory.SelfAttribute("event.occurred_at")
    by = "words"


class TextLabelFactory(DjangoModelFactory):
    """A text that waits for a label; with `label` one that got it."""

    class Meta:
        model = models.TextLabel

    task = "sentiment"
    text = factory.Sequence(lambda n: f"Not sure what to say of it, number {n}.")
    text_hash = factory.LazyAttribute(lambda row: hashlib.sha256(row.text.encode()).digest())
    language = "en"
    suggestion = "neutral"
    probability = 0.4
    labelled_at = factory.LazyAttribute(lambda row: timezone.now() if getattr(row, "label", "") else None)
