"""The life of a trained thing: the run that made it, the artefact it left, the deployment that serves it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from marketing.models.keys import created_now, opaque_key


class TrainingRun(models.Model):
    """One wish to train. Postgres owns its retries: a lease with a fencing token, counted attempts, a sweep."""

    class Status(models.TextChoices):
        QUEUED = "queued", "queued"
        RUNNING = "running", "running"
        DEPLOYED = "deployed", "deployed"
        HELD = "held", "held back"
        FAILED = "failed", "failed"
        PARKED = "parked", "parked after too many attempts"
        CANCELLED = "cancelled", "cancelled"

    ACTIVE = (Status.QUEUED, Status.RUNNING)

    class Trigger(models.TextChoices):
        SCHEDULE = "schedule", "schedule"
        ADMIN = "admin", "admin"
        COMMAND = "command", "command line"

    id = opaque_key()
    slot = models.SlugField(max_length=64, help_text="What is trained and where it will serve, e.g. “recommender”.")
    config = models.JSONField(default=dict, blank=True)
    forced = models.BooleanField(default=False, help_text="Deploy even when the gate would hold it back.")
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.QUEUED, db_default=Status.QUEUED)
    trigger = models.CharField(max_length=12, choices=Trigger.choices)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="training_runs"
    )
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    token = models.BigIntegerField(
        default=0, db_default=0, help_text="Fencing token: raised by every claim, named by every write."
    )
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True, help_text="When a retry may start.")
    progress = models.FloatField(default=0.0, db_default=0.0)
    stage = models.CharField(max_length=200, blank=True, default="", db_default="")
    log = models.TextField(blank=True, default="", db_default="")
    verdict = models.TextField(blank=True, default="", db_default="", help_text="What the gate said, or what failed.")
    metrics = models.JSONField(default=dict, blank=True)
    created_at = created_now()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["slot"],
                condition=Q(status__in=["queued", "running"]),
                name="training_run_one_active_per_slot",
                violation_error_message="A run of this slot is under way.",
            ),
            models.CheckConstraint(condition=Q(progress__gte=0, progress__lte=1), name="training_run_progress_share"),
            models.CheckConstraint(
                condition=~Q(status="running") | Q(lease_expires_at__isnull=False),
                name="training_run_running_has_lease",
            ),
        ]
        indexes = [models.Index(fields=["-created_at"], name="training_run_created_at")]

    def __str__(self) -> str:
        return f"{self.slot} run of {self.created_at:%Y-%m-%d %H:%M}" if self.created_at else f"{self.slot} run"

    @property
    def is_active(self) -> bool:
        return self.status in self.ACTIVE


class Artefact(models.Model):
    """What a run learned: a folder of safetensors and a manifest, kept by the hash of its bytes."""

    id = opaque_key()
    kind = models.SlugField(max_length=64)
    version = models.PositiveIntegerField()
    run = models.ForeignKey(TrainingRun, models.SET_NULL, null=True, blank=True, related_name="artefacts")
    storage_name = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    manifest = models.JSONField(default=dict)
    metrics = models.JSONField(default=dict, blank=True)
    created_at = created_now()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="artefact_version_unique"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="artefact_sha256_is_hex"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} v{self.version}"


class Deployment(models.Model):
    """What serves a slot since when. Append only: the newest row of a slot counts, the older ones are for roll back."""

    class Reason(models.TextChoices):
        GATE = "gate", "passed the gate"
        FORCED = "forced", "forced"
        STAFF = "staff", "chosen by staff"
        ROLL_BACK = "roll_back", "rolled back"
        CANARY = "canary", "canary tried"
        STOPPED = "stopped", "canary stopped"
        PROMOTED = "promoted", "canary promoted"

    slot = models.SlugField(max_length=64)
    champion = models.ForeignKey(Artefact, models.PROTECT, related_name="deployments")
    canary = models.ForeignKey(Artefact, models.PROTECT, null=True, blank=True, related_name="canary_deployments")
    canary_share = models.FloatField(default=0.0, db_default=0.0)
    previous = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="followers")
    reason = models.CharField(max_length=12, choices=Reason.choices)
    deployed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="deployments"
    )
    created_at = created_now()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["slot", "previous"],
                nulls_distinct=False,
                name="deployment_follows_one",
                violation_error_message="Somebody else deployed at the same moment; look again.",
            ),
            models.CheckConstraint(
                condition=Q(canary_share__gte=0, canary_share__lte=1), name="deployment_canary_share"
            ),
            models.CheckConstraint(
                condition=Q(canary_share=0) | Q(canary__isnull=False), name="deployment_share_needs_canary"
            ),
        ]
        indexes = [models.Index(fields=["slot", "-id"], name="deployment_newest")]

    def __str__(self) -> str:
        return f"{self.champion} serves {self.slot}"
