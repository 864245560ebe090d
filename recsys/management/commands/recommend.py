"""Lists for all customers in one file, for e-mail.

1. find the deployed artefact, what is on offer and what staff said
2. make a list for every customer who agreed to personalisation, in blocks, with a progress bar
3. write them into a file, which gets its name when it is whole
"""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management import BaseCommand, CommandError
from django.db import transaction
from tqdm import tqdm

from marketing.errors import AttuneError
from marketing.exports.whole_file import whole_file
from recsys import mailing, selectors
from recsys.list_files import WRITERS, ListRow, writer_of
from recsys.mailing import Mailed
from recsys.serving.wording import reason_text


class Command(BaseCommand):
    help = "Write a list of recommendations for every customer who agreed to personalisation, in bounded memory."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--all", action="store_true", required=True, help="for all customers who agreed to personalisation"
        )
        parser.add_argument("--first", type=int, default=10, metavar="N", help="length of a list (%(default)s)")
        parser.add_argument(
            "--format", metavar="FORMAT", help=f"{', '.join(WRITERS)}; left out, the file's ending says it"
        )
        parser.add_argument("-o", "--output", default="-", metavar="FILE", help="“-”, the default: standard output")
        parser.add_argument(
            "--placement",
            default="email",
            help="staff's rules of this placement hold, and the log names it (%(default)s)",
        )
        parser.add_argument(
            "--log",
            action="store_true",
            help="write the lists down as shown, as for one that is sent: what comes of them is counted, and items that"
            " are shown in vain lose rank",
        )

    def handle(self, *, first: int, output: str, placement: str, log: bool, **options: Any) -> None:
        format_name = options["format"] or Path(output).suffix.removeprefix(".")
        if not format_name:
            raise CommandError(f"--format is missing: one of {', '.join(WRITERS)}")
        try:
            writer = writer_of(format_name)
            lists = mailing.lists_for_all(first=first, placement=placement)
        except AttuneError as error:
            raise CommandError(str(error)) from error
        told = self.told(lists, placement=placement, log=log)
        try:
            # Lists stand in the log if the file stands in its folder, all or none.
            with _file(output) as file, transaction.atomic() if log else nullcontext():
                for piece in writer(told):
                    file.write(piece)
        except OSError as error:
            raise CommandError(f"{output} can't be written: {error}") from error
        logged = "; logged" if log else "; not logged, --log does that"
        self.stderr.write(f"{self.given:,} lists, {self.rows:,} rows{logged}")

    def told(self, lists: Iterator[list[Mailed]], *, placement: str, log: bool) -> Iterator[list[ListRow]]:
        """The rows of each block, and in the log if that is wished."""
        self.given = self.rows = 0
        with tqdm(total=selectors.audience_size(), unit=" customers", unit_scale=True, disable=None) as bar:
            for block in lists:
                if log:
                    mailing.log(block, placement=placement)
                rows = [row for mailed in block for row in rows_of(mailed)]
                self.given += len(block)
                self.rows += len(rows)
                yield rows
                bar.update(len(block))


def rows_of(mailed: Mailed) -> Iterator[ListRow]:
    for item in mailed.ranked.items:
        reason = reason_text(item.reason, title=item.item.because_title, through=item.item.through_title)
        yield ListRow(mailed.customer, item.rank, item.item.sku, item.item.title, item.score, reason)


def _file(output: str) -> AbstractContextManager[BinaryIO]:
    return nullcontext(sys.stdout.buffer) if output == "-" else whole_file(Path(output))
