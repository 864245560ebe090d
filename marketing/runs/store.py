"""Artefacts in the store: one safetensors file each, its manifest in the file's header, its SHA-256 in the row.

A file stands in settings.STORAGES["artefacts"]; each machine keeps a copy named by the hash, and maps it into memory.
"""

import hashlib
import json
import mmap
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage, storages
from django.db import connection, transaction
from django.db.models import Max
from safetensors.numpy import save_file

from marketing.errors import ArtefactCorrupt, InvalidInput
from marketing.models import Artefact, TrainingRun

# The format's names of the kinds of numbers that artefacts may hold.
DTYPES: dict[str, np.dtype[Any]] = {
    "F64": np.dtype("<f8"),
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    "I64": np.dtype("<i8"),
    "I32": np.dtype("<i4"),
    "I16": np.dtype("<i2"),
    "I8": np.dtype("i1"),
    "U64": np.dtype("<u8"),
    "U32": np.dtype("<u4"),
    "U16": np.dtype("<u2"),
    "U8": np.dtype("u1"),
    "BOOL": np.dtype("?"),
}
CHUNK = 1024 * 1024
PARTIAL = ".partial"


@dataclass(frozen=True)
class StoredFile:
    """A file that is in the store, and what its row will say of it."""

    storage_name: str
    sha256: str
    size: int


@dataclass(frozen=True, eq=False)
class LoadedArtefact:
    """An artefact's arrays, read-only views of the mapped file, and its manifest."""

    arrays: dict[str, npt.NDArray[Any]]
    manifest: dict[str, Any]
    path: Path


def write_artefact(
    *,
    kind: str,
    arrays: Mapping[str, npt.NDArray[Any]],
    manifest: Mapping[str, Any],
    metrics: Mapping[str, Any] | None = None,
    run: TrainingRun | None = None,
) -> Artefact:
    """Write the file and then its row; whoever finds the row finds the whole file.

    Raises:
        ArtefactCorrupt: an array holds NaN or infinity.
        InvalidInput: an array's kind of values can't be stored, or the manifest is not JSON.

    """
    stored = save(kind=kind, arrays=arrays, manifest=manifest)
    return record(stored, kind=kind, manifest=manifest, metrics=metrics, run=run)


def save(*, kind: str, arrays: Mapping[str, npt.NDArray[Any]], manifest: Mapping[str, Any]) -> StoredFile:
    """Write the file alone, whole or not at all; `record` makes it known.

    Raises:
        ArtefactCorrupt: an array holds NaN or infinity.
        InvalidInput: an array's kind of values can't be stored, or the manifest is not JSON.

    """
    _check_arrays(arrays)
    header = {"manifest": _as_json(manifest)}
    with _temporary() as path:
        save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, path, metadata=header)
        sha256, size = _hash(path), path.stat().st_size
        name = f"{kind}/{uuid4().hex}.safetensors"
        try:
            with path.open("rb") as file:
                saved = _storage().save(name, File(file))
            _sync(saved)
        except BaseException:
            _storage().delete(name)
            raise
    return StoredFile(saved, sha256, size)


def record(
    stored: StoredFile,
    *,
    kind: str,
    manifest: Mapping[str, Any],
    metrics: Mapping[str, Any] | None = None,
    run: TrainingRun | None = None,
) -> Artefact:
    """Make a stored file known as the next version of its kind."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Writers of one kind take turns, so that no two find the same newest version.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"artefact:{kind}"])
        newest = Artefact.objects.filter(kind=kind).aggregate(newest=Max("version"))["newest"] or 0
        return Artefact.objects.create(
            kind=kind,
            version=newest + 1,
            run=run,
            storage_name=stored.storage_name,
            sha256=stored.sha256,
            size=stored.size,
            manifest=dict(manifest),
            metrics=dict(metrics or {}),
        )


def discard(stored: StoredFile) -> None:
    """Remove a file that never got its row."""
    _storage().delete(stored.storage_name)


def open_artefact(artefact: Artefact) -> LoadedArtefact:
    """Verify and map an artefact, from this machine's copy or else from the store.

    Raises:
        ArtefactCorrupt: the bytes differ from those that were written, or are not there.

    """
    return read_file(fetch(StoredFile(artefact.storage_name, artefact.sha256, artefact.size)))


def fetch(stored: StoredFile) -> Path:
    """Path of a verified copy on this machine; safe to be called by many processes at once.

    Raises:
        ArtefactCorrupt: the bytes differ from those that were written, or are not there.

    """
    path = settings.ARTEFACT_CACHE / f"{stored.sha256}.safetensors"
    if path.exists():
        if _hash(path) == stored.sha256:
            os.utime(path)  # what was asked for last is kept longest
            return Path(path)
        path.unlink(missing_ok=True)
    with _temporary() as partial:
        _download(stored, partial)
        partial.replace(path)
    return Path(path)


def read_file(path: Path) -> LoadedArtefact:
    """Map a verified file; pages are read when they are touched and shared by all processes."""
    with path.open("rb") as file:
        header_length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(header_length))
        mapping = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    manifest = json.loads(header.pop("__metadata__")["manifest"])
    arrays = {name: _view(mapping, entry, start=8 + header_length) for name, entry in header.items()}
    return LoadedArtefact(arrays, manifest, path)


def _view(mapping: mmap.mmap, entry: dict[str, Any], *, start: int) -> npt.NDArray[Any]:
    # safetensors.numpy.load_file would copy every array into memory of this process alone.
    dtype = DTYPES[entry["dtype"]]
    first, last = entry["data_offsets"]
    if first == last:
        empty = np.empty(entry["shape"], dtype)
        empty.setflags(write=False)
        return empty
    flat = np.frombuffer(mapping, dtype, count=(last - first) // dtype.itemsize, offset=start + first)
    return flat.reshape(entry["shape"])


def _check_arrays(arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    for name, array in arrays.items():
        if array.dtype.newbyteorder("<") not in DTYPES.values():
            raise InvalidInput(name, f"holds {array.dtype}; expected numbers of {', '.join(sorted(DTYPES))}")
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ArtefactCorrupt(f"{name}: {int((~np.isfinite(array)).sum())} of {array.size} numbers are not finite")


def _as_json(manifest: Mapping[str, Any]) -> str:
    try:
        return json.dumps(manifest, allow_nan=False, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise InvalidInput("manifest", f"is not JSON: {error}") from error


def _download(stored: StoredFile, target: Path) -> None:
    digest = hashlib.sha256()
    try:
        source: IO[bytes] = _storage().open(stored.storage_name, "rb")
    except FileNotFoundError as error:
        raise ArtefactCorrupt(f"{stored.storage_name} is not in the store") from error
    with source, target.open("wb") as file:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            file.write(chunk)
    if digest.hexdigest() != stored.sha256:
        raise ArtefactCorrupt(
            f"{stored.storage_name}: SHA-256 is {digest.hexdigest()[:12]}…, but {stored.sha256[:12]}… was written"
        )


def _sync(name: str) -> None:
    """Have a folder's store on disk before the row is, as a store over the network sees to itself."""
    try:
        path = Path(_storage().path(name))
    except NotImplementedError:
        return
    for place in (path, path.parent):
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _temporary() -> Iterator[Path]:
    """A file beside the copies, so that renaming it into place is one step; gone afterwards unless it was renamed."""
    settings.ARTEFACT_CACHE.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(suffix=PARTIAL, dir=settings.ARTEFACT_CACHE)
    os.close(handle)
    path = Path(name)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _storage() -> Storage:
    return storages["artefacts"]
