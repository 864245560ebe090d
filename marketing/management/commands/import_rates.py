"""manage.py import_rates FILE.csv."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketing.errors import AttuneError
from marketing.services.exchange_rates import import_rates


class Command(BaseCommand):
    help = (
        "Import exchange rates: CSV with the columns day, currency, rate (units of the base for one of the currency)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--base", default=settings.BASE_CURRENCY, help="The currency that rates are given in.")

    def handle(self, *, file: Path, base: str, **_options: Any) -> None:
        try:
            # utf-8-sig: spreadsheets write a byte order mark.
            with file.open(encoding="utf-8-sig", newline="") as lines:
                done = import_rates(lines, base=base)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file}: {error}") from error
        except AttuneError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{done.created:,} rates new, {done.updated:,} changed, {done.unchanged:,} as before.")
        for rejected in done.rejected:
            self.stderr.write(f"line {rejected.line}: {rejected.field}: {rejected.message}")
        if done.rejected:
            raise CommandError(f"{len(done.rejected):,} lines were no rates; the others are stored.")
