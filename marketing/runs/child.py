"""Inside a run's own process: it dies with its parent, keeps its lease, and writes its result only while it has it."""

import ctypes
import logging
import os
import signal
import sys
import threading
import time
import traceback
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection, transaction

from marketing.errors import AttuneError, LeaseLost
from marketing.models import Artefact, Deployment, TrainingRun
from marketing.runs import deployments, leases, store
from marketing.runs.kinds import RunHandle, RunKind, Verdict, load_kind

logger = logging.getLogger(__name__)

# Exit codes. A run that failed for good has ended well as a process.
DONE, BROKEN, LEASE_LOST = 0, 1, 3
# From <linux/prctl.h>.
PR_SET_PDEATHSIG = 1
# Seconds between two looks whether there is something to write.
TICK = 0.5


def run_child(lease: leases.Lease, *, parent: int) -> int:
    """Train, judge, write and deploy under `lease`; gives the exit code.

    `parent` is the process id of the one that waits for it.
    """
    die_with(parent)
    run = TrainingRun.objects.filter(id=lease.run_id, token=lease.token, status=TrainingRun.Status.RUNNING).first()
    if run is None:
        return LEASE_LOST
    keeper = Keeper(lease, parent=parent)
    try:
        with keeper:
            _train(run, lease=lease, keeper=keeper)
    except LeaseLost:
        return LEASE_LOST
    except AttuneError as error:
        return _end_after(error, lease=lease, keeper=keeper)
    except Exception as error:  # noqa: BLE001 - whatever it is, the run's row has to tell it
        keeper.log(traceback.format_exc())
        return _try_again(f"{type(error).__name__}: {error}", lease=lease, keeper=keeper)
    return DONE


def die_with(parent: int) -> None:
    """Have this process end when `parent` does, by whatever end: nobody would be left to say what became of it."""
    # A Ctrl-C in the terminal reaches both; the parent decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before this was set
        os._exit(LEASE_LOST)


class Keeper:
    """A thread that keeps the lease and writes progress and log, at most twice a second.

    When the lease is lost it ends the process at once: whatever the main thread is doing must not be written.
    """

    def __init__(self, lease: leases.Lease, *, parent: int) -> None:
        self._lease = lease
        self._parent = parent
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._progress, self._stage, self._unwritten = 0.0, "starting", ""
        self._news = True
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def report(self, fraction: float, stage: str) -> None:
        with self._lock:
            self._progress, self._stage, self._news = min(max(float(fraction), 0.0), 1.0), stage, True

    def log(self, text: str) -> None:
        with self._lock:
            self._unwritten += f"{text.rstrip()}\n"
            self._news = True

    def stop(self) -> None:
        """End the thread, so that what the main thread writes last is the last."""
        self._stop.set()
        self._thread.join()

    def rest_of_log(self) -> str:
        with self._lock:
            rest, self._unwritten = self._unwritten, ""
        return rest

    def _keep(self) -> None:
        every = min(settings.RUN_LEASE.total_seconds() / 4, 5.0)
        kept_at = written_at = time.monotonic() - every
        while not self._stop.wait(min(TICK, every)):
            if os.getppid() != self._parent:
                os._exit(LEASE_LOST)
            if not self._news and time.monotonic() - written_at < every:
                continue
            try:
                self._write()
            except LeaseLost:
                os._exit(LEASE_LOST)
            except DatabaseError:
                # It may come back; but past the lease another process may have the run.
                if time.monotonic() - kept_at > settings.RUN_LEASE.total_seconds():
                    os._exit(LEASE_LOST)
                logger.warning("The lease of run %s could not be extended yet", self._lease.run_id, exc_info=True)
                connection.close()
                continue
            kept_at = written_at = time.monotonic()
        connection.close()

    def _write(self) -> None:
        with self._lock:
            progress, stage, log = self._progress, self._stage, self._unwritten
            self._news = False
        leases.heartbeat(self._lease, progress=progress, stage=stage, log=log)
        with self._lock:
            self._unwritten = self._unwritten[len(log) :]


