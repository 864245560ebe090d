"""What is known of each person per day, from which features of any moment are summed."""

from django.db import models

from marketing.models.customers import Identity


class DailyActivity(models.Model):
    """What one identity did on one day of the business's time zone. By identity, so that a merge moves nothing here."""

    # The unique constraint's index begins with the identity.
    identity = models.ForeignKey(Identity, models.CASCADE, db_index=False, related_name="daily_activities")
    day = models.DateField()
    events = models.IntegerField(default=0, db_default=0, help_text="Of any kind that the person does themselves.")
    views = models.IntegerField(default=0)
    clicks = models.IntegerField(default=0)
    carts = models.IntegerField(default=0)
    purchases = models.IntegerField(default=0)
    orders = models.IntegerField(default=0, help_text="Those whose amount is known in the base currency.")
    revenue = models.DecimalField(
        max_digits=18,
        decimal_places=4,
        default=0,
        help_text="In the base currency, less refunds, without tax and shipping.",
    )
    dwell_seconds = models.FloatField(default=0)
    ratings = models.IntegerField(default=0)
    rating_sum = models.FloatField(default=0)
    rating_squares = models.FloatField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "daily activities"
        constraints = [models.UniqueConstraint(fields=["identity", "day"], name="daily_activity_unique")]
        indexes = [models.Index(fields=["day"], name="daily_activity_day")]

    def __str__(self) -> str:
        return f"{self.identity} on {self.day}"


class DailyInterest(models.Model):
    """How strongly one identity turned to one category or tag on one day."""

    class Kind(models.TextChoices):
        CATEGORY = "category", "category"
        TAG = "tag", "tag"

    identity = models.ForeignKey(Identity, models.CASCADE, db_index=False, related_name="daily_interests")
    day = models.DateField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = models.CharField(max_length=120, help_text="Slug of the category, or the tag.")
    strength = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["identity", "day", "kind", "name"], name="daily_interest_unique")
        ]
        indexes = [models.Index(fields=["day"], name="daily_interest_day")]

    def __str__(self) -> str:
        return f"{self.identity}: {self.name} on {self.day}"


class DirtyDay(models.Model):
    """A day whose rows of features may be out of date. Appended by whoever changed something; taken by the recomputation."""

    day = models.DateField()
    marked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["day"], name="dirty_day_day")]

    def __str__(self) -> str:
        return f"{self.day}"


class FeatureWatermark(models.Model):
    """Up to which moment arrivals have been looked through for dirty days. There is one row, or none before the first look."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    received_until = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="feature_watermark_is_one_row")]

    def __str__(self) -> str:
        return f"received until {self.received_until}"
