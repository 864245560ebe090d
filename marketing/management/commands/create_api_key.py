from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from marketing.errors import InvalidInput
from marketing.models import ApiKey, Source
from marketing.services.keys import create_api_key


class Command(BaseCommand):
    help = "Make an API key for a shop's system and print it. It can't be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", help="code of the source, e.g. shop; it is made when there is none")
        parser.add_argument("--name", default="command line", help="where the key is used")
        parser.add_argument(
            "--scope", action="append", choices=ApiKey.Scope.values, help="what it may; again for more; left out: all"
        )
        parser.add_argument("--days", type=int, help="how long it holds; left out: until it is revoked")

    def handle(self, *_args: Any, **options: Any) -> None:
        source, made = Source.objects.get_or_create(code=options["source"], defaults={"name": options["source"]})
        days = options["days"]
        try:
            row, secret = create_api_key(
                source=source,
                name=options["name"],
                scopes=options["scope"] or ApiKey.Scope.values,
                expires_at=timezone.now() + timedelta(days=days) if days is not None else None,
            )
        except InvalidInput as error:
            raise CommandError(str(error)) from error
        self.stderr.write(
            f"{'Made the source and a' if made else 'A'} key for {source.code} with {', '.join(row.scopes)}."
            " Keep it now; only its hash is stored."
        )
        # Alone on standard output, so that a script can read it.
        self.stdout.write(secret)
