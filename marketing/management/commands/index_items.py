"""manage.py index_items [--all]."""

from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from tqdm import tqdm

from marketing.services import item_texts


class Command(BaseCommand):
    help = "Make the texts of items searchable: of those written since the last time, or of all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--all",
            dest="everything",
            action="store_true",
            help="Look at every item, e.g. after categories were renamed.",
        )
        parser.add_argument("--no-progress", action="store_true")

    def handle(self, *, everything: bool, no_progress: bool, **_options: Any) -> None:
        started = perf_counter()
        total = item_texts.count_all() if everything else item_texts.count_stale()
        index = item_texts.index_all if everything else item_texts.index_stale
        # None shows the bar on a terminal only.
        with tqdm(total=total, desc="index", unit=" items", disable=no_progress or None) as bar:
            done = index(progress=bar.update)
        self.stdout.write(
            f"{done.items:,} items looked at in {perf_counter() - started:.1f} seconds: words of {done.words:,} and vectors "
            f"of {done.vectors:,} made, {done.empty:,} without text."
        )
