"""What an import says when it is done: counts, and each rejected row with its line and reason."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol, Self

REASONS = 100  # told apart in the sum; a file can be bad in more ways than anybody reads
OTHER = "other reasons"
TEXT = 4000  # characters of a rejected row that are kept


class Progress(Protocol):
    """Told about the work done."""

    def start(self, total: int) -> None:
        """How many bytes there are to read."""

    def advance(self, amount: int) -> None:
        """That many bytes more are read and stored."""


@dataclass(frozen=True)
class ImportReport:
    """What an import did, counted in rows, since its first start."""

    layout: str
    items: Counter[str] = field(default_factory=Counter)  # created, updated, unchanged, refused
    customers: Counter[str] = field(default_factory=Counter)
    refunds: Counter[str] = field(default_factory=Counter)
    orders: Counter[str] = field(default_factory=Counter)  # stored, already_stored, conflict, refused
    untitled_items: int = 0  # named by events only
    stored: int = 0
    already_stored: int = 0
    quarantined: int = 0  # events of unknown items or customers that wait for them
    left_out: int = 0  # lines that say nothing we keep


class Rejects:
    """Writes rejected rows to `path`, one JSON object a line, and counts them by reason. No reject, no file.

    An import that goes on says how long the file was when its last rows were stored (`size`, bytes) and what was
    counted until then: lines behind that belong to rows that will come again.
    """

    def __init__(self, path: Path, *, size: int = 0, by_reason: dict[str, int] | None = None) -> None:
        self.path = path
        self.by_reason: Counter[str] = Counter(by_reason)
        self._size = size
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()

    def add(self, *, file: str, line: int, reason: str, text: str, detail: str = "") -> None:
        """`detail` is what differs from row to row and so is no part of the reason that is counted."""
        said = f"{file}: {reason}"
        self.by_reason[said if said in self.by_reason or len(self.by_reason) < REASONS else OTHER] += 1
        row = {"file": file, "line": line, "reason": f"{reason}: {detail}" if detail else reason, "text": text[:TEXT]}
        self._open().write(json.dumps(row, ensure_ascii=False).encode("utf-8", errors="replace") + b"\n")

    def size(self) -> int:
        """The file's bytes, all handed to the operating system."""
        if self._file is None:
            return self._size
        self._file.flush()
        return self._file.tell()

    def _open(self) -> IO[bytes]:
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("r+b" if self._size and self.path.exists() else "wb")
            self._file.truncate(self._size)
            self._file.seek(0, 2)
        return self._file
