"""The films and people of a folder: small tables, read row by row and upserted in batches."""

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from marketing.importers.lines import blocks
from marketing.importers.movielens.layouts import GENRES, Table
from marketing.importers.report import Progress, Rejects
from marketing.incoming import RowResult
from marketing.models import Source
from marketing.services.catalogue import ItemIn, upsert_items
from marketing.services.customers import CustomerIn, upsert_customers

BATCH = 2000
# MovieLens sorts by title: “Full Monty, The”.
ARTICLE_LAST = re.compile(r"(?P<title>.+), (?P<article>The|A|An|Le|La|Les|Das|Der|Die|El|Il)")
TITLE_WITH_YEAR = re.compile(r"(?P<title>.+?)\s*\((?P<year>\d{4})\)\s*")
YEAR = re.compile(r"\d{4}")
NO_GENRE = "(no genres listed)"


@dataclass(frozen=True)
class Line:
    """A line that has all its columns."""

    number: int
    text: str
    fields: dict[str, str]


def import_films(table: Table, *, source: Source, rejects: Rejects, progress: Progress) -> Counter[str]:
    """Upsert the folder's films as items. How many were created, updated, unchanged, refused."""

    def upsert(lines: list[Line]) -> list[RowResult]:
        return upsert_items([_film(line.fields, table=table) for line in lines], source=source)

    return _in_batches(table, upsert, rejects=rejects, progress=progress)


def import_people(table: Table, *, source: Source, rejects: Rejects, progress: Progress) -> Counter[str]:
    """Upsert the folder's users as customers. How many were created, updated, unchanged, refused."""

    def upsert(lines: list[Line]) -> list[RowResult]:
        return upsert_customers([_person(line.fields) for line in lines], source=source)

    return _in_batches(table, upsert, rejects=rejects, progress=progress)


def read_films(table: Table) -> Iterator[ItemIn]:
    """The folder's films without storing them; lines that are none are passed over."""
    for number, raw in _numbered(table, advance=lambda _size: None):
        line = _line(raw, number=number, table=table)
        if isinstance(line, Line):
            yield _film(line.fields, table=table)


def _in_batches(
    table: Table, upsert: Callable[[list[Line]], Sequence[RowResult]], *, rejects: Rejects, progress: Progress
) -> Counter[str]:
    counts: Counter[str] = Counter()
    lines = _lines(table, rejects=rejects, progress=progress)
    while batch := list(islice(lines, BATCH)):
        for result in upsert(batch):
            counts[result.status] += 1
            if result.status == "refused":
                line = batch[result.index]
                reason = f"{result.field}: {result.message}"
                rejects.add(file=table.path.name, line=line.number, reason=reason, text=line.text)
    return counts


def _lines(table: Table, *, rejects: Rejects, progress: Progress) -> Iterator[Line]:
    for number, raw in _numbered(table, advance=progress.advance):
        line = _line(raw, number=number, table=table)
        if isinstance(line, Line):
            yield line
        else:
            text = raw.decode("utf-8", errors="replace")
            rejects.add(file=table.path.name, line=number, reason=line, text=text)


def _numbered(table: Table, *, advance: Callable[[int], None]) -> Iterator[tuple[int, bytes]]:
    """The lines that are neither the header nor empty, with their numbers from 1."""
    number = 0
    for block in blocks(table.path):
        for raw in block.data.split(b"\n")[:-1]:
            number += 1
            if raw.strip() and not (number == 1 and table.format.has_header):
                yield number, raw
        advance(block.size)


def _line(raw: bytes, *, number: int, table: Table) -> Line | str:
    """The line, or the reason why it is none."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        if not table.format.latin:
            return "broken UTF-8"
        text = raw.decode("latin-1")
    try:
        columns = next(csv.reader([text], strict=True)) if table.format.quoted else text.split(table.format.separator)
    except csv.Error as error:
        return f"broken quotes: {error}"
    if len(columns) < table.width:
        return "too few columns"
    return Line(number, text, {name: columns[place].strip() for name, place in table.places.items()})


def _film(fields: dict[str, str], *, table: Table) -> ItemIn:
    title, year = fields["title"] or fields["item"], fields.get("year", "")
    if "year" not in fields and (found := TITLE_WITH_YEAR.fullmatch(title)):
        title, year = found["title"], found["year"]
    if found := ARTICLE_LAST.fullmatch(title):
        title = f"{found['article']} {found['title']}"
    genres = _genres(fields, table=table)
    attributes: dict[str, Any] = {"year": int(year)} if YEAR.fullmatch(year) else {}
    category = genres[0] if genres else None
    return ItemIn(sku=fields["item"], title=title, category=category, tags=genres, attributes=attributes)


def _genres(fields: dict[str, str], *, table: Table) -> list[str]:
    if GENRES[0] in fields:  # a flag a genre
        return [genre for genre in GENRES[1:] if fields[genre] == "1"]
    names = fields.get("genres", "").replace(NO_GENRE, "").split(table.format.list_separator)
    return [name.strip() for name in names if name.strip()]


def _person(fields: dict[str, str]) -> CustomerIn:
    attributes: dict[str, Any] = {
        name: int(value) if name == "age" and value.isdecimal() else value
        for name in ("age", "gender", "occupation")
        if (value := fields.get(name, ""))
    }
    return CustomerIn(external_id=fields["user"], attributes=attributes)
