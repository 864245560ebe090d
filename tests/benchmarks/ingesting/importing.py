"""`manage.py import` of a generated set in MovieLens' layout, watched from outside: rows a second, and memory."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from tests.benchmarks.installation import Installation

FILMS, LAST_DAY = 3_000, 1_700_000_000
LINES_AT_ONCE = 50_000


@dataclass(frozen=True)
class Imported:
    """`early_mib` is the peak of the first half of the time, which flat memory doesn't exceed later."""

    rows_per_s: float
    peak_mib: float
    early_mib: float


def write_ratings(folder: Path, *, rows: int) -> None:
    """`u.data`: user, film, stars and second; no line is there twice."""
    lines = ratings(rows)
    with (folder / "u.data").open("w") as file:
        while chunk := "".join(islice(lines, LINES_AT_ONCE)):
            file.write(chunk)


def ratings(rows: int) -> Iterator[str]:
    draw = random.Random(42)
    people = max(1_000, rows // 150)  # MovieLens has about 150 ratings a person
    for place in range(rows):
        yield f"{draw.randrange(people)}\t{int(draw.random() ** 2 * FILMS)}\t{draw.randrange(1, 6)}\t{LAST_DAY - place}\n"


def import_ratings(installation: Installation, folder: Path, *, rows: int) -> Imported:
    """The whole command counts, its start too."""
    began = time.perf_counter()
    rejects = str(folder / "rejects.jsonl")
    process = subprocess.Popen(
        [sys.executable, "manage.py", "import", "movielens", str(folder), "--no-progress", "--rejects", rejects],
        env=installation.environment,
        stdout=subprocess.DEVNULL,
    )
    sizes = []
    while process.poll() is None:
        sizes.append((time.perf_counter() - began, resident_mib(process.pid)))
        time.sleep(0.05)
    seconds = time.perf_counter() - began
    if process.returncode:
        raise RuntimeError(f"the import ended with status {process.returncode}")
    early = max(size for when, size in sizes if when <= max(seconds / 2, sizes[0][0]))
    return Imported(rows / seconds, max(size for _when, size in sizes), early)


def resident_mib(pid: int) -> float:
    """0 when the process is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    sizes = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")]
    return int(sizes[0]) / 1024 if sizes else 0.0


def family_mib(pid: int) -> float:
    """Of a process and its children, where the kernel says which they are."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        children = []
    return resident_mib(pid) + sum(resident_mib(int(child)) for child in children)
