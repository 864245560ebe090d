"""Valkey over a private socket: the broker (database 0) and the cache (database 1)."""

import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from config.embedded.locations import VALKEY_SOCKET
from config.embedded.placement import Place
from config.embedded.programs import valkey_server_for

# Seconds for one answer over the socket.
TIMEOUT: Final = 3.0
SETTINGS: Final = {
    "port": "0",
    "unixsocketperm": "700",
    # Queued tasks survive a crash; the periodic snapshots would only write the same again.
    "appendonly": "yes",
    "save": "",
    # Under pressure cached values go, which expire anyway; queued tasks never do.
    "maxmemory": "256mb",
    "maxmemory-policy": "volatile-lru",
    "daemonize": "no",
}


@dataclass(frozen=True)
class Valkey:
    place: Place
    name: str = "valkey"

    @property
    def data(self) -> Path:
        return self.place.state / "valkey"

    @property
    def socket(self) -> Path:
        return self.place.sockets / VALKEY_SOCKET

    def answers(self) -> bool:
        return self._say("PING", expected=b"+PONG\r\n")

    def initialise(self, *, lock: int) -> None:  # noqa: ARG002 - made in one step, there is nothing to protect
        self.place.account.make_folder(self.data)

    def command(self) -> list[str | Path]:
        command: list[str | Path] = [valkey_server_for(self.place), "--dir", self.data, "--unixsocket", self.socket]
        for name, value in SETTINGS.items():
            command += [f"--{name}", value]
        return command

    def clear(self) -> None:
        self.socket.unlink(missing_ok=True)

    def ask_to_stop(self) -> bool:
        # It answers by closing the connection. What it has taken is in the append-only file, hence NOSAVE.
        return self._say("SHUTDOWN NOSAVE", expected=b"")

    def _say(self, command: str, *, expected: bytes) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(TIMEOUT)
                connection.connect(str(self.socket))
                connection.sendall(f"{command}\r\n".encode())
                return connection.recv(64) == expected
        except OSError:
            return False
