"""Postgres over a private socket: no TCP port, no password, nobody but its account and root can reach it."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from config.embedded.accounts import ENVIRONMENT
from config.embedded.durability import rename_durably
from config.embedded.errors import EmbeddedError
from config.embedded.locations import DATABASE, PORT, ROLE, postgres_socket
from config.embedded.placement import Place
from config.embedded.programs import postgres_folder, postgres_folder_for

CLUSTER: Final = [
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--lc-ctype=C.UTF-8",  # without it pg_trgm finds no trigrams in Chinese
    "--data-checksums",
    f"--username={ROLE}",
    "--auth-local=trust",  # the socket's folder is closed to all but the server's account and root
    "--auth-host=reject",
    "--no-instructions",
]
# Written into the cluster's own configuration, so that ALTER SYSTEM can change them. Sized for a small machine.
DEFAULTS: Final = {
    "shared_buffers": "128MB",
    "max_connections": "100",
    # A query over all monthly partitions of the events and their indexes takes thousands of locks.
    "max_locks_per_transaction": "256",
    "shared_preload_libraries": "pg_stat_statements",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass(frozen=True)
class Postgres:
    place: Place
    name: str = "postgres"

    @property
    def data(self) -> Path:
        return self.place.state / "postgres"

    def answers(self) -> bool:
        sockets = self.place.sockets
        if not postgres_socket(sockets).exists():
            return False
        asked = ["-q", "-t", "3", "-h", str(sockets), "-p", str(PORT), "-U", ROLE, "-d", DATABASE]
        program = str(postgres_folder() / "pg_isready")
        return subprocess.run([program, *asked], env=ENVIRONMENT, check=False).returncode == 0

    def initialise(self, *, lock: int) -> None:
        programs = postgres_folder_for(self.place)
        unfinished = self.data.with_name("postgres-unfinished")
        if unfinished.exists():
            shutil.rmtree(unfinished)
        self.place.account.make_folder(unfinished)
        defaults = [f"--set={name}={value}" for name, value in DEFAULTS.items()]
        self._run([programs / "initdb", *CLUSTER, *defaults, "-D", unfinished], lock=lock)
        single: list[str | Path] = ["--single", "-c", "exit_on_error=true", "-D", unfinished, "postgres"]
        self._run([programs / "postgres", *single], text=f"CREATE DATABASE {DATABASE} OWNER {ROLE}\n", lock=lock)
        rename_durably(unfinished, self.data)

    def command(self) -> list[str | Path]:
        folder = str(self.place.sockets).replace('"', '""')
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{folder}"',
            "unix_socket_permissions": "0700",
            "port": str(PORT),
        }
        program = postgres_folder_for(self.place) / "postgres"
        return [program, "-D", self.data, *(f"--{name}={value}" for name, value in settings.items())]

    def clear(self) -> None:
        # Their pids may by now belong to others, for whose sake Postgres would refuse to start.
        socket = postgres_socket(self.place.sockets)
        for leftover in (self.data / "postmaster.pid", socket, socket.with_name(f"{socket.name}.lock")):
            leftover.unlink(missing_ok=True)

    def ask_to_stop(self) -> bool:
        # Fast: open transactions are rolled back, not waited for.
        pg_ctl = postgres_folder_for(self.place) / "pg_ctl"
        return self.place.account.run([pg_ctl, "stop", "-D", self.data, "-m", "fast", "-W"]).returncode == 0

    def _run(self, command: list[str | Path], *, lock: int, text: str = "") -> None:
        done = self.place.account.run(command, text=text, inherit=[lock])
        if done.returncode:
            raise EmbeddedError(f"{command[0]} failed:\n{done.stderr.strip()}")
