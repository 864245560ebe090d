"""What staff and keys did that somebody may ask about later. Append only; a trigger refuses everything else."""

from django.conf import settings
from django.db import models

from marketing.models.access import ApiKey
from marketing.models.keys import created_now


class AuditEntry(models.Model):
    """Who did what to which row, and how it was before and after."""

    at = created_now()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="audit_entries"
    )
    api_key = models.ForeignKey(ApiKey, models.PROTECT, null=True, blank=True, related_name="audit_entries")
    action = models.SlugField(max_length=64, help_text="e.g. merge-customers")
    object_type = models.CharField(max_length=64)
    object_id = models.CharField(max_length=64)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["object_type", "object_id", "-id"], name="audit_entry_object"),
            models.Index(fields=["-at"], name="audit_entry_at"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id}"
