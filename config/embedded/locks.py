"""Locks on folders. The kernel gives them up with the last process that holds them, so that none is ever stale.

Locking the folder itself leaves no lock file behind, and no question of who may delete it.
"""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.embedded.errors import EmbeddedError


@contextmanager
def held(folder: Path) -> Iterator[int]:
    """Wait for the folder's lock and hold it; yields its descriptor, which a child may inherit."""
    with _opened(folder) as descriptor:
        _lock(descriptor, fcntl.LOCK_EX, folder=folder)
        yield descriptor


@contextmanager
def held_if_free(folder: Path) -> Iterator[int | None]:
    """Hold the folder's lock unless another process does; then yields None."""
    with _opened(folder) as descriptor:
        try:
            _lock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, folder=folder)
        except BlockingIOError:
            yield None
        else:
            yield descriptor


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    # Closing, rather than unlocking, leaves the lock with the children that inherited it.
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except PermissionError as error:
        raise EmbeddedError(f"{folder} is closed to you: set ATTUNE_HOME to a folder of your own.") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _lock(descriptor: int, operation: int, *, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, operation)
    except BlockingIOError:
        raise
    except OSError as error:
        if error.errno not in {errno.EBADF, errno.ENOLCK, errno.EOPNOTSUPP}:
            raise
        raise EmbeddedError(f"{folder} cannot be locked ({error.strerror}): set ATTUNE_HOME to a local disk.") from None
