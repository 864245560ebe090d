"""What gets killed: Postgres' first process, one of its backends, the web process. Each comes back as it would in use."""

import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from config import embedded
from config.embedded import placement
from tests.benchmarks.installation import Installation, start_server, wait_for

BACKEND = """
SELECT pid FROM pg_stat_activity
WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY state = 'active' DESC, random() LIMIT 1
"""
PATIENCE = 60.0


def log_of(home: Path) -> Path:
    """What all web processes said."""
    return home / "web.log"


@dataclass
class Victims:
    """`web` is the running server, another one after each kill."""

    home: Path
    installation: Installation
    web: subprocess.Popen[bytes]

    def kill_postmaster(self) -> None:
        """All of Postgres goes with it. A supervisor starts it again; here that is `up`."""
        state = placement.find(self.home)
        assert state is not None
        os.kill(int((state.state / "postgres" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        embedded.start(self.home)

    def kill_backend(self) -> None:
        """Postgres throws out all connections and replays its log by itself."""
        with psycopg.connect(self.installation.environment["DATABASE_URL"], autocommit=True) as connection:
            found = connection.execute(BACKEND).fetchone()
            if found is None:
                raise RuntimeError("nobody is connected to Postgres")
            os.kill(found[0], signal.SIGKILL)
            wait_to_be_thrown_out(connection)
        self.wait_for_postgres()

    def kill_web(self) -> None:
        """Granian and its workers, as an out-of-memory kill would."""
        os.killpg(self.web.pid, signal.SIGKILL)
        self.web.wait()
        self.wait_for_silence()
        self.web = start_server(self.installation, log=log_of(self.home))
        wait_for(self.web, port=self.installation.port)

    def wait_for_silence(self) -> None:
        """Until the last of the killed workers has left the port, which is not when the first one has."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.installation.port), timeout=1).close()
            except OSError:
                return
            time.sleep(0.01)
        raise RuntimeError("a killed web process still answers")

    def wait_for_postgres(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                psycopg.connect(self.installation.environment["DATABASE_URL"]).close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return


def wait_to_be_thrown_out(connection: psycopg.Connection) -> None:
    """Until Postgres has noticed, which takes it a moment in which it still answers."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return
        time.sleep(0.01)
    raise RuntimeError("Postgres did not notice that a backend was killed")
