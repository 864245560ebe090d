"""manage.py export: rows into a file."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from marketing.errors import AttuneError
from marketing.exports import EXPORTS, FORMATS, Export, prepare
from marketing.exports.whole_file import whole_file

FILTERS = ("from", "to", "source", "kind")


class Command(BaseCommand):
    help = "Write rows into a file: parquet, CSV or JSON lines. Memory stays flat, however many there are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("selection", choices=list(EXPORTS))
        parser.add_argument("--format", choices=list(FORMATS), help="Left out, the file's ending says it.")
        parser.add_argument("-o", "--output", default="-", metavar="FILE", help="“-”, the default: standard output.")
        parser.add_argument("--from", default="", metavar="WHEN", help="A day or an instant with offset, inclusive.")
        parser.add_argument("--to", default="", metavar="WHEN", help="A day or an instant with offset, exclusive.")
        parser.add_argument("--source", default="", metavar="CODE")
        parser.add_argument("--kind", default="", help="Of events.")

    def handle(self, *_: Any, selection: str, output: str, **options: Any) -> None:
        format_name = options["format"] or Path(output).suffix.removeprefix(".")
        if not format_name:
            raise CommandError(f"--format is missing: one of {', '.join(FORMATS)}")
        try:
            export = prepare(selection, format_name=format_name, filters={name: options[name] for name in FILTERS})
        except AttuneError as error:
            raise CommandError(str(error)) from error
        if output == "-":
            write(export, sys.stdout.buffer)
            return
        try:
            rows = write_whole(export, Path(output))
        except OSError as error:
            raise CommandError(f"{output} can't be written: {error}") from error
        self.stdout.write(f"{rows:,} rows in {output}")


def write_whole(export: Export, path: Path) -> int:
    """Write the file; gives the number of rows."""
    with whole_file(path) as file:
        return write(export, file)


def write(export: Export, file: BinaryIO) -> int:
    rows = 0
    with tqdm(unit=" rows", unit_scale=True, desc=export.file_name, disable=None) as bar:
        for chunk in export.chunks():
            file.write(chunk.data)
            rows += chunk.rows
            bar.update(chunk.rows)
    return rows
