"""Tune an algorithm's settings, then train, judge and, if it holds, deploy what was found."""

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from marketing.management.commands import train
from recsys.tuning import Budget

SLOT = "recommender"


class Command(train.Command):
    help = "Tune the settings of a recommendation algorithm on validation rows, then train, judge and deploy it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        budget = Budget()
        parser.add_argument("algorithm", nargs="?", help="name of a registered algorithm; the default one if left out")
        parser.add_argument(
            "--set", action="append", default=[], metavar="NAME=VALUE", dest="params", help="where the search starts"
        )
        parser.add_argument("--trials", type=int, default=budget.trials, help="settings tried at most (%(default)s)")
        parser.add_argument(
            "--seconds", type=float, default=budget.seconds, help="time for all trials together (%(default)s)"
        )
        parser.add_argument("--force", action="store_true", help="deploy even what the gate would hold back")
        parser.add_argument("--queue", action="store_true", help="leave the work to a worker of the training queue")
        parser.add_argument("--wait", action="store_true", help="with --queue: watch until the run has ended")
        parser.set_defaults(slot=SLOT, run=None)

    def config(self, options: Mapping[str, Any]) -> dict[str, Any]:
        return {**super().config(options), "tune": {"trials": options["trials"], "seconds": options["seconds"]}}
