"""manage.py recompute_features [--from DAY] [--to DAY] | [--all]."""

from datetime import date, timedelta
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from marketing.features import daily


class Command(BaseCommand):
    help = "Make the daily rows of features anew: of the days that something changed on, of a span, or of all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="first", type=date.fromisoformat, metavar="DAY", help="2026-11-01")
        parser.add_argument("--to", dest="last", type=date.fromisoformat, metavar="DAY", help="Today, if left out.")
        parser.add_argument("--all", dest="everything", action="store_true", help="Every day with anything in it.")
        parser.add_argument("--no-progress", action="store_true")

    def handle(
        self, *, first: date | None, last: date | None, everything: bool, no_progress: bool, **_options: Any
    ) -> None:
        # None shows the bar on a terminal only.
        progress = partial(tqdm, unit="day", desc="recomputing", disable=True if no_progress else None)
        if everything and (first or last):
            raise CommandError("--all: leave out --from and --to, or leave out --all")
        if last and not first:
            raise CommandError("--from: missing; a span needs its first day")
        if everything:
            done = daily.recompute_days(progress(daily.all_days()))
        elif first:
            done = daily.recompute_days(progress(_span(first, last or timezone.localdate())))
        else:
            done = daily.recompute_dirty(progress=progress)
        self._say(done)

    def _say(self, done: daily.Recomputed) -> None:
        self.stdout.write(f"{done.days:,} days: {done.activities:,} rows of activity, {done.interests:,} of interest")
        for currency, count in done.without_rate.most_common():
            self.stdout.write(
                self.style.WARNING(f"  {count:,} amounts in {currency} don't count: no exchange rate of their day")
            )


def _span(first: date, last: date) -> list[date]:
    if last < first:
        raise CommandError(f"--to: {first} or a later day expected, got {last}")
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
