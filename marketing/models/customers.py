"""The shop's people: customers, the identities that they are known by, and what they agreed to."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from marketing.models.access import Source
from marketing.models.keys import created_now, opaque_key


class Customer(models.Model):
    """A person that the shop knows by name or number."""

    id = opaque_key()
    external_id = models.CharField(max_length=128, help_text="The shop's own id of this customer.")
    source = models.ForeignKey(Source, models.PROTECT, related_name="customers")
    email = models.EmailField(blank=True, default="")
    name = models.CharField(max_length=200, blank=True, default="")
    locale = models.CharField(max_length=35, blank=True, default="", help_text="BCP 47, e.g. “en-GB” or “zh-Hans”.")
    time_zone = models.CharField(max_length=64, blank=True, default="", help_text="IANA name, e.g. “Europe/Berlin”.")
    attributes = models.JSONField(default=dict, blank=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged_from",
        help_text="The customer who this one turned out to be.",
    )
    created_at = created_now()
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="customer_not_merged_into_itself"),
            models.UniqueConstraint(
                fields=["external_id"],
                name="customer_external_id_unique",
                violation_error_message="A customer with this external id exists.",
            ),
            models.CheckConstraint(condition=~Q(external_id=""), name="customer_external_id_not_empty"),
        ]
        indexes = [
            models.Index(fields=["email"], name="customer_email", condition=~Q(email="")),
            models.Index(fields=["-created_at"], name="customer_created_at"),
        ]

    def __str__(self) -> str:
        return self.name or self.external_id


class Identity(models.Model):
    """A name that somebody goes by in one source. Events point here, so that a login or merge moves one pointer."""

    class Kind(models.TextChoices):
        CUSTOMER = "customer", "customer id of the shop"
        VISITOR = "visitor", "anonymous visitor"
        NOBODY = "nobody", "everybody who did not agree to analytics"

    source = models.ForeignKey(Source, models.PROTECT, related_name="identities")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    value = models.CharField(max_length=128)
    customer = models.ForeignKey(Customer, models.SET_NULL, null=True, blank=True, related_name="identities")
    created_at = created_now()

    class Meta:
        verbose_name_plural = "identities"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "kind", "value"],
                name="identity_unique",
                violation_error_message="This source already knows somebody by this name.",
            ),
            models.CheckConstraint(condition=~Q(value=""), name="identity_value_not_empty"),
            models.CheckConstraint(
                condition=~Q(kind="customer") | Q(customer__isnull=False),
                name="identity_of_kind_customer_has_customer",
            ),
            models.CheckConstraint(
                condition=~Q(kind="nobody") | Q(customer__isnull=True), name="identity_of_kind_nobody_has_no_customer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class Consent(models.Model):
    """One answer that a person gave about one purpose. The newest counts; none means the source's default."""

    class Purpose(models.TextChoices):
        ANALYTICS = "analytics", "analytics"
        PERSONALISATION = "personalisation", "personal recommendations and ads"
        MARKETING = "marketing", "messages"

    identity = models.ForeignKey(Identity, models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=24, choices=Purpose.choices)
    granted = models.BooleanField()
    given_at = models.DateTimeField(db_default=Now())
    recorded_at = created_now()

    class Meta:
        ordering = ["-given_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=["analytics", "personalisation", "marketing"]), name="consent_purpose_known"
            )
        ]
        indexes = [models.Index(fields=["identity", "purpose", "-given_at", "-id"], name="consent_newest")]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {'yes' if self.granted else 'no'}"


class CustomerMerge(models.Model):
    """Two customers who were one person. Identities moved from the one to the other; `moved` says which, to undo it."""

    id = opaque_key()
    kept = models.ForeignKey(Customer, models.PROTECT, related_name="merges_kept")
    merged = models.ForeignKey(Customer, models.PROTECT, related_name="merges_away")
    moved = models.JSONField(default=list, help_text="Ids of the identities that changed hands.")
    merged_at = created_now()
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="customer_merges"
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="undone_customer_merges"
    )

    class Meta:
        ordering = ["-merged_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(kept=F("merged")), name="customer_merge_of_two"),
            models.UniqueConstraint(
                fields=["merged"],
                condition=Q(undone_at__isnull=True),
                name="customer_merge_one_standing",
                violation_error_message="This customer is merged already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merged} into {self.kept}"
