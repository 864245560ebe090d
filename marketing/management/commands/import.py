"""manage.py import FORMAT PATH."""  # noqa: N999 - the command is called so

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from marketing.errors import AttuneError, Conflict, InvalidInput
from marketing.importers import IMPORTERS, load_importer
from marketing.importers.job import Job, Options
from marketing.importers.report import ImportReport, Rejects
from marketing.models import ImportRun, Source
from marketing.services.imports import begin_import, fail_import, finish_import


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
    help = (
        "Import a file or folder: items, customers, events or orders. Cut off, the same command goes on; run again, it"
        " stores only what is new."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("format", choices=sorted(IMPORTERS), help="How the file or folder is laid out.")
        parser.add_argument("path", type=Path)
        parser.add_argument("--source", help="Code of the source that the rows come from; made when it is new.")
        parser.add_argument(
            "--rows", choices=["events", "items", "customers"], default="events", help="What csv, jsonl, parquet hold."
        )
        parser.add_argument("--map", type=Path, help='JSON: {"item": "sku", "kind": {"constant": "purchase"}}.')
        parser.add_argument("--column", action="append", default=[], metavar="FIELD=COLUMN")
        parser.add_argument("--constant", action="append", default=[], metavar="FIELD=VALUE")
        parser.add_argument("--encoding", default="utf-8", help="Of text files, e.g. mac_roman, latin-1, cp1252.")
        parser.add_argument("--time-zone", help="Of times without an offset, e.g. Europe/Berlin.")
        parser.add_argument("--make-items", action="store_true", help="Make items that only events name.")
        parser.add_argument("--rejects", type=Path, help="Where rejected rows go, one JSON object a line.")
        parser.add_argument("--restart", action="store_true", help="Begin anew where an import was cut off.")
        parser.add_argument("--no-progress", action="store_true")

    def handle(self, *, path: Path, **options: Any) -> None:
        started = datetime.now(UTC)
        try:
            read = _options(options)
            run = self._begin(path, read, options, started=started)
        except AttuneError as error:
            raise CommandError(str(error)) from error
        before = run.position
        report, rejects = self._import(path, run, read, options)
        seconds = (datetime.now(UTC) - started).total_seconds()
        finish_import(run, counts=_counts(report, rejects))
        self._say(report, rejects, seconds=seconds, rows=run.position - before)

    def _begin(self, path: Path, read: Options, options: dict[str, Any], *, started: datetime) -> ImportRun:
        name = options["format"]
        rejects = options["rejects"] or settings.HOME / "rejects" / f"{name}-{started:%Y%m%d-%H%M%S}.jsonl"
        code = options["source"] or name
        source, _created = Source.objects.get_or_create(code=code, defaults={"name": code})
        run = begin_import(
            format_name=name,
            path=path,
            source=source,
            options=repr(read),
            rejects=rejects,
            restart=options["restart"],
        )
        if run.position:
            self.stdout.write(f"goes on behind row {run.position:,}")
        return run

    def _import(
        self, path: Path, run: ImportRun, read: Options, options: dict[str, Any]
    ) -> tuple[ImportReport, Rejects]:
        bar = Bar(disable=options["no_progress"])
        at = run.counts.get("at", {})
        known = run.counts.get("rejected", {}) if at else {}
        try:
            with Rejects(Path(run.rejects), size=at.get("rejects", 0), by_reason=known) as rejects:
                job = Job(source=run.source, run=run, options=read, rejects=rejects, progress=bar)
                report = load_importer(run.format)(path, job=job)
        except Conflict as error:  # the run is another process's now
            raise CommandError(str(error)) from error
        except AttuneError as error:
            fail_import(run, message=str(error))
            raise CommandError(str(error)) from error
        except BaseException as error:
            fail_import(run, message=f"{type(error).__name__}: {error}")
            raise
        finally:
            bar.close()
        return report, rejects

    def _say(self, report: ImportReport, rejects: Rejects, *, seconds: float, rows: int) -> None:
        rows = rows or report.stored
        rate = f", {rows / seconds:,.0f} rows a second" if rows else ""
        self.stdout.write(f"{report.layout} ({seconds:.1f} seconds{rate})")
        for name, counts in (
            ("items", report.items),
            ("customers", report.customers),
            ("orders", report.orders),
            ("refunds", report.refunds),
        ):
            if told := ", ".join(f"{count:,} {status}" for status, count in sorted(counts.items()) if count):
                self.stdout.write(f"  {name}: {told}")
        if report.untitled_items:
            self.stdout.write(f"  items that only events name: {report.untitled_items:,}, titled by their id")
        self.stdout.write(f"  events: {report.stored:,} new, {report.already_stored:,} already stored")
        if report.quarantined:
            self.stdout.write(f"  in quarantine: {report.quarantined:,} events about items or customers not known yet")
        if report.left_out:
            self.stdout.write(f"  left out: {report.left_out:,} lines that say nothing we keep")
        self._say_rejects(rejects)

    def _say_rejects(self, rejects: Rejects) -> None:
        if not rejects.by_reason:
            return
        self.stdout.write(self.style.WARNING(f"  rejected: {rejects.by_reason.total():,} rows, see {rejects.path}"))
        for reason, count in rejects.by_reason.most_common():
            self.stdout.write(f"    {count:,} × {reason}")


def _options(given: dict[str, Any]) -> Options:
    columns, constants = _map(given["map"]) if given["map"] else ({}, {})
    return Options(
        rows=given["rows"],
        columns=columns | _pairs(given["column"], name="column"),
        constants=constants | _pairs(given["constant"], name="constant"),
        encoding=given["encoding"],
        time_zone=_zone(given["time_zone"]),
        make_items=given["make_items"],
    )


def _map(path: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Columns and constants of a map file."""
    try:
        told = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise InvalidInput("map", f"a file of JSON expected: {error}") from error
    if not isinstance(told, dict):
        raise InvalidInput("map", "a JSON object of field → column expected")
    columns = {field: said for field, said in told.items() if isinstance(said, str)}
    constants = {
        field: said["constant"] for field, said in told.items() if isinstance(said, dict) and set(said) == {"constant"}
    }
    for field in told:
        if field not in columns and not isinstance(constants.get(field), str):
            raise InvalidInput("map", f"{field}: a column's title, or {{“constant”: “text”}} expected")
    return columns, constants


def _pairs(given: list[str], *, name: str) -> dict[str, str]:
    pairs = {}
    for pair in given:
        field, sign, said = pair.partition("=")
        if not (field and sign and said):
            raise InvalidInput(name, f"FIELD=… expected, got “{pair}”")
        pairs[field] = said
    return pairs


def _zone(name: str | None) -> ZoneInfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidInput("time-zone", f"an IANA name (Europe/Berlin) expected, got “{name}”") from error


def _counts(report: ImportReport, rejects: Rejects) -> dict[str, Any]:
    counted: dict[str, Counter[str]] = {
        "events": Counter(
            stored=report.stored,
            already_stored=report.already_stored,
            quarantined=report.quarantined,
            untitled_items=report.untitled_items,
        ),
        "items": report.items,
        "customers": report.customers,
        "orders": report.orders,
        "refunds": report.refunds,
        "rejected": rejects.by_reason,
    }
    kept = {name: {key: count for key, count in counts.items() if count} for name, counts in counted.items()}
    return {**{name: counts for name, counts in kept.items() if counts}, "left_out": report.left_out}
