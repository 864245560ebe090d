"""manage.py load_sample_shop."""

from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from marketing.errors import AttuneError
from marketing.sample_shop.generate import generate
from marketing.sample_shop.load import load_shop, stored_events
from marketing.sample_shop.pictures import draw


class Command(BaseCommand):
    help = "Load a simulated shop: products with pictures, customers with tastes, half a year of events. Once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=7, help="The same seed gives the same shop.")
        parser.add_argument("--customers", type=int, default=1000)
        parser.add_argument("--no-progress", action="store_true")

    def handle(self, *, seed: int, customers: int, **options: Any) -> None:
        if stored := stored_events():
            self.stdout.write(f"The sample shop is loaded already: {stored:,} events. Nothing was changed.")
            return
        started = perf_counter()
        try:
            until = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
            shop = generate(seed=seed, customers=customers, until=until)
            total = len(shop.products) + len(shop.customers) + len(shop.events)
            # None shows the bar on a terminal only.
            with tqdm(total=total, desc="sample shop", unit=" rows", disable=options["no_progress"] or None) as bar:
                loaded = load_shop(shop, draw=draw, progress=bar.update)
            if loaded:
                call_command("index_items", no_progress=options["no_progress"], stdout=self.stdout)
        except AttuneError as error:
            raise CommandError(str(error)) from error
        if not loaded:
            self.stdout.write("The sample shop was loaded by another process meanwhile. Nothing was changed.")
            return
        self.stdout.write(
            f"Sample shop (simulated): {len(shop.products):,} products, {len(shop.customers):,} customers, "
            f"{len(shop.events):,} events in {perf_counter() - started:.1f} seconds."
        )
