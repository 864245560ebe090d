"""What staff, schedules and commands do with runs: ask for one, cancel, replay; and the sweep that lets none be lost."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from marketing.errors import Conflict, NotFound
from marketing.models import TrainingRun, User
from marketing.runs import leases
from marketing.runs.kinds import load_kind

logger = logging.getLogger(__name__)

# A queued run's message is sent again after this time, in case it got lost; the old one is void by then.
RESEND_AFTER = timedelta(minutes=5)


def request_run(
    *,
    slot: str,
    trigger: str,
    config: Mapping[str, Any] | None = None,
    forced: bool = False,
    user: User | None = None,
    enqueue: bool = True,
) -> TrainingRun:
    """Ask for a run of `slot`; when one is queued or under way already, that one is given.

    The queued row is the outbox: should the broker not take the message, the sweep sends it.

    Raises:
        InvalidInput: the slot is unknown, or the configuration wrong; names the field.

    """
    whole_config = load_kind(slot).validate_config(config or {})
    while True:
        run = _created(slot=slot, trigger=trigger, config=whole_config, forced=forced, requested_by=user)
        if run is not None:
            if enqueue:
                transaction.on_commit(partial(send, run.id))
            return run
        active = active_run(slot)
        if active is not None:
            return active
        # It ended between the two statements: try once more.


def active_run(slot: str) -> TrainingRun | None:
    return TrainingRun.objects.filter(slot=slot, status__in=TrainingRun.ACTIVE).first()


def cancel_run(*, run_id: UUID) -> TrainingRun:
    """End an active run now. Its process notices within seconds and writes nothing any more.

    Raises:
        NotFound: there is no such run.
        Conflict: it has ended already.

    """
    with transaction.atomic():
        run = _locked(run_id)
        if not run.is_active:
            raise Conflict(f"This run has ended already: {run.get_status_display()}.")
        TrainingRun.objects.filter(id=run_id).update(
            status=TrainingRun.Status.CANCELLED,
            verdict="Cancelled by staff.",
            finished_at=Now(),
            lease_expires_at=None,
            stage="",
        )
    run.refresh_from_db()
    return run


def replay_run(*, run_id: UUID) -> TrainingRun:
    """Queue a run that was parked, failed or cancelled once more, with all its attempts.

    Raises:
        NotFound: there is no such run.
        Conflict: it ended well, is active, or another of its slot is.

    """
    status = TrainingRun.Status
    try:
        with transaction.atomic():
            run = _locked(run_id)
            if run.status not in (status.PARKED, status.FAILED, status.CANCELLED):
                raise Conflict(f"Only parked, failed and cancelled runs are replayed; this one is {run.status}.")
            TrainingRun.objects.filter(id=run_id).update(
                status=status.QUEUED, attempts=0, not_before=None, finished_at=None, verdict="", progress=0.0
            )
            transaction.on_commit(partial(send, run_id))
    except IntegrityError as error:
        if not _is_second_of_slot(error):
            raise
        raise Conflict("Another run of this slot is under way; wait for it or cancel it.") from error
    run.refresh_from_db()
    return run


def send(run_id: UUID) -> bool:
    """Put a queued run before the trainers; False when the broker does not answer, and the sweep tries again."""
    # As a queued row's lease this says until when its message is trusted to be under way.
    sent_until = leases.in_future(RESEND_AFTER)
    waiting = TrainingRun.objects.filter(id=run_id, status=TrainingRun.Status.QUEUED)
    try:
        # One attempt, since a person may be waiting for the page.
        with current_app.connection_for_write(transport_options={"max_retries": 1}) as connection:
            # By name, since tasks stand above this module. Void a little after the next one is sent, so that messages
            # don't pile up before a busy trainer.
            current_app.send_task(
                "marketing.execute_run",
                args=[str(run_id)],
                expires=RESEND_AFTER.total_seconds() + 60,
                retry=False,
                connection=connection,
            )
    except OperationalError as error:
        logger.warning("The broker did not take run %s, the sweep will send it again: %s", run_id, error)
        return False
    waiting.update(lease_expires_at=sent_until)
    return True


def sweep() -> dict[str, int]:
    """Take back runs whose lease ran out and send queued ones whose message is not under way.

    Returns how many of each.
    """
    return {"released": _release_expired(), "sent": _send_waiting()}


def _release_expired() -> int:
    released = 0
    with transaction.atomic():
        expired = TrainingRun.objects.select_for_update(skip_locked=True).filter(
            status=TrainingRun.Status.RUNNING, lease_expires_at__lt=Now()
        )
        for run in expired:  # at most one a slot
            reason = f"its process has not reported since {run.heartbeat_at:%Y-%m-%d %H:%M:%S %Z}"
            leases.release(leases.Lease(run.id, run.token), reason=reason)
            released += 1
    return released


def _send_waiting() -> int:
    waiting = leases.due(TrainingRun.objects.filter(status=TrainingRun.Status.QUEUED)).filter(
        Q(lease_expires_at__isnull=True) | Q(lease_expires_at__lt=Now()), slot__in=settings.RUN_KINDS
    )
    return sum(send(run_id) for run_id in waiting.values_list("id", flat=True))


def _created(**values: Any) -> TrainingRun | None:
    """A new run; None when its slot has an active one."""
    try:
        with transaction.atomic():
            return TrainingRun.objects.create(**values)
    except IntegrityError as error:
        if not _is_second_of_slot(error):
            raise
        return None


def _locked(run_id: UUID) -> TrainingRun:
    run = TrainingRun.objects.select_for_update().filter(id=run_id).first()
    if run is None:
        raise NotFound(f"There is no run {run_id}.")
    return run


def _is_second_of_slot(error: IntegrityError) -> bool:
    return "training_run_one_active_per_slot" in str(error)
