"""What happened. Both tables are partitioned in SQL (see the first migration), which Django does not know."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from marketing.models.access import Source
from marketing.models.catalogue import Item
from marketing.models.customers import Identity
from marketing.models.keys import created_now, opaque_key


class CustomEventKind(models.Model):
    """A kind of event that staff added to the built-in ones."""

    name = models.SlugField(max_length=32, help_text="As senders write it, e.g. “store_visit”.")
    label = models.CharField(max_length=80, help_text="What somebody did, in the past tense: “visited a store”.")
    needs_item = models.BooleanField(default=False)
    value_unit = models.CharField(max_length=32, blank=True, default="", help_text="Empty: the kind has no value.")
    value_minimum = models.FloatField(null=True, blank=True)
    value_maximum = models.FloatField(null=True, blank=True)
    payload = models.JSONField(
        default=dict,
        blank=True,
        help_text="Field → {“type”: text, number, integer, boolean or url; “required”: true or false; “maximum”: n}.",
    )
    active = models.BooleanField(default=True)
    created_at = created_now()

    class Meta:
        ordering = ["name"]
        verbose_name = "event kind"
        constraints = [
            models.UniqueConstraint(
                fields=["name"], name="event_kind_name_unique", violation_error_message="A kind has this name."
            )
        ]

    def __str__(self) -> str:
        return self.name


class Event(models.Model):
    """One thing that somebody did. The real key is (id, occurred_at): partitions are months of `occurred_at`.

    `id` alone is unique as well, since one sequence fills it. Only events of quality `ok` count anywhere.
    """

    class Quality(models.TextChoices):
        OK = "ok", "counts"
        DUPLICATE = "duplicate", "near-duplicate"
        BOT = "bot", "bot or link scanner"

    id = models.BigAutoField(primary_key=True)
    identity = models.ForeignKey(Identity, models.PROTECT, related_name="events")
    item = models.ForeignKey(Item, models.PROTECT, null=True, blank=True, related_name="events")
    kind = models.CharField(max_length=32, help_text="A name of marketing.events.KINDS, or of a kind that staff added.")
    value = models.FloatField(null=True, blank=True, help_text="What the kind says: stars, pieces, seconds.")
    occurred_at = models.DateTimeField()
    received_at = created_now()
    source = models.ForeignKey(Source, models.PROTECT, related_name="events")
    event_id = models.CharField(max_length=128, help_text="The sender's own id of this event.")
    session = models.CharField(max_length=128, blank=True, default="")
    context = models.JSONField(default=dict, blank=True)
    payload = models.JSONField(default=dict, blank=True, db_default={}, help_text="What the kind says besides `value`.")
    quality = models.CharField(
        max_length=12,
        choices=Quality.choices,
        default=Quality.OK,
        db_default=Quality.OK,
        help_text="Whether it counts.",
    )
    claimed_at = models.DateTimeField(
        null=True, blank=True, help_text="What the sender's clock said, where it was wrong and `occurred_at` is mended."
    )

    class Meta:
        indexes = [
            models.Index(fields=["identity", "-occurred_at"], name="event_identity_occurred_at"),
            models.Index(fields=["item", "-occurred_at"], name="event_item_occurred_at"),
            models.Index(fields=["-occurred_at"], name="event_occurred_at"),
            models.Index(fields=["-received_at"], name="event_received_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.occurred_at:%Y-%m-%d %H:%M}"


class EventKey(models.Model):
    """Where “once” is decided: one row an accepted event, written in the same transaction.

    `key` is a 128-bit hash of (source, subject of a customer's or visitor's token, event id); `body` one of the
    parsed values without `received_at`, so that the same id with another body is seen as a conflict.
    """

    key = models.UUIDField(primary_key=True)
    body = models.UUIDField()
    occurred_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.key)


class QuarantinedEvent(models.Model):
    """An event that could not be stored as it came, kept until somebody mends and replays it, or lets it go."""

    class Status(models.TextChoices):
        WAITING = "waiting", "waiting"
        REPLAYED = "replayed", "replayed"
        DISCARDED = "discarded", "discarded"

    id = opaque_key()
    source = models.ForeignKey(Source, models.PROTECT, related_name="quarantined_events")
    subject = models.ForeignKey(Identity, models.CASCADE, null=True, blank=True, related_name="quarantined_events")
    event_id = models.CharField(max_length=128, blank=True, default="")
    raw = models.JSONField(help_text="The event as it was sent.")
    field = models.CharField(max_length=64, help_text="The field that it was held for.")
    message = models.CharField(max_length=500)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.WAITING, db_default=Status.WAITING)
    received_at = created_now()
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="resolved_events"
    )

    class Meta:
        ordering = ["-received_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="waiting", resolved_at__isnull=True)
                | (~Q(status="waiting") & Q(resolved_at__isnull=False)),
                name="quarantined_event_resolved_when",
            )
        ]
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="quarantined_event_newest"),
            models.Index(fields=["source", "event_id"], name="quarantined_event_event_id"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id or 'event'}: {self.field}"


class IngestBatch(models.Model):
    """What became of the events of one batch, so that losses can be counted. Insert only: batches don't wait for each other."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="ingest_batches")
    door = models.CharField(max_length=16, help_text="rest, graphql, import, webhook, …")
    received_at = created_now()
    counts: "models.JSONField[Any, Any]" = models.JSONField(
        help_text="Outcome → number: stored, already_stored, conflict, refused:FIELD, quarantined:FIELD, duplicate, bot, …"
    )

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "ingest batches"
        indexes = [models.Index(fields=["received_at"], name="ingest_batch_received_at")]

    def __str__(self) -> str:
        return f"{self.door} batch of {self.received_at:%Y-%m-%d %H:%M}"
