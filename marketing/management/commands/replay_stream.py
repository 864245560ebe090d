"""manage.py replay_stream."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from marketing import stream
from marketing.errors import AttuneError

MOST = timedelta(days=2) // timedelta(minutes=1)


class Command(BaseCommand):
    help = "Count the last minutes again from the event table, after the live counters were down or lost."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--minutes", type=int, default=MOST, help=f"How many, up to {MOST}, which is also the default."
        )
        parser.add_argument("--no-progress", action="store_true")

    def handle(self, *, minutes: int, **options: Any) -> None:
        if not 1 <= minutes <= MOST:
            raise CommandError(f"--minutes: is {minutes}; expected 1 to {MOST}")
        try:
            # None shows the bar on a terminal only.
            with tqdm(unit=" minutes", desc="counting", disable=options["no_progress"] or None) as bar:
                events = stream.replay(minutes, progress=bar.update)
        except AttuneError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{events:,} events of the last {minutes:,} minutes are counted.")
