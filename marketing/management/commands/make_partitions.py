"""manage.py make_partitions."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketing.partitions import ahead


class Command(BaseCommand):
    help = "Make the events' partitions of this month and the next ones."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--months", type=int, default=3, help="How many months ahead.")

    def handle(self, *, months: int, **_: Any) -> None:
        if not 0 <= months <= 120:
            raise CommandError("--months: 0 to 120 expected")
        made = ahead(months=months)
        self.stdout.write(f"Made {', '.join(made)}." if made else "All partitions are there.")
