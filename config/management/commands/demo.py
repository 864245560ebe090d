"""Set everything up and run the main job: data in, a worker trains, the web process serves.

1. start the embedded services and bring the database up to date
2. load the sample shop (or MovieLens' layout from --data), once
3. start web, worker, trainer and beat; the first training is asked for and watched
4. on Ctrl-C, stop all of it in order
"""

import io
import os
import secrets
import shlex
import socket
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from honcho.manager import Manager

from marketing.models import Event, TrainingRun, User
from marketing.runs.deployments import current
from marketing.runs.services import request_run

ADMIN = "admin"
# One after the other: who looks at the shop waits for the recommender.
TRAINED = ("recommender", "sentiment")
# What honcho returns after Ctrl-C and after SIGTERM; None: it never started.
STOPPED_BY_SIGNAL = (None, 130, 143)


class Command(BaseCommand):
    help = "Set up and run Attune with sample data on this machine."
    # The database isn't there yet when the command starts.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--data", type=Path, help="a folder in MovieLens' layout, instead of the sample shop")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *, data: Path | None, port: int, **_: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demonstration hands out tokens for any customer; it doesn't run in production.")
        refuse_busy_port(port)
        os.environ["STOREFRONT"] = "1"  # for the processes started below
        manager = processes(port)
        try:
            self.set_up(data)
            manager.loop()
        except KeyboardInterrupt:
            self.stdout.write("\nInterrupted.")
        finally:
            with self.step("Stopping the services"):
                call_command("down", stdout=io.StringIO())
        if manager.returncode not in STOPPED_BY_SIGNAL:
            raise CommandError(f"A process ended by itself; its log is in {log_folder()}.")

    def set_up(self, data: Path | None) -> None:
        with self.step("Embedded services"):
            call_command("up", stdout=io.StringIO())
        with self.step("Database"):
            call_command("migrate", verbosity=0, interactive=False)
            make_admin()
        with self.step("Static files"):
            call_command("collectstatic", verbosity=0, interactive=False)
        load(data)
        for slot in TRAINED:
            if current(slot) is None:
                request_run(slot=slot, trigger=TrainingRun.Trigger.COMMAND)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        self.stdout.write(f"  {title} … ", ending="")
        self.stdout.flush()
        started = time.monotonic()
        yield
        self.stdout.write(f"{time.monotonic() - started:.1f} s")


def load(data: Path | None) -> None:
    """Once: the sample shop looks itself, an import would read all of its files again."""
    if data is None:
        call_command("load_sample_shop")
    elif not Event.objects.filter(source__code="movielens").exists():
        call_command("import", "movielens", str(data))
    # Before the first training, which reads vectors; where everything is indexed already this takes no time.
    call_command("index_items")


def refuse_busy_port(port: int) -> None:
    """Say it before the work of setting up, not after.

    Raises:
        CommandError: when something listens on the port already.

    """
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise CommandError(f"Port {port} is in use. Choose another: make demo PORT={port + 1}")


def password_file() -> Path:
    return Path(settings.HOME) / "demo-password"


def make_admin() -> None:
    """The owner's account of the demonstration, with a password that only this folder knows."""
    if User.objects.filter(username=ADMIN).exists():
        return
    password = secrets.token_urlsafe(9)
    path = password_file()
    path.touch(mode=0o600)
    path.write_text(password)
    User.objects.create_superuser(ADMIN, "admin@example.com", password)


def log_folder() -> Path:
    return Path(settings.HOME) / "logs"


def processes(port: int) -> Manager:
    """Web, worker, trainer, beat, and the one that greets; the logs of the first four go to files."""
    python = shlex.quote(sys.executable)
    celery = f"{python} -m celery -A config"
    logs = log_folder()
    logs.mkdir(parents=True, exist_ok=True)
    commands = {
        "web": f"{python} -m granian --interface wsgi --port {port} --blocking-threads 4 --no-ws config.wsgi:application",
        "worker": f"{celery} worker -Q light -c 1 -n light@%h -l INFO",
        "trainer": f"{celery} worker -Q training --pool solo -n training@%h -l INFO",
        "beat": f"{celery} beat -l INFO --pidfile=",
    }
    manager = Manager(printer=GreetingsOnly())
    for name, command in commands.items():
        manager.add_process(name, f"exec {command} >> {shlex.quote(str(logs / name))}.log 2>&1", cwd=settings.BASE_DIR)
    manager.add_process("attune", f"exec {python} manage.py welcome --port {port}", cwd=settings.BASE_DIR)
    return manager


class GreetingsOnly:
    """Prints what the greeting process says and which process ended; the rest is in the log files."""

    width = 0

    def write(self, message: Any) -> None:
        if message.type != "line":
            return
        text = message.data.decode() if isinstance(message.data, bytes) else message.data
        if message.name == "attune" or "stopped (rc=" in text:
            sys.stdout.write(text if message.name == "attune" else f"  {text}")
            sys.stdout.flush()
