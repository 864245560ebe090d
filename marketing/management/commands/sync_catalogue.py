"""manage.py sync_catalogue FILE --source CODE."""

from argparse import ArgumentTypeError
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketing.errors import AttuneError
from marketing.importers.delimited import delimited_part
from marketing.importers.job import Options
from marketing.importers.jsonl import jsonl_part
from marketing.importers.parts import Part, Place
from marketing.models import Source
from marketing.services.catalogue_sync import SyncReport, SyncRow, sync_catalogue

PARTS = {".jsonl": jsonl_part, ".ndjson": jsonl_part, ".csv": delimited_part, ".tsv": delimited_part}


class Command(BaseCommand):
    help = "Make a source's items what the file says: rows are made or changed, items that it lacks are retired."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="JSON lines or CSV, one item a row as at the REST door.")
        parser.add_argument("--source", required=True, help="Code of the source whose catalogue it is.")
        parser.add_argument("--column", action="append", default=[], type=_pair, metavar="FIELD=COLUMN")
        parser.add_argument("--constant", action="append", default=[], type=_pair, metavar="FIELD=VALUE")
        parser.add_argument("--encoding", default="utf-8")
        parser.add_argument("--dry-run", action="store_true", help="Say what would be done and do nothing.")
        parser.add_argument("--force", action="store_true", help="Retire as many as are missing.")

    def handle(self, *, file: Path, **options: Any) -> None:
        source = Source.objects.filter(code=options["source"]).first()
        if source is None:
            raise CommandError(f"source: no source has the code “{options['source']}”")
        if file.suffix not in PARTS:
            raise CommandError(f"file: one that ends with {', '.join(PARTS)} expected, got “{file.name}”")
        read = Options(
            rows="items",
            columns=dict(options["column"]),
            constants=dict(options["constant"]),
            encoding=options["encoding"],
        )
        try:
            part = PARTS[file.suffix](file, options=read)
            report = sync_catalogue(_rows(part), source=source, force=options["force"], dry_run=options["dry_run"])
        except AttuneError as error:
            raise CommandError(str(error)) from error
        self._say(report)

    def _say(self, report: SyncReport) -> None:
        told = ", ".join(f"{count:,} {status}" for status, count in sorted(report.counts.items()) if count)
        done = "would be " if report.dry_run else ""
        self.stdout.write(f"items: {told or 'none'}; {report.restored:,} of them {done}restored")
        self.stdout.write(f"{done}retired: {report.retired:,}")
        for row in report.refused:
            self.stdout.write(self.style.WARNING(f"  row {row.line}: {row.message}"))


def _rows(part: Part) -> Iterator[SyncRow]:
    for row in part.read(Place()):
        if row.reason:
            yield SyncRow(row.line, reason=f"{row.reason}: {row.detail}" if row.detail else row.reason)
        for item in row.items:
            yield SyncRow(row.line, item)


def _pair(text: str) -> tuple[str, str]:
    field, sign, said = text.partition("=")
    if not (field and sign and said):
        raise ArgumentTypeError(f"FIELD=… expected, got “{text}”")
    return field, said
