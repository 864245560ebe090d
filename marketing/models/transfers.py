"""Files in and out: how far an import came, so that it can go on after a cut."""

from django.conf import settings
from django.db import models

from marketing.models.access import Source
from marketing.models.keys import created_now, opaque_key


class ImportRun(models.Model):
    """One import of one file or folder. `position` is where to go on; rows before it are stored."""

    class Status(models.TextChoices):
        RUNNING = "running", "running"
        DONE = "done", "done"
        FAILED = "failed", "failed"

    id = opaque_key()
    source = models.ForeignKey(Source, models.CASCADE, related_name="import_runs")
    format = models.SlugField(max_length=32)
    path = models.CharField(max_length=500)
    fingerprint = models.CharField(max_length=64, help_text="Of size and first bytes: the same file is gone on with.")
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.RUNNING)
    position = models.PositiveBigIntegerField(default=0, help_text="Rows read and stored.")
    counts = models.JSONField(default=dict)
    rejects = models.CharField(max_length=500, blank=True, default="")
    message = models.TextField(blank=True, default="")
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="import_runs"
    )
    started_at = created_now()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["fingerprint"], name="import_run_fingerprint")]

    def __str__(self) -> str:
        return f"{self.format} import of {self.started_at:%Y-%m-%d %H:%M}"
