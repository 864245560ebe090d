"""manage.py social_secret SOURCE."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketing.models import Source
from marketing.services.social import signing_secret


class Command(BaseCommand):
    help = "Show the secret with which a relay signs what it posts to /api/social?source=SOURCE."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", help="Code of the source.")

    def handle(self, *, source: str, **_: Any) -> None:
        if not Source.objects.filter(code=source).exists():
            raise CommandError(f"source: no source has the code “{source}”")
        self.stdout.write(signing_secret(source))
