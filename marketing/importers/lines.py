"""Text files as bytes, in blocks of whole lines: fast to hand on, and no line is lost for what it holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from marketing.errors import InvalidInput

BOM = b"\xef\xbb\xbf"
BLOCK = 4 * 1024 * 1024  # bytes; a quarter of a million ratings
LONGEST_LINE = 1024 * 1024


@dataclass(frozen=True)
class Block:
    """Whole lines, ended by line feeds alone, without a byte order mark."""

    data: bytes
    size: int  # bytes that it took in the file
    cut_off: bool = False  # its last line has no end: the file may have been cut off there


def blocks(path: Path, *, size: int = BLOCK) -> Iterator[Block]:
    """The file from its start to its end.

    Raises:
        InvalidInput: a line is too long for a table of text.

    """
    with path.open("rb") as file:
        if file.read(len(BOM)) != BOM:
            file.seek(0)
        rest, data = b"", file.read(size)
        while data:
            following = file.read(size)
            whole, end, rest = (rest + data).rpartition(b"\n")
            if len(rest) > LONGEST_LINE:
                raise InvalidInput(path.name, f"lines of at most {LONGEST_LINE} bytes expected")
            cut_off = bool(rest) and not following
            # A last line without an end is judged among its neighbours.
            lines = whole + end + rest + b"\n" if cut_off else whole + end
            if lines:
                yield Block(lines.replace(b"\r\n", b"\n"), len(lines), cut_off=cut_off)
            data = following


def first_line(path: Path) -> bytes:
    """The first line without its end; empty for an empty file."""
    with path.open("rb") as file:
        return file.readline(LONGEST_LINE).removeprefix(BOM).rstrip(b"\r\n")


def copy_lines(data: bytes) -> bytes:
    """The block as rows of one text column in COPY's text format; NULL for a line that is no UTF-8 or holds NUL."""
    if not _is_text(data):
        data = b"".join(line if _is_text(line) else b"\0\n" for line in data.splitlines(keepends=True))
    escaped = data.replace(b"\\", b"\\\\").replace(b"\r", b"\\r").replace(b"\t", b"\\t")
    return escaped.replace(b"\0", b"\\N")


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in data
