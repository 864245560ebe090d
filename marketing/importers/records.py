"""Delimited text record by record, with the place behind each: quotes may span lines, and no bad line takes another."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

from marketing.errors import InvalidInput
from marketing.importers.parts import Place

BOM = b"\xef\xbb\xbf"
LONGEST_LINE = 1024 * 1024
DELIMITERS = (",", "\t", ";", "|")
QUOTES = "broken quotes"
CUT_OFF = "the file is cut off here"


class Record(NamedTuple):
    """The columns of one record, or why it has none."""

    line: int
    following: Place
    raw: bytes
    columns: list[str]
    reason: str = ""
    detail: str = ""


def checked_encoding(name: str) -> str:
    """The encoding, when text in it can be cut into lines before it is decoded.

    Raises:
        InvalidInput: naming `encoding`.

    """
    try:
        fits = '\n,"'.encode(name) == b'\n,"' and bytes([65]).decode(name) == "A"
    except (LookupError, UnicodeError):
        fits = False
    if not fits:
        raise InvalidInput("encoding", f"one that extends ASCII (utf-8, latin-1, mac_roman, cp1252) expected: “{name}”")
    return name


def lines(path: Path, *, start: Place = Place()) -> Iterator[tuple[bytes, Place]]:  # noqa: B008 - a frozen value
    """Each line with its end and the place behind it. A line over the limit comes cut to it."""
    with path.open("rb") as file:
        yield from _lines(file, start)


def _lines(file: IO[bytes], start: Place) -> Iterator[tuple[bytes, Place]]:
    file.seek(start.offset)
    offset, number = start
    if not offset and file.read(len(BOM)) == BOM:
        offset = len(BOM)
    file.seek(offset)
    while raw := file.readline(LONGEST_LINE):
        offset += len(raw)
        if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
            while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                offset += len(rest)
            offset += len(rest)
        number += 1
        yield raw, Place(offset, number)


class _Feed:
    """Lines for a csv.reader, which takes just as many as a record has; some can be given back."""

    def __init__(self, source: Iterator[tuple[bytes, Place]], *, encoding: str) -> None:
        self.source = source
        self.encoding = encoding
        self.taken: list[tuple[bytes, Place]] = []
        self.again: list[tuple[bytes, Place]] = []  # the next one last
        self.broken: UnicodeDecodeError | None = None

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        line = self.again.pop() if self.again else next(self.source)
        self.taken.append(line)
        try:
            return line[0].decode(self.encoding)
        except UnicodeDecodeError as error:
            self.broken = self.broken or error
            return line[0].decode(self.encoding, errors="replace")

    def next_record(self) -> None:
        self.taken, self.broken = [], None

    def keep_first_only(self) -> None:
        """All lines but the first are read again, as records of their own."""
        self.again += reversed(self.taken[1:])
        del self.taken[1:]


def records(path: Path, *, delimiter: str, encoding: str, start: Place) -> Iterator[Record]:
    """The file's records from a place on. Blank lines come as records without columns."""
    feed = _Feed(lines(path, start=start), encoding=encoding)
    number = start.line
    while True:
        feed.next_record()
        try:
            for columns in csv.reader(feed, delimiter=delimiter, strict=True):
                following = feed.taken[-1][1]
                raw = feed.taken[0][0] if len(feed.taken) == 1 else b"".join(raw for raw, _place in feed.taken)
                reason, detail = _broken(feed.broken, following, raw) if feed.broken else _too_long(raw)
                yield Record(number + 1, following, raw, columns, reason, detail)
                number = following.line
                feed.next_record()
        except csv.Error as error:
            feed.keep_first_only()
            (raw, following) = feed.taken[0]
            yield Record(number + 1, following, raw, [], QUOTES, str(error))
            number = following.line
        else:
            return


def no_text(error: UnicodeDecodeError, *, start: int) -> tuple[str, str]:
    """Reason and detail of a line that is not in the encoding; `start` is where it begins in the file."""
    byte = error.object[error.start]
    reason = f"no {error.encoding.upper()}; if the file is in another encoding, name it with --encoding"
    return reason, f"byte 0x{byte:02X} at {error.start + 1} of the line, {start + error.start + 1} of the file"


def _broken(error: UnicodeDecodeError, following: Place, raw: bytes) -> tuple[str, str]:
    return no_text(error, start=following.offset - len(raw) + max(raw.find(error.object), 0))


def _too_long(raw: bytes) -> tuple[str, str]:
    if len(raw) >= LONGEST_LINE:
        return f"a line of less than {LONGEST_LINE} bytes expected", ""
    return "", ""


def header_of(path: Path, *, encoding: str) -> bytes:
    """The first line, without byte order mark and line end.

    Raises:
        InvalidInput: an empty file, one of UTF-16, or one whose lines end with CR alone.

    """
    with path.open("rb") as file:
        start = file.read(LONGEST_LINE)
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InvalidInput(path.name, "text in UTF-8 or in what --encoding names expected, got UTF-16")
    start = start.removeprefix(BOM)
    line, end, _rest = start.partition(b"\n")
    line = line.removesuffix(b"\r")
    if b"\r" in line:
        raise InvalidInput(path.name, "lines that end with LF or CR LF expected, got CR alone")
    if not line.strip():
        raise InvalidInput(path.name, "a header expected, got an empty file or first line")
    if not end and len(line) >= LONGEST_LINE - len(BOM):
        raise InvalidInput(path.name, "a header expected, got one endless line")
    try:
        line.decode(encoding)
    except UnicodeDecodeError as error:
        raise InvalidInput(path.name, ": ".join(no_text(error, start=0))) from None
    return line


def titles_of(line: str, *, delimiter: str, file: str) -> list[str]:
    """The columns' titles.

    Raises:
        InvalidInput: quotes that don't fit, or one title twice.

    """
    try:
        titles = [title.strip() for title in next(csv.reader([line], delimiter=delimiter, strict=True))]
    except csv.Error as error:
        raise InvalidInput(file, f"a header expected, got broken quotes: {error}") from None
    if twice := sorted({title for title in titles if title and titles.count(title) > 1}):
        raise InvalidInput(file, f"each column once expected, got {', '.join(twice)} twice")
    return titles


def sniffed(line: str, *, wanted: frozenset[str]) -> str:
    """The delimiter that gives most of the wanted titles, else most columns."""

    def found(delimiter: str) -> tuple[int, int]:
        try:
            titles = next(csv.reader([line], delimiter=delimiter))
        except csv.Error:
            return 0, 0
        return len(wanted & {title.strip() for title in titles}), len(titles)

    return max(DELIMITERS, key=found)