def _train(run: TrainingRun, *, lease: leases.Lease, keeper: Keeper) -> None:
    if waits := _waits_for_a_trial(run):
        keeper.stop()
        leases.finish(lease, status=TrainingRun.Status.HELD, verdict=waits, log=keeper.rest_of_log())
        return
    kind = load_kind(run.slot)
    handle = RunHandle(
        run_id=run.id,
        slot=run.slot,
        config=run.config,
        forced=run.forced,
        progress=lambda fraction, stage: keeper.report(fraction * 0.9, stage),
        log=keeper.log,
    )
    verdict = kind.train(handle)
    if verdict.deploy:
        _deploy(run, verdict=verdict, kind=kind, lease=lease, keeper=keeper)
    else:
        keeper.stop()
        leases.finish(
            lease,
            status=TrainingRun.Status.HELD,
            verdict=verdict.reason,
            metrics=verdict.metrics,
            log=keeper.rest_of_log(),
        )


def _waits_for_a_trial(run: TrainingRun) -> str:
    """Why a run does not begin while a canary is on trial; empty when it does.

    A schedule that trained more often than a trial takes would replace every canary before it could be judged, and
    nothing would ever be promoted. Whoever asks for a run in person decides for themselves.
    """
    standing = deployments.current(run.slot)
    if run.forced or run.trigger != TrainingRun.Trigger.SCHEDULE or standing is None or standing.canary is None:
        return ""
    return (
        f"Held back: {standing.canary} is on trial with {standing.canary_share:.0%} of the people since"
        f" {standing.created_at:%Y-%m-%d %H:%M %Z}. Scheduled training goes on when that is promoted or stopped."
    )


def _deploy(run: TrainingRun, *, verdict: Verdict, kind: RunKind, lease: leases.Lease, keeper: Keeper) -> None:
    keeper.report(0.92, "writing the artefact")
    stored = store.save(kind=run.slot, arrays=verdict.arrays or {}, manifest=verdict.manifest)
    try:
        keeper.report(0.96, "checking the artefact")
        kind.check(store.fetch(stored))
        keeper.stop()
        with transaction.atomic():
            leases.locked(lease)
            artefact = store.record(stored, kind=run.slot, manifest=verdict.manifest, metrics=verdict.metrics, run=run)
            place = _put_in_place(run, artefact=artefact, passed=verdict.passed, lease=lease)
            leases.finish(
                lease,
                status=TrainingRun.Status.DEPLOYED,
                verdict=f"{verdict.reason}{place}",
                metrics=verdict.metrics,
                log=keeper.rest_of_log(),
            )
    except AttuneError:
        store.discard(stored)
        raise


def _put_in_place(run: TrainingRun, *, artefact: Artefact, passed: bool, lease: leases.Lease) -> str:
    """Make the artefact champion, or a canary where the slot has a share for one; gives what to say of it.

    The first of a slot has nobody to stand beside, and force means now.
    """
    share, standing = settings.CANARY_SHARES.get(run.slot, 0.0), deployments.current(run.slot)
    if not share or standing is None or run.forced or not passed:
        reason = Deployment.Reason.GATE if passed else Deployment.Reason.FORCED
        deployments.deploy(slot=run.slot, artefact=artefact, reason=reason, user=run.requested_by, lease=lease)
        return ""
    deployments.start_canary(slot=run.slot, artefact=artefact, share=share, user=run.requested_by, lease=lease)
    replaced = f", in the place of {standing.canary}, whose trial ends" if standing.canary else ""
    return f" {artefact} is tried with {share:.0%} of the people as a canary beside {standing.champion}{replaced}."


def _end_after(error: AttuneError, *, lease: leases.Lease, keeper: Keeper) -> int:
    if error.retryable:
        return _try_again(str(error), lease=lease, keeper=keeper)
    try:
        leases.finish(lease, status=TrainingRun.Status.FAILED, verdict=str(error), log=keeper.rest_of_log())
    except LeaseLost:
        return LEASE_LOST
    return DONE


def _try_again(reason: str, *, lease: leases.Lease, keeper: Keeper) -> int:
    try:
        leases.release(lease, reason=reason, log=keeper.rest_of_log())
    except LeaseLost:
        return LEASE_LOST
    return BROKEN
