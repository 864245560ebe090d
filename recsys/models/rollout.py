"""How what serves does with customers: online figures, checks of canaries, drift."""

from django.db import models
from django.db.models import Q

from marketing.models import Artefact, Deployment
from marketing.models.keys import created_now


class OnlineResult(models.Model):
    """What came of one artefact's lists of one day, counted again while events of that day may still arrive."""

    day = models.DateField(help_text="In the business's time zone.")
    artefact = models.ForeignKey(Artefact, models.CASCADE, related_name="online_results")
    people = models.PositiveIntegerField()
    lists = models.PositiveIntegerField()
    clicked_lists = models.PositiveIntegerField(help_text="Lists of which an item was opened afterwards.")
    bought_lists = models.PositiveIntegerField(help_text="Lists of which an item was bought afterwards.")
    items = models.PositiveIntegerField(help_text="Items shown.")
    clicked_items = models.PositiveIntegerField()
    revenue = models.DecimalField(
        max_digits=18, decimal_places=4, help_text="Of those purchases, in the business's currency."
    )
    counted_at = created_now()

    class Meta:
        ordering = ["-day", "-id"]
        constraints = [models.UniqueConstraint(fields=["day", "artefact"], name="online_result_day_artefact_unique")]

    def __str__(self) -> str:
        return f"{self.artefact} on {self.day:%Y-%m-%d}"


class CanaryCheck(models.Model):
    """One look at how a canary does beside its champion, and what was decided."""

    class Verdict(models.TextChoices):
        WAIT = "wait", "too early to tell"
        STOP = "stop", "stopped: worse"
        PROMOTE = "promote", "promoted"

    deployment = models.ForeignKey(Deployment, models.CASCADE, related_name="canary_checks")
    metric = models.CharField(max_length=32)
    champion_people = models.PositiveIntegerField()
    canary_people = models.PositiveIntegerField()
    champion_mean = models.FloatField()
    canary_mean = models.FloatField()
    difference_low = models.FloatField(null=True, blank=True)
    difference_high = models.FloatField(null=True, blank=True)
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    reason = models.TextField()
    checked_at = created_now()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()}: {self.metric}"


class DriftReport(models.Model):
    """How far one day's events and scores lie from those that the serving artefact was trained on."""

    day = models.DateField(help_text="In the business's time zone.")
    artefact = models.ForeignKey(Artefact, models.CASCADE, null=True, blank=True, related_name="drift_reports")
    measures = models.JSONField(default=list, help_text="[{“name”, “value”, “limit”, “alert”, “note”}, …].")
    alert = models.BooleanField(default=False, db_default=False)
    created_at = created_now()

    class Meta:
        ordering = ["-day", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "artefact"], name="drift_report_day_artefact_unique", nulls_distinct=False
            )
        ]
        indexes = [models.Index(fields=["-day"], condition=Q(alert=True), name="drift_report_alerts")]

    def __str__(self) -> str:
        return f"drift of {self.day:%Y-%m-%d}"
