"""manage.py import FORMAT FOLDER."""  # noqa: N999 - the command is called so

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from marketing.errors import AttuneError
from marketing.importers import IMPORTERS, load_importer
from marketing.importers.report import ImportReport, Rejects


class Bar:
    """The progress of an import as a bar on the terminal."""

    def __init__(self, *, disable: bool) -> None:
        # None shows the bar on a terminal only.
        self.bar = tqdm(unit="B", unit_scale=True, desc="importing", disable=True if disable else None)

    def start(self, total: int) -> None:
        self.bar.reset(total=total)

    def advance(self, amount: int) -> None:
        self.bar.update(amount)

    def close(self) -> None:
        self.bar.close()


class Command(BaseCommand):
    help = "Import a data set: items, customers and events. Run again, it stores only what is new."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("format", choices=sorted(IMPORTERS), help="How the folder is laid out.")
        parser.add_argument("folder", type=Path)
        parser.add_argument("--rejects", type=Path, help="Where rejected rows go, one JSON object a line.")
        parser.add_argument("--no-progress", action="store_true")

    def handle(self, *, folder: Path, **options: Any) -> None:
        started = datetime.now(UTC)
        path = options["rejects"] or settings.HOME / "rejects" / f"{options['format']}-{started:%Y%m%d-%H%M%S}.jsonl"
        bar = Bar(disable=options["no_progress"])
        try:
            with Rejects(path) as rejects:
                report = load_importer(options["format"])(folder, rejects=rejects, progress=bar)
        except AttuneError as error:
            raise CommandError(str(error)) from error
        finally:
            bar.close()
        seconds = (datetime.now(UTC) - started).total_seconds()
        self._say(report, rejects, seconds=seconds)

    def _say(self, report: ImportReport, rejects: Rejects, *, seconds: float) -> None:
        rate = f", {report.stored / seconds:,.0f} a second" if report.stored else ""
        self.stdout.write(f"{report.layout} ({seconds:.1f} seconds{rate})")
        for name, counts in (("items", report.items), ("customers", report.customers)):
            if counts:
                told = ", ".join(f"{count:,} {status}" for status, count in sorted(counts.items()))
                self.stdout.write(f"  {name}: {told}")
        if report.untitled_items:
            self.stdout.write(f"  items that only ratings name: {report.untitled_items:,}, titled by their id")
        self.stdout.write(f"  events: {report.stored:,} new, {report.already_stored:,} already stored")
        self._say_rejects(rejects)

    def _say_rejects(self, rejects: Rejects) -> None:
        if not rejects.by_reason:
            return
        self.stdout.write(self.style.WARNING(f"  rejected: {rejects.by_reason.total():,} rows, see {rejects.path}"))
        for reason, count in rejects.by_reason.most_common():
            self.stdout.write(f"    {count:,} × {reason}")
