"""Who may write for a run: one process at a time, by a lease that runs out and a token that every write names.

All instants are the database's, so that machines with different clocks agree.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Q, QuerySet, TextField, Value
from django.db.models.functions import Coalesce, Concat, Now, Right

from marketing.errors import LeaseLost
from marketing.models import TrainingRun

# A new process needs seconds to load Django before it can report; until then nobody may take the run away.
START_ALLOWANCE = timedelta(seconds=30)
# Characters that a run's log keeps; the oldest go first.
LOG_LIMIT = 100_000


@dataclass(frozen=True)
class Lease:
    """The right to write for a run, until another process has taken it over."""

    run_id: UUID
    token: int


def claim(run_id: UUID) -> Lease | None:
    """Take a queued run whose time has come; None when it is no longer, or not yet, to be had."""
    with transaction.atomic():
        taken = due(TrainingRun.objects.filter(id=run_id, status=TrainingRun.Status.QUEUED)).update(
            status=TrainingRun.Status.RUNNING,
            token=F("token") + 1,
            attempts=F("attempts") + 1,
            lease_expires_at=in_future(settings.RUN_LEASE + START_ALLOWANCE),
            heartbeat_at=Now(),
            started_at=Coalesce("started_at", Now()),
            progress=0.0,
            stage="starting",
        )
        if not taken:
            return None
        return Lease(run_id, TrainingRun.objects.values_list("token", flat=True).get(id=run_id))


def heartbeat(lease: Lease, *, progress: float, stage: str, log: str = "") -> None:
    """Say that the run lives and how far it is; its lease starts anew.

    Raises:
        LeaseLost: the run was cancelled, or is another process's now.

    """
    _write(
        lease,
        lease_expires_at=in_future(settings.RUN_LEASE),
        heartbeat_at=Now(),
        progress=progress,
        stage=stage[:200],
        **_appended(log),
    )


def finish(lease: Lease, *, status: str, verdict: str, metrics: dict[str, Any] | None = None, log: str = "") -> None:
    """End the run.

    Raises:
        LeaseLost: the run was cancelled, or is another process's now.

    """
    _write(
        lease,
        status=status,
        verdict=verdict,
        metrics=metrics or {},
        finished_at=Now(),
        lease_expires_at=None,
        progress=1.0,
        stage="",
        **_appended(log),
    )


def release(lease: Lease, *, reason: str, log: str = "") -> str:
    """Give back a run that did not come to an end: queued again after a pause, or parked after too many attempts.

    Returns its new status.

    Raises:
        LeaseLost: the run was cancelled, or is another process's now.

    """
    with transaction.atomic():
        attempts = locked(lease).attempts
        line = f"Attempt {attempts} of {settings.RUN_MAX_ATTEMPTS}: {reason}\n"
        ended: dict[str, Any] = {"verdict": reason, "lease_expires_at": None, "stage": "", **_appended(log + line)}
        if attempts >= settings.RUN_MAX_ATTEMPTS:
            _write(lease, status=TrainingRun.Status.PARKED, finished_at=Now(), **ended)
            return TrainingRun.Status.PARKED
        _write(lease, status=TrainingRun.Status.QUEUED, not_before=in_future(pause_after(attempts)), **ended)
        return TrainingRun.Status.QUEUED


def locked(lease: Lease) -> TrainingRun:
    """The run's row, locked until the transaction ends, so that nobody takes the run over in between.

    Raises:
        LeaseLost: the run was cancelled, or is another process's now.

    """
    run = _owned(lease).select_for_update().first()
    if run is None:
        raise LeaseLost(f"run {lease.run_id} is no longer held with token {lease.token}")
    return run


def due(runs: QuerySet[TrainingRun]) -> QuerySet[TrainingRun]:
    """Of these runs, those whose pause between two attempts is over."""
    return runs.filter(Q(not_before__isnull=True) | Q(not_before__lte=Now()))


def pause_after(attempts: int) -> timedelta:
    """How long a run rests: 10, 20, 40 seconds with the usual lease of a minute."""
    pause: timedelta = settings.RUN_LEASE / 6 * 2 ** (attempts - 1)
    return pause


def in_future(span: timedelta) -> "ExpressionWrapper[Any]":
    return ExpressionWrapper(Now() + Value(span), output_field=DateTimeField())


def _owned(lease: Lease) -> QuerySet[TrainingRun]:
    return TrainingRun.objects.filter(id=lease.run_id, token=lease.token, status=TrainingRun.Status.RUNNING)


def _write(lease: Lease, **values: Any) -> None:
    if not _owned(lease).update(**values):
        raise LeaseLost(f"run {lease.run_id} is no longer held with token {lease.token}")


def _appended(log: str) -> dict[str, Any]:
    if not log:
        return {}
    # Postgres keeps no NUL in a text.
    added = Value(log.replace("\x00", ""), output_field=TextField())
    return {"log": Right(Concat("log", added), LOG_LIMIT)}
