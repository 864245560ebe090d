"""The life of an import: found again by its file, gone on with where it was cut off, its position moved with its rows."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db.models.functions import Now

from marketing.errors import Conflict, InvalidInput
from marketing.models import ImportRun, Source, User

SAMPLE = 64 * 1024  # bytes at either end of a file that tell it from another one of its size
UNFINISHED = (ImportRun.Status.RUNNING, ImportRun.Status.FAILED)
LONGEST_PATH = 500


def begin_import(
    *,
    format_name: str,
    path: Path,
    source: Source,
    options: str,
    rejects: Path,
    restart: bool = False,
    started_by: User | None = None,
) -> ImportRun:
    """The run to go on with when this file was cut off before, read in the same way; else a new one.

    A run is gone on with under the path of rejects that it began with. `options` is whatever says how to read the file.

    Raises:
        InvalidInput: there is nothing at the path, or it can't be read.

    """
    fingerprint = fingerprint_of(path, format_name=format_name, source=source, options=options)
    earlier = ImportRun.objects.filter(fingerprint=fingerprint, source=source, status__in=UNFINISHED)
    if restart:
        earlier.update(status=ImportRun.Status.FAILED, message="Begun anew.", finished_at=Now(), fingerprint="")
    elif run := earlier.order_by("-started_at").first():
        ImportRun.objects.filter(pk=run.pk).update(
            status=ImportRun.Status.RUNNING, message="", finished_at=None, path=_kept(path)
        )
        run.status = ImportRun.Status.RUNNING
        return run
    run = ImportRun.objects.create(
        source=source,
        format=format_name,
        path=_kept(path),
        fingerprint=fingerprint,
        rejects=_kept(rejects),
        started_by=started_by,
    )
    run.refresh_from_db()
    return run


def move_import(run: ImportRun, *, position: int, counts: dict[str, Any]) -> None:
    """Say how far the run came. Call it in the transaction that stores the rows.

    Raises:
        Conflict: another process moved the run meanwhile, or it ended.

    """
    moved = ImportRun.objects.filter(pk=run.pk, position=run.position, status=ImportRun.Status.RUNNING).update(
        position=position, counts=counts
    )
    if not moved:
        raise Conflict("another process goes on with this import; this one stops without having stored its last rows")


def finish_import(run: ImportRun, *, counts: dict[str, Any]) -> None:
    ImportRun.objects.filter(pk=run.pk).update(
        status=ImportRun.Status.DONE, message="", finished_at=Now(), counts=counts
    )


def fail_import(run: ImportRun, *, message: str) -> None:
    """Keep why it ended; the next start goes on."""
    ImportRun.objects.filter(pk=run.pk, status=ImportRun.Status.RUNNING).update(
        status=ImportRun.Status.FAILED, message=message, finished_at=Now()
    )


def fingerprint_of(path: Path, *, format_name: str, source: Source, options: str) -> str:
    """64 hex digits of the files' names, sizes, first and last bytes, and of how they are read.

    Raises:
        InvalidInput: there is nothing at the path, or it can't be read.

    """
    digest = hashlib.sha256(repr((format_name, source.pk, options)).encode())
    try:
        for file in _files(path):
            size = file.stat().st_size
            digest.update(repr((file.name, size)).encode())
            with file.open("rb") as opened:
                digest.update(opened.read(SAMPLE))
                opened.seek(max(size - SAMPLE, 0))
                digest.update(opened.read(SAMPLE))
    except OSError as error:
        raise InvalidInput("path", f"a file or a folder expected, got “{path}”: {error.strerror}") from error
    return digest.hexdigest()


def _files(path: Path) -> Sequence[Path]:
    return sorted(file for file in path.iterdir() if file.is_file()) if path.is_dir() else [path]


def _kept(path: Path) -> str:
    return str(path)[-LONGEST_PATH:]
