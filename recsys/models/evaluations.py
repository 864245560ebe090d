"""How configurations did on held-out rows, and what tuning tried."""

from django.db import models

from marketing.models import Artefact, TrainingRun
from marketing.models.keys import created_now


class Evaluation(models.Model):
    """One configuration, fitted once and judged once on rows held out."""

    class Role(models.TextChoices):
        CANDIDATE = "candidate", "candidate"
        CHAMPION = "champion", "champion"
        FORMER = "former", "former champion"
        BASELINE = "baseline", "baseline"
        MANUAL = "manual", "asked for by hand"

    judged_together = models.UUIDField(help_text="The same for all that were judged on the same rows.")
    run = models.ForeignKey(TrainingRun, models.CASCADE, null=True, blank=True, related_name="evaluations")
    artefact = models.ForeignKey(
        Artefact,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="evaluations",
        help_text="The artefact whose configuration it is, when it serves or served.",
    )
    role = models.CharField(max_length=10, choices=Role.choices)
    label = models.CharField(max_length=300)
    algorithm = models.CharField(max_length=64)
    params = models.JSONField(default=dict, blank=True)
    holdout = models.CharField(
        max_length=20, help_text="How rows were held out: time, last_one_out, last_part, per_user_random."
    )
    data = models.CharField(max_length=200, help_text="What was learned from: the shop's events, or a folder.")
    judged = models.PositiveIntegerField(help_text="Customers.")
    metrics = models.JSONField(default=dict, help_text="By name with its cut-off: {“mean”, “low”, “high”}.")
    segments = models.JSONField(default=dict, blank=True, help_text="By segment: {“judged”, “metrics”}.")
    fit_s = models.FloatField(help_text="Seconds to fit.")
    rank_ms = models.FloatField(help_text="Milliseconds to score all items for one person.")
    created_at = created_now()

    class Meta:
        verbose_name = "judgement"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["-created_at"], name="evaluation_created_at"),
            models.Index(fields=["judged_together"], name="evaluation_together"),
        ]

    def __str__(self) -> str:
        return f"{self.label} of {self.created_at:%Y-%m-%d %H:%M}" if self.created_at else self.label


class TuningTrial(models.Model):
    """One try of a run's tuning, written when it ended, so that a run that starts again goes on after it."""

    run = models.ForeignKey(TrainingRun, models.CASCADE, related_name="tuning_trials")
    number = models.PositiveIntegerField()
    params = models.JSONField(default=dict)
    value = models.FloatField(null=True, blank=True, help_text="On validation rows; empty when the try failed.")
    failure = models.CharField(max_length=300, blank=True, default="", db_default="")
    seconds = models.FloatField()
    created_at = created_now()

    class Meta:
        ordering = ["run", "number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="tuning_trial_number_unique")]

    def __str__(self) -> str:
        return f"try {self.number} of {self.run}"
