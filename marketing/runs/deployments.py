"""What serves a slot: deploy, look, roll back. Rows are only ever added; the newest of a slot counts."""

from uuid import UUID

from django.db import connection, transaction

from marketing.errors import Conflict, InvalidInput
from marketing.models import Artefact, Deployment, User
from marketing.runs import leases, store

# How many champions stay ready for a roll back, and are compared with by the gate.
KEPT = 10


def current(slot: str) -> Deployment | None:
    return Deployment.objects.filter(slot=slot).select_related("champion").order_by("-id").first()


def champions(slot: str) -> list[Artefact]:
    """The champions of the last ten deployments, newest first, each once."""
    newest = Deployment.objects.filter(slot=slot).select_related("champion").order_by("-id")[:KEPT]
    return list({row.champion_id: row.champion for row in newest}.values())


def deploy(
    *, slot: str, artefact: Artefact, reason: str, user: User | None = None, lease: leases.Lease | None = None
) -> Deployment:
    """Make an artefact the champion of a slot.

    With `lease`, the run that made it is checked to be its holder's still, in the same transaction.

    Raises:
        ArtefactCorrupt: the artefact's file is not what was written, so nothing could serve from it.
        InvalidInput: the artefact is of another kind.
        LeaseLost: the run was cancelled, or is another process's now.

    """
    if artefact.kind != slot:
        raise InvalidInput("artefact", f"is of kind {artefact.kind!r}; expected {slot!r}")
    store.open_artefact(artefact)
    with transaction.atomic():
        if lease is not None:
            leases.locked(lease)
        _take_turn(slot)
        return _append(slot, artefact=artefact, reason=reason, user=user)


def roll_back(*, slot: str, user: User | None = None) -> Deployment:
    """Put back the champion before the present one; rolling back again goes further back, up to ten.

    Raises:
        ArtefactCorrupt: the file of the one to put back is not what was written.
        Conflict: there is none before the present one.

    """
    with transaction.atomic():
        _take_turn(slot)
        before = _champion_before(slot)
        if before is None:
            raise Conflict(f"Nothing served {slot} before the present champion.")
        store.open_artefact(before)
        return _append(slot, artefact=before, reason=Deployment.Reason.ROLL_BACK, user=user)


def _champion_before(slot: str) -> Artefact | None:
    # As in a browser's history: deploying goes forward, rolling back takes the last step off.
    steps: list[UUID] = []
    rows = Deployment.objects.filter(slot=slot).order_by("id").values_list("champion_id", "reason")
    for champion, reason in rows.iterator():
        if reason == Deployment.Reason.ROLL_BACK and champion in steps:
            while steps[-1] != champion:
                steps.pop()
        elif not steps or steps[-1] != champion:
            steps.append(champion)
    reachable = steps[-KEPT:]
    return Artefact.objects.get(id=reachable[-2]) if len(reachable) > 1 else None


def _append(slot: str, *, artefact: Artefact, reason: str, user: User | None) -> Deployment:
    return Deployment.objects.create(
        slot=slot, champion=artefact, previous=current(slot), reason=reason, deployed_by=user
    )


def _take_turn(slot: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"deployment:{slot}"])
