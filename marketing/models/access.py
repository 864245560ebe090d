"""Who may come in: staff, and the systems that send data."""

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models

from marketing.models.keys import created_now, opaque_key


class User(AbstractUser):
    """A person who logs into Attune: staff. The shop's customers are `Customer`."""

    id = opaque_key()


def default_consent() -> dict[str, bool]:
    return {"analytics": True, "personalisation": True, "marketing": False}


class Source(models.Model):
    """A system that data come from: a shop's server, the browser, an import. Event ids are unique within it."""

    class Unknown(models.TextChoices):
        REFUSE = "refuse", "refuse the event"
        STUB = "stub", "make a row to be filled in later"
        QUARANTINE = "quarantine", "keep the event in quarantine"

    code = models.SlugField(max_length=64, help_text="Short name that stands in logs and identities, e.g. “shop”.")
    name = models.CharField(max_length=120)
    simulated = models.BooleanField(default=False, help_text="Its rows are invented, for demonstration or load tests.")
    consent = models.JSONField(
        default=default_consent,
        help_text="What holds for a person of this source who never said anything: purpose → true or false.",
    )
    unknown_items = models.CharField(
        max_length=12,
        choices=Unknown.choices,
        default=Unknown.REFUSE,
        db_default=Unknown.REFUSE,
        help_text="What becomes of an event whose item is not in the catalogue.",
    )
    unknown_customers = models.CharField(
        max_length=12,
        choices=Unknown.choices,
        default=Unknown.STUB,
        db_default=Unknown.STUB,
        help_text="What becomes of an event whose customer is not known yet.",
    )
    created_at = created_now()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], name="source_code_unique", violation_error_message="A source with this code exists."
            )
        ]

    def __str__(self) -> str:
        return self.name


class ApiKey(models.Model):
    """A credential of a shop's system. Only a hash of the secret is kept; two keys of one source overlap to rotate."""

    class Scope(models.TextChoices):
        EVENTS_WRITE = "events:write", "send events"
        CATALOGUE_WRITE = "catalogue:write", "write items"
        CUSTOMERS_WRITE = "customers:write", "write customers"
        TOKENS_MINT = "tokens:mint", "mint tokens for customers and visitors"
        ORDERS_WRITE = "orders:write", "write orders and refunds"
        CONSENT_WRITE = "consent:write", "record what people agreed to"
        DATA_READ = "data:read", "export rows"
        RECOMMENDATIONS_READ = "recommendations:read", "read any customer's recommendations"

    id = opaque_key()
    source = models.ForeignKey(Source, models.PROTECT, related_name="api_keys")
    name = models.CharField(max_length=120, help_text="Where it is used, e.g. “shop server, production”.")
    prefix = models.CharField(max_length=16, editable=False, help_text="First characters, to recognise the key by.")
    secret_hash = models.BinaryField(editable=False, help_text="SHA-256 of the whole key, which is random.")
    scopes = ArrayField(models.CharField(max_length=32, choices=Scope.choices), default=list)
    created_at = created_now()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "API key"
        constraints = [models.UniqueConstraint(fields=["secret_hash"], name="api_key_secret_hash_unique")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def allows(self, scope: str) -> bool:
        return scope in self.scopes
