"""Train what serves a slot.

1. ask for a run, or find the one that is under way
2. train in a process of its own, or let a worker do it (--queue), and watch
3. say what came out
"""

import json
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from tqdm import tqdm

from marketing.errors import AttuneError, InvalidInput
from marketing.models import TrainingRun
from marketing.runs import leases, process, services
from marketing.runs.child import run_child
from marketing.runs.kinds import load_kind

# Seconds between two looks at a run that another process executes.
LOOK_EVERY = 0.5
INTERRUPTED = 130


class Command(BaseCommand):
    help = "Train, judge and, if it holds, deploy what serves a slot."
    # A run's process has its parent's word for it that the settings are sound.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slot", nargs="?", default="recommender", help=f"one of {', '.join(settings.RUN_KINDS)}")
        parser.add_argument("--algorithm", help="name of a registered algorithm; the default depends on the slot")
        parser.add_argument(
            "--set", action="append", default=[], metavar="NAME=VALUE", dest="params", help="a setting of the algorithm"
        )
        parser.add_argument("--force", action="store_true", help="deploy even what the gate would hold back")
        parser.add_argument("--queue", action="store_true", help="leave the work to a worker of the training queue")
        parser.add_argument("--wait", action="store_true", help="with --queue: watch until the run has ended")
        internal = parser.add_argument_group("for the processes that Attune starts itself")
        internal.add_argument("--run", type=UUID, metavar="ID")
        internal.add_argument("--token", type=int)
        internal.add_argument("--parent", type=int, metavar="PID")

    def handle(self, *, slot: str, run: UUID | None, **options: Any) -> None:
        if run is not None:
            raise SystemExit(run_child(leases.Lease(run, options["token"]), parent=options["parent"]))
        try:
            wanted = self.request(slot, **options)
        except AttuneError as error:
            raise CommandError(str(error)) from error
        if options["queue"]:
            self.stdout.write(f"Queued: run {wanted.pk}.")
            if not options["wait"]:
                return
        elif wanted.status == TrainingRun.Status.RUNNING:
            self.stdout.write(f"Run {wanted.pk} is under way in another process; following it.")
        self.tell(follow(wanted.pk, execute=not options["queue"]))

    def request(self, slot: str, *, force: bool, queue: bool, **options: Any) -> TrainingRun:
        config = self.config(options)
        run = services.request_run(
            slot=slot, trigger=TrainingRun.Trigger.COMMAND, config=config, forced=force, enqueue=queue
        )
        if config and run.config != load_kind(slot).validate_config(config):
            raise CommandError(f"Run {run.pk} of this slot is under way with another configuration: {run.config}.")
        return run

    def config(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """What was said of the run; what was not is left to the slot's kind."""
        config: dict[str, Any] = {}
        if options["algorithm"]:
            config["algorithm"] = options["algorithm"]
        if options["params"]:
            config["params"] = dict(named_value(text) for text in options["params"])
        return config

    def tell(self, run: TrainingRun) -> None:
        """Print how the run ended.

        Raises:
            CommandError: it came to no verdict.

        """
        self.stdout.write(f"{run.get_status_display().capitalize()}: {run.verdict}")
        for name, value in run.metrics.items():
            self.stdout.write(f"  {name:<28} {value}")
        artefact = run.artefacts.first()
        if artefact is not None:
            self.stdout.write(f"{artefact} serves {run.slot}.")
        if run.status not in (TrainingRun.Status.DEPLOYED, TrainingRun.Status.HELD):
            raise CommandError("The run did not come to a verdict; its log is in the admin.")


def named_value(text: str) -> tuple[str, Any]:
    """Split “name=value”; the value is JSON or else a text.

    >>> named_value("neighbours=20"), named_value("device=cpu")
    (('neighbours', 20), ('device', 'cpu'))

    Raises:
        InvalidInput: there is no “=”.

    """
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise InvalidInput("set", f"is {text!r}; expected name=value")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value


def follow(run_id: UUID, *, execute: bool) -> TrainingRun:
    """Give the run once it has ended. With `execute` train here whenever it is queued, else leave that to a worker."""
    with progress_bar(run_id) as look:
        while True:
            run = TrainingRun.objects.get(pk=run_id)
            if not run.is_active:
                return run
            lease = leases.claim(run_id) if execute else None
            if lease is not None:
                execute_here(lease, look=look)
                continue
            look()
            time.sleep(LOOK_EVERY)


def execute_here(lease: leases.Lease, *, look: Callable[[], None]) -> None:
    try:
        process.execute(lease, watch=look)
    except KeyboardInterrupt:
        services.cancel_run(run_id=lease.run_id)
        raise SystemExit(INTERRUPTED) from None


@contextmanager
def progress_bar(run_id: UUID) -> Iterator[Callable[[], None]]:
    """Something to call now and then: it shows how the run's row stands. On a terminal only."""
    with tqdm(total=100, unit="%", bar_format="{desc:<40.40} {bar} {n:3.0f}%", disable=None, leave=False) as bar:

        def look() -> None:
            progress, stage = TrainingRun.objects.values_list("progress", "stage").get(pk=run_id)
            bar.n = round(100 * progress)
            bar.set_description_str(stage)

        yield look
