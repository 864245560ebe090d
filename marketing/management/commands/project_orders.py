"""manage.py project_orders."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from tqdm import tqdm

from marketing.models import Order
from marketing.services.projection import project_all


class Command(BaseCommand):
    help = "Make the purchase and refund events of all orders again. Those that are there already are left alone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-progress", action="store_true")

    def handle(self, *, no_progress: bool, **_options: Any) -> None:
        # None shows the bar on a terminal only.
        with tqdm(total=Order.objects.count(), desc="orders", disable=no_progress or None) as bar:
            done = project_all(progress=bar.update)
        self.stdout.write(
            f"{done.orders:,} orders: {done.purchases:,} purchases and {done.refunds:,} refunds were missing."
        )
