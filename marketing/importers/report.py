"""What an import says when it is done: counts, and each rejected row with its line and reason."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Protocol, Self


class Progress(Protocol):
    """Told about the work done."""

    def start(self, total: int) -> None:
        """How many bytes there are to read."""

    def advance(self, amount: int) -> None:
        """That many bytes more are read and stored."""


@dataclass(frozen=True)
class ImportReport:
    """What an import did, counted in rows."""

    layout: str
    items: Counter[str]  # created, updated, unchanged, refused
    customers: Counter[str]
    untitled_items: int  # named by events only
    stored: int
    already_stored: int


class Rejects:
    """Writes rejected rows to `path`, one JSON object a line, and counts them by reason. No reject, no file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.by_reason: Counter[str] = Counter()
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()

    def add(self, *, file: str, line: int, reason: str, text: str) -> None:
        self.by_reason[f"{file}: {reason}"] += 1
        row = {"file": file, "line": line, "reason": reason, "text": text}
        self._open().write(json.dumps(row, ensure_ascii=False) + "\n")

    def _open(self) -> IO[str]:
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("w", encoding="utf-8", errors="replace")
        return self._file
