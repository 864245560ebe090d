from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import embedded


class Command(BaseCommand):
    help = "Stop the embedded Postgres and Valkey cleanly. What was stored stays, unless it is to be erased."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--erase", action="store_true", help="delete the embedded services' data as well")

    def handle(self, *_args: Any, erase: bool, **_options: Any) -> None:
        try:
            if erase:
                embedded.erase(settings.HOME)
            else:
                embedded.stop(settings.HOME)
        except embedded.EmbeddedError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"down: no embedded service runs in {settings.HOME}{', its data is erased' if erase else ''}")
