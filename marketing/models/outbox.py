"""What the shop's systems want to hear: their endpoints, and the deliveries that are due."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from marketing.models.keys import created_now, opaque_key


class WebhookEndpoint(models.Model):
    """An address of the shop that hears about some topics. Deliveries are signed with its secret."""

    id = opaque_key()
    name = models.CharField(max_length=120)
    url = models.URLField(max_length=500)
    secret = models.CharField(max_length=128, editable=False)
    topics = ArrayField(models.CharField(max_length=64), help_text="e.g. order.placed, customer.merged")
    active = models.BooleanField(default=True)
    created_at = created_now()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Outbox(models.Model):
    """One delivery to one endpoint. Written in the transaction of what it tells; Postgres owns its retries."""

    class Status(models.TextChoices):
        WAITING = "waiting", "waiting"
        DELIVERED = "delivered", "delivered"
        PARKED = "parked", "parked after too many attempts"

    id = opaque_key()
    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, related_name="deliveries")
    topic = models.CharField(max_length=64)
    payload = models.JSONField()
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.WAITING, db_default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    due_at = created_now()
    created_at = created_now()
    delivered_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True, default="", db_default="")

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = "outbox"
        indexes = [models.Index(fields=["due_at"], name="outbox_due", condition=Q(status="waiting"))]

    def __str__(self) -> str:
        return f"{self.topic} to {self.endpoint}"
