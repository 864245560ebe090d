"""Lists that were given out."""

from django.db import models

from marketing.models import Artefact, Identity
from marketing.models.keys import created_now

# The placement of lists that staff looked at: nobody takes them for a customer's.
PREVIEW = "admin preview"


class RecommendationLog(models.Model):
    """One list that was given out: to whom, where, by which artefact, and why. Written in batches; may be lost."""

    class Basis(models.TextChoices):
        PERSONAL = "personal", "personal"
        TRENDING = "trending", "trending"
        SIMILAR = "similar", "similar items"
        TOGETHER = "together", "bought together"

    list_id = models.UUIDField(help_text="Given out with the list, so that what follows can be traced to it.")
    served_at = created_now()
    placement = models.CharField(max_length=64, blank=True, default="")
    basis = models.CharField(max_length=12, choices=Basis.choices)
    identity = models.ForeignKey(Identity, models.CASCADE, null=True, blank=True, related_name="recommendation_logs")
    artefact = models.ForeignKey(Artefact, models.PROTECT, null=True, blank=True, related_name="recommendation_logs")
    items = models.JSONField(
        help_text="In order of rank: [{“item”: id, “score”: number, “reason”: code, “propensity”: share}, …]."
    )

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["list_id"], name="recommendation_log_list_unique")]
        indexes = [
            models.Index(fields=["-served_at"], name="recommendation_log_served_at"),
            models.Index(fields=["identity", "-served_at"], name="recommendation_log_identity"),
        ]

    def __str__(self) -> str:
        return f"{self.basis} list of {self.served_at:%Y-%m-%d %H:%M}"
