"""Starting and stopping one server.

A server inherits the lock of its data folder, and so do its own children. Whether it lives is therefore a question to
the kernel: the lock is free exactly when the last of its processes is gone. A pid file is never believed.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Protocol

from config.embedded.errors import EmbeddedError
from config.embedded.locks import held_if_free
from config.embedded.placement import Place

# Seconds. A start may have to replay the log of a crash, a stop has to write what is in memory.
PATIENCE: Final = 60.0
PAUSE: Final = 0.02


class Server(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def place(self) -> Place: ...

    @property
    def data(self) -> Path: ...

    def answers(self) -> bool:
        """Whether it accepts connections now."""

    def initialise(self, *, lock: int) -> None:
        """Make the data folder, whole or not at all; processes that work on it inherit the lock."""

    def command(self) -> list[str | Path]:
        """What runs the server in the foreground."""

    def clear(self) -> None:
        """Remove what a dead server left and would keep the next one from starting."""

    def ask_to_stop(self) -> bool:
        """Ask for a clean stop; whether it could be asked."""


def ensure_running(server: Server, *, lock: int) -> None:
    """Return when the server accepts connections. The caller holds the home's lock, given as `lock`."""
    if not server.data.is_dir():
        server.initialise(lock=lock)
    launched = False
    for _ in _until_patience_ends():
        if server.answers():
            return
        with held_if_free(server.data) as data_lock:
            if data_lock is None:
                continue  # it is starting, or the last processes of a killed one are leaving
            if launched:
                raise _failed(server, "ended while it was starting")
            server.clear()
            server.place.account.launch(server.command(), log=log_of(server), inherit=data_lock)
            launched = True
    raise _failed(server, f"does not accept connections after {PATIENCE:.0f} seconds")


def ensure_stopped(server: Server) -> None:
    """Return when no process of the server is left. The caller holds the home's lock."""
    if not server.data.is_dir():
        return
    asked = False
    for _ in _until_patience_ends():
        with held_if_free(server.data) as data_lock:
            if data_lock is not None:
                server.clear()
                return
        asked = asked or server.ask_to_stop()
    raise _failed(server, f"does not end after {PATIENCE:.0f} seconds")


def log_of(server: Server) -> Path:
    return server.place.logs / f"{server.name}.log"


def _until_patience_ends() -> Iterator[None]:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        yield
        time.sleep(PAUSE)


def _failed(server: Server, what: str) -> EmbeddedError:
    log = log_of(server)
    return EmbeddedError(f"{server.name} {what}. The end of {log}:\n{server.place.account.last_lines(log)}")
