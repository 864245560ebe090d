import os
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import embedded

REPLACED_BY = {"postgres": "DATABASE_URL", "valkey": "BROKER_URL and CACHE_URL"}


class Command(BaseCommand):
    help = "Start the embedded Postgres and Valkey that no URL in the environment replaces, and say what runs where."
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        needed = embedded.needed(os.environ)
        began = time.perf_counter()
        try:
            services = embedded.start(settings.HOME, only=needed) if needed else None
        except embedded.EmbeddedError as error:
            raise CommandError(str(error)) from error
        for server in embedded.SERVERS:
            # A URL from outside may hold a password, so its name is all that is printed.
            if services is None or server not in needed:
                self.stdout.write(f"{server:<10}not started, {REPLACED_BY[server]} is set")
            elif server == "postgres":
                self.stdout.write(f"{server:<10}{services.database_url}")
            else:
                self.stdout.write(f"{server:<10}{services.broker_url} (broker), {services.cache_url} (cache)")
        if services is not None:
            self.stdout.write(f"up in {time.perf_counter() - began:.2f} s; stop with: manage.py down")
