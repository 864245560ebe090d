"""Watch the first training of a demonstration, then say where to look and how to log in."""

import signal
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand

from config.management.commands.demo import ADMIN, log_folder, password_file
from marketing.models import TrainingRun
from marketing.runs.deployments import current

PAUSE = 0.2  # seconds between two looks


class Command(BaseCommand):
    help = "Part of `demo`: watch the first training and print where to look."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, required=True)

    def handle(self, *, port: int, **_: Any) -> None:
        url = f"http://localhost:{port}"
        wait_for(f"{url}/healthz")
        self.watch_training()
        self.stdout.write(self.banner(url))
        self.stdout.flush()
        signal.pause()  # the manager ends everything when one process ends

    def watch_training(self) -> None:
        seen = ""
        while (run := TrainingRun.objects.filter(slot="recommender").first()) and run.is_active:
            line = f"  Training {run.progress:4.0%}  {run.stage or run.get_status_display()}"
            if line != seen:
                self.stdout.write(seen := line)
                self.stdout.flush()
            time.sleep(PAUSE)
        if run:
            self.stdout.write(f"  Training {run.get_status_display()}: {run.verdict}")

    def banner(self, url: str) -> str:
        deployment = current("recommender")
        serving = f"{deployment.champion} serves" if deployment else "trending items until a model is deployed"
        password = password_file().read_text() if password_file().exists() else "the one that you set"
        return f"""
  Attune is up: {serving}

    Shop      {url}/
    Admin     {url}/admin/     user {ADMIN}, password {password}
    GraphQL   {url}/graphql
    REST      {url}/api/docs

    Logs in {log_folder()}; Ctrl-C stops everything.
"""


def wait_for(url: str) -> None:
    """Return once the web process answers."""
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own address
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(PAUSE)
