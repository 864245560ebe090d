"""What happened. Both tables are partitioned in SQL (see the first migration), which Django does not know."""

from django.db import models

from marketing.models.access import Source
from marketing.models.catalogue import Item
from marketing.models.customers import Identity
from marketing.models.keys import created_now


class Event(models.Model):
    """One thing that somebody did. The real key is (id, occurred_at): partitions are months of `occurred_at`.

    `id` alone is unique as well, since one sequence fills it.
    """

    id = models.BigAutoField(primary_key=True)
    identity = models.ForeignKey(Identity, models.PROTECT, related_name="events")
    item = models.ForeignKey(Item, models.PROTECT, null=True, blank=True, related_name="events")
    kind = models.CharField(max_length=32, help_text="A name of marketing.events.KINDS.")
    value = models.FloatField(null=True, blank=True, help_text="What the kind says: stars, pieces, seconds.")
    occurred_at = models.DateTimeField()
    received_at = created_now()
    source = models.ForeignKey(Source, models.PROTECT, related_name="events")
    event_id = models.CharField(max_length=128, help_text="The sender's own id of this event.")
    session = models.CharField(max_length=128, blank=True, default="")
    context = models.JSONField(default=dict, blank=True)

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
