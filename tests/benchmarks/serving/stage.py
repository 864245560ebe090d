"""A database of its own with real events, an artefact, and granian serving it on a free port; gone afterwards."""

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from config import settings as house
from tests.benchmarks.datasets import data_set
from tests.benchmarks.report import CannotMeasure, Report

DATABASE = "attune_bench_serve"
THREADS = 4
START_SECONDS = 60


@dataclass(frozen=True)
class Stage:
    """A running server, and the tokens of the customers who ask it."""

    port: int
    tokens: list[str]
    environment: dict[str, str]

    def python(self, *arguments: str, text: str | None = None) -> str:
        """Run Python with these arguments on the stage's database; gives what it prints."""
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


@contextmanager
def stage(report: Report) -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="attune-bench-") as folder, own_database() as database_url:
        environment = environment_of(Path(folder), database_url=database_url)
        built = Stage(port=free_port(), tokens=[], environment=environment)
        load_data(built, report, folder=folder)
        report.say("fitting and deploying EASE")
        prepared = json.loads(built.python("-m", "tests.benchmarks.serving.prepare").splitlines()[-1])
        report.say(f"{prepared['events']:,} events of {len(prepared['tokens']):,} customers")
        with server(built):
            yield Stage(port=built.port, tokens=prepared["tokens"], environment=environment)


def environment_of(folder: Path, *, database_url: str) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.benchmarks.serving.settings",
        "ATTUNE_ENV": "local",
        "ATTUNE_NAMESPACE": DATABASE,
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
def own_database() -> Iterator[str]:
    """An empty database on the house's server, dropped afterwards."""
    parts = urlsplit(house.DATABASE_URL)
    try:
        owner = psycopg.connect(house.DATABASE_URL, autocommit=True)
    except psycopg.OperationalError as error:
        raise CannotMeasure(
            f"Postgres does not answer ({error}): start it with `make up`, or set DATABASE_URL"
        ) from error
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE))
    with owner:
        owner.execute(drop)
        owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        try:
            yield urlunsplit(parts._replace(path=f"/{DATABASE}"))
        finally:
            owner.execute(drop)


def load_data(built: Stage, report: Report, *, folder: str) -> None:
    """MovieLens 100k where it is, else the sample shop."""
    built.python("manage.py", "migrate", "--verbosity", "0")
    try:
        films = data_set("ml-100k")
    except CannotMeasure as missing:
        report.say(f"loading the sample shop. {missing}")
        built.python("manage.py", "load_sample_shop")
    else:
        report.say("loading MovieLens 100k")
        rejects = f"{folder}/rejects.jsonl"
        built.python("manage.py", "import", "movielens", str(films), "--no-progress", "--rejects", rejects)


@contextmanager
def server(built: Stage) -> Iterator[None]:
    """Granian as `make demo` starts it: one process, four threads."""
    arguments = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(built.port), "--no-ws", "--no-log"]
    process = subprocess.Popen(
        [sys.executable, "-m", "granian", *arguments, "--blocking-threads", str(THREADS), "config.wsgi:application"],
        env=built.environment,
    )
    try:
        wait_for(process, port=built.port)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


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
