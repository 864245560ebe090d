"""An installation for one benchmark: a database of its own on the house's server, and granian on a free port."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from config import settings as house
from tests.benchmarks.report import CannotMeasure

THREADS = 4
START_SECONDS = 60


@dataclass(frozen=True)
class Installation:
    """Where it answers, and the environment in which commands work on it."""

    port: int
    environment: dict[str, str]

    def python(self, *arguments: str, text: str | None = None) -> str:
        """Run Python with these arguments on the installation's database; gives what it prints."""
        done = subprocess.run(
            [sys.executable, *arguments],
            env=self.environment,
            input=text,
            text=True,
            stdout=subprocess.PIPE,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"python {' '.join(arguments)} ended with status {done.returncode}")
        return done.stdout


def environment_of(folder: Path, *, database_url: str, namespace: str, settings: str) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": settings,
        "ATTUNE_ENV": "local",
        "ATTUNE_NAMESPACE": namespace,
        "DATABASE_URL": database_url,
        "CACHE_URL": house.CACHE_URL,
        "BROKER_URL": house.BROKER_URL,
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ARTEFACT_STORAGE_OPTIONS": json.dumps({"location": str(folder / "artefacts")}),
        "ARTEFACT_CACHE": str(folder / "artefact-cache"),
        "LOG_LEVEL": "WARNING",
        # Staff's pages and static files have no part in this.
        "PYTHONWARNINGS": "ignore:No directory at",
    }


@contextmanager
def own_database(name: str) -> Iterator[str]:
    """An empty database on the house's server, dropped afterwards; two runs at once have one each."""
    name = f"{name}_{os.getpid()}"
    parts = urlsplit(house.DATABASE_URL)
    try:
        owner = psycopg.connect(house.DATABASE_URL, autocommit=True)
    except psycopg.OperationalError as error:
        raise CannotMeasure(
            f"Postgres does not answer ({error}): start it with `make up`, or set DATABASE_URL"
        ) from error
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with owner:
        owner.execute(drop)
        owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield urlunsplit(parts._replace(path=f"/{name}"))
        finally:
            owner.execute(drop)


@contextmanager
def server(installation: Installation) -> Iterator[subprocess.Popen[bytes]]:
    """Granian as `make demo` starts it: one process, four threads."""
    process = start_server(installation)
    try:
        wait_for(process, port=installation.port)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def start_server(installation: Installation, *, log: Path | None = None) -> subprocess.Popen[bytes]:
    """What it says is appended to `log`; without one it says it here."""
    port = str(installation.port)
    arguments = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", port, "--no-ws", "--no-log"]
    command = [sys.executable, "-m", "granian", *arguments, "--blocking-threads", str(THREADS)]
    with log.open("ab") if log else nullcontext() as said:
        return subprocess.Popen(
            [*command, "config.wsgi:application"],
            env=installation.environment,
            stdout=said,
            stderr=said,
            start_new_session=True,  # so that its workers can be killed with it, and nothing else
        )


def wait_for(process: subprocess.Popen[bytes], *, port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the server did not answer on port {port} within {START_SECONDS} seconds")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
