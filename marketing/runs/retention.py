"""Removes the files of artefacts that nobody can roll back to any more. Their rows stay, for the record."""

import shutil
from datetime import timedelta

from django.conf import settings
from django.core.files.storage import storages
from django.utils import timezone

from marketing.models import Artefact
from marketing.runs import deployments, store

# Younger files may belong to a run that has yet to write its row, or to staff who are about to choose.
GRACE = timedelta(days=7)
# Copies that a machine keeps, beyond the champions of one slot that it may have to go back to.
COPIES = 2 * deployments.KEPT


def prune_store() -> int:
    """Delete from the store what is old and neither one of the last champions, nor on trial, nor of the newest versions.

    Returns how many files went.
    """
    folder = storages["artefacts"]
    before = timezone.now() - GRACE
    gone = 0
    for kind in settings.RUN_KINDS:
        kept = _kept_names(kind)
        for name in _names_in(kind):
            if name not in kept and folder.get_modified_time(name) < before:
                folder.delete(name)
                gone += 1
    return gone


def prune_copies() -> int:
    """Delete this machine's least recently used copies, and downloads that were broken off.

    Whoever has one mapped keeps it: the space is freed when the last of them lets go. Returns how many files went.
    """
    copies = sorted(settings.ARTEFACT_CACHE.glob("*.safetensors"), key=lambda path: path.stat().st_mtime, reverse=True)
    yesterday = (timezone.now() - timedelta(days=1)).timestamp()
    broken_off = [
        path for path in settings.ARTEFACT_CACHE.glob(f"*{store.PARTIAL}") if path.stat().st_mtime < yesterday
    ]
    for path in [*copies[COPIES:], *broken_off]:
        path.unlink(missing_ok=True)
    return len(copies[COPIES:]) + len(broken_off)


def prune_checkpoints() -> int:
    """Delete what networks left that nobody came back to. Returns how many folders went."""
    before = (timezone.now() - GRACE).timestamp()
    left = [path for path in settings.NETWORK_CHECKPOINTS.glob("*") if path.stat().st_mtime < before]
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return len(left)


def _kept_names(kind: str) -> set[str]:
    newest = Artefact.objects.filter(kind=kind).order_by("-version")[: deployments.KEPT]
    standing = deployments.current(kind)
    on_trial = [standing.canary] if standing and standing.canary else []
    return {artefact.storage_name for artefact in [*deployments.champions(kind), *newest, *on_trial]}


def _names_in(kind: str) -> list[str]:
    try:
        _folders, files = storages["artefacts"].listdir(kind)
    except FileNotFoundError:
        return []
    return [f"{kind}/{file}" for file in files]
