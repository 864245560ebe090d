"""What texts mean: the vectors of items, what was read from what customers wrote, topics, and labels that people gave."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from pgvector.django import VectorField

from marketing.models.catalogue import Item
from marketing.models.customers import Identity
from marketing.models.keys import created_now, opaque_key


class ItemEmbedding(models.Model):
    """Where an item's text lies in a space. Spaces stand beside each other, so that an encoder can be changed.

    The migration makes one HNSW index for each space; a query has to name the space and cast as the index does.
    """

    item = models.ForeignKey(Item, models.CASCADE, related_name="embeddings")
    space = models.SlugField(max_length=32)
    text_hash = models.BinaryField(max_length=32, help_text="SHA-256 of the text that it was made from.")
    vector = VectorField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "space"], name="item_embedding_unique")]

    def __str__(self) -> str:
        return f"{self.item} in {self.space}"


class ItemSearchText(models.Model):
    """An item's words, segmented, in all its languages: what full-text search looks in."""

    item = models.OneToOneField(Item, models.CASCADE, primary_key=True, related_name="search_text")
    document = SearchVectorField()
    text_hash = models.BinaryField(max_length=32, help_text="SHA-256 of the text that it was made from.")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [GinIndex(fields=["document"], name="item_search_text_document")]

    def __str__(self) -> str:
        return f"words of {self.item}"


class Topic(models.Model):
    """What many texts are about, found without labels; staff may give it a better name."""

    id = opaque_key()
    name = models.CharField(max_length=120, blank=True, default="", help_text="Empty: its terms stand for it.")
    terms = ArrayField(models.CharField(max_length=64), default=list)
    space = models.SlugField(max_length=32)
    centroid = VectorField()
    size = models.PositiveIntegerField(default=0, help_text="Texts that it was found in.")
    active = models.BooleanField(default=True, db_default=True)
    created_at = created_now()

    class Meta:
        ordering = ["-size"]

    def __str__(self) -> str:
        return self.name or ", ".join(self.terms[:4])


class TextReading(models.Model):
    """What was read from one text of a customer. The text itself stays where it is, in the event."""

    event_id = models.BigIntegerField(unique=True, editable=False)
    kind = models.CharField(max_length=32, help_text="The event's kind, e.g. “review”.")
    identity = models.ForeignKey(Identity, models.CASCADE, related_name="readings")
    item = models.ForeignKey(Item, models.CASCADE, null=True, blank=True, related_name="readings")
    language = models.CharField(max_length=8, blank=True, default="")
    sentiment = models.FloatField(null=True, blank=True, help_text="From -1, against, to 1, for; empty: can't be told.")
    probability = models.FloatField(null=True, blank=True, help_text="That it is meant well.")
    flags = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    topic = models.ForeignKey(Topic, models.SET_NULL, null=True, blank=True, related_name="readings")
    text_hash = models.BinaryField(max_length=32)
    said_at = models.DateTimeField()
    read_at = created_now()
    by = models.CharField(max_length=64, help_text="What read it: an artefact, or rules.")

    class Meta:
        ordering = ["-said_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sentiment__isnull=True) | Q(sentiment__gte=-1, sentiment__lte=1),
                name="text_reading_sentiment_range",
            ),
        ]
        indexes = [
            models.Index(fields=["item", "said_at"], name="text_reading_item"),
            models.Index(fields=["identity", "said_at"], name="text_reading_identity"),
            models.Index(fields=["topic", "said_at"], name="text_reading_topic"),
            models.Index(fields=["-said_at"], name="text_reading_said_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.said_at:%Y-%m-%d}"


class TextLabel(models.Model):
    """A text that a person shall say something of, because the model is least sure; and what they said."""

    task = models.SlugField(max_length=64, help_text="What is asked, e.g. “sentiment”.")
    text = models.TextField(help_text="Without what says who somebody is.")
    text_hash = models.BinaryField(max_length=32, editable=False)
    language = models.CharField(max_length=8, blank=True, default="")
    suggestion = models.CharField(max_length=64, blank=True, default="", help_text="What the model thinks.")
    probability = models.FloatField(null=True, blank=True, help_text="How sure it is.")
    label = models.CharField(max_length=64, blank=True, default="", help_text="What it is; empty: not said yet.")
    labelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="text_labels"
    )
    labelled_at = models.DateTimeField(null=True, blank=True)
    created_at = created_now()

    class Meta:
        ordering = ["probability"]
        constraints = [
            models.UniqueConstraint(fields=["task", "text_hash"], name="text_label_unique"),
            models.CheckConstraint(condition=Q(label="") | Q(labelled_at__isnull=False), name="text_label_says_when"),
        ]

    def __str__(self) -> str:
        return self.text[:80]
