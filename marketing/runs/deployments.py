"""What serves a slot: deploy, try as a canary, look, roll back. Rows are only ever added; the newest of a slot counts."""

from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from marketing.errors import ArtefactCorrupt, Conflict, InvalidInput
from marketing.models import Artefact, Deployment, User
from marketing.runs import leases, store
from marketing.runs.kinds import load_kind

# How many champions stay ready for a roll back, and are compared with by the gate.
KEPT = 10
# A canary's share of the people: with less it never learns, and with more it is no trial any more.
LEAST_SHARE, MOST_SHARE = 0.01, 0.5
# Rows that leave the champion as it is: it doesn't serve anew with them.
SAME_CHAMPION = (Deployment.Reason.CANARY, Deployment.Reason.STOPPED)


def current(slot: str) -> Deployment | None:
    return Deployment.objects.filter(slot=slot).select_related("champion", "canary").order_by("-id").first()


def champions(slot: str) -> list[Artefact]:
    """The champions of the last ten deployments, newest first, each once. A canary was none until it was promoted."""
    put_in_place = Deployment.objects.filter(slot=slot).exclude(reason__in=SAME_CHAMPION)
    newest = put_in_place.select_related("champion").order_by("-id")[:KEPT]
    return list({row.champion_id: row.champion for row in newest}.values())


def deploy(
    *, slot: str, artefact: Artefact, reason: str, user: User | None = None, lease: leases.Lease | None = None
) -> Deployment:
    """Make an artefact the champion of a slot. A canary's trial ends with the champion that it was held against.

    With `lease`, the run that made it is checked to be its holder's still, in the same transaction.

    Raises:
        ArtefactCorrupt: the artefact's file is not what was written, so nothing could serve from it.
        InvalidInput: the artefact is of another kind.
        LeaseLost: the run was cancelled, or is another process's now.

    """
    _check_kind(slot, artefact=artefact)
    _verify(artefact)
    with transaction.atomic():
        if lease is not None:
            leases.locked(lease)
        _take_turn(slot)
        return _append(slot, artefact=artefact, reason=reason, user=user)


def roll_back(*, slot: str, user: User | None = None) -> Deployment:
    """Put back the champion before the present one; rolling back again goes further back, up to ten.

    A canary's trial ends.

    Raises:
        ArtefactCorrupt: the file of the one to put back is not what was written.
        Conflict: there is none before the present one.

    """
    with transaction.atomic():
        _take_turn(slot)
        before = champion_before(slot)
        if before is None:
            raise Conflict(f"Nothing served {slot} before the present champion.")
        _verify(before)
        return _append(slot, artefact=before, reason=Deployment.Reason.ROLL_BACK, user=user)


def start_canary(
    *,
    slot: str,
    artefact: Artefact,
    share: float,
    user: User | None = None,
    lease: leases.Lease | None = None,
) -> Deployment:
    """Have an artefact serve a share of the people beside the champion. It takes the place of a canary on trial.

    Raises:
        ArtefactCorrupt: the artefact's file is not what was written.
        Conflict: nothing serves that it could be held against, or it is the champion itself.
        InvalidInput: names `artefact` or `share`.
        LeaseLost: the run that made it was cancelled, or is another process's now.

    """
    _check_kind(slot, artefact=artefact)
    if not LEAST_SHARE <= share <= MOST_SHARE:  # NaN is between nothing
        raise InvalidInput("share", f"is {share:g}; expected a share of 1 from {LEAST_SHARE:g} to {MOST_SHARE:g}")
    _verify(artefact)
    with transaction.atomic():
        if lease is not None:
            leases.locked(lease)
        _take_turn(slot)
        now = current(slot)
        if now is None:
            raise Conflict(f"Nothing serves {slot} yet that a canary could be held against; deploy it instead.")
        if now.champion_id == artefact.pk:
            raise Conflict(f"{artefact} serves {slot} already.")
        return Deployment.objects.create(
            slot=slot,
            champion=now.champion,
            canary=artefact,
            canary_share=share,
            previous=now,
            reason=Deployment.Reason.CANARY,
            deployed_by=user,
        )


def stop_canary(*, slot: str, user: User | None = None, judged: Deployment | None = None) -> Deployment:
    """End a canary's trial: the champion serves everybody again.

    With `judged`, only the trial that this row began is ended.

    Raises:
        Conflict: no canary is on trial, or another one than was judged.

    """
    with transaction.atomic():
        _take_turn(slot)
        now = _on_trial(slot, judged=judged)
        return _append(slot, artefact=now.champion, reason=Deployment.Reason.STOPPED, user=user)


def promote_canary(*, slot: str, user: User | None = None, judged: Deployment | None = None) -> Deployment:
    """Make the canary the champion.

    With `judged`, only the canary of this row is promoted.

    Raises:
        ArtefactCorrupt: the canary's file is not what was written any more.
        Conflict: no canary is on trial, or another one than was judged.

    """
    with transaction.atomic():
        _take_turn(slot)
        canary = _on_trial(slot, judged=judged).canary
        assert canary is not None
        _verify(canary)
        return _append(slot, artefact=canary, reason=Deployment.Reason.PROMOTED, user=user)


def champion_before(slot: str) -> Artefact | None:
    """Whom a roll back would put in place; None when there is nobody."""
    # As in a browser's history: deploying goes forward, rolling back takes the last step off.
    steps: list[UUID] = []
    put_in_place = Deployment.objects.filter(slot=slot).exclude(reason__in=SAME_CHAMPION)
    for champion, reason in put_in_place.order_by("id").values_list("champion_id", "reason").iterator():
        if reason == Deployment.Reason.ROLL_BACK and champion in steps:
            while steps[-1] != champion:
                steps.pop()
        elif not steps or steps[-1] != champion:
            steps.append(champion)
    reachable = steps[-KEPT:]
    return Artefact.objects.get(id=reachable[-2]) if len(reachable) > 1 else None


def _check_kind(slot: str, *, artefact: Artefact) -> None:
    if artefact.kind != slot:
        raise InvalidInput("artefact", f"is of kind {artefact.kind!r}; expected {slot!r}")


def _verify(artefact: Artefact) -> None:
    """Read the whole file, and have what a run left answer its known question, as this release's code would.

    Raises:
        ArtefactCorrupt: the bytes differ from those that were written, or the kind can't serve from them.

    """
    path = store.open_artefact(artefact).path
    if artefact.run_id is None or artefact.kind not in settings.RUN_KINDS:
        return
    try:
        load_kind(artefact.kind).check(path)
    except (InvalidInput, KeyError, IndexError, TypeError, ValueError) as error:
        raise ArtefactCorrupt(f"{artefact} can't be served from: {type(error).__name__}: {error}") from error


def _on_trial(slot: str, *, judged: Deployment | None) -> Deployment:
    now = current(slot)
    if now is None or now.canary is None:
        raise Conflict(f"No canary of {slot} is on trial.")
    if judged is not None and now.pk != judged.pk:
        raise Conflict(f"Another canary of {slot} is on trial by now: {now.canary}.")
    return now


def _append(slot: str, *, artefact: Artefact, reason: str, user: User | None) -> Deployment:
    return Deployment.objects.create(
        slot=slot, champion=artefact, previous=current(slot), reason=reason, deployed_by=user
    )


def _take_turn(slot: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"deployment:{slot}"])
