"""What every importer is handed: whose data they are, how to read them, and where to say how far it came."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from zoneinfo import ZoneInfo

from marketing.importers.report import Progress, Rejects
from marketing.models import ImportRun, Source

Rows = Literal["events", "items", "customers"]


@dataclass(frozen=True)
class Options:
    """How somebody wants a file read."""

    rows: Rows = "events"  # what csv, jsonl and parquet hold
    columns: Mapping[str, str] = field(default_factory=dict)  # our field → the file's column
    constants: Mapping[str, str] = field(default_factory=dict)  # our field → the value of all rows
    encoding: str = "utf-8"
    time_zone: ZoneInfo | None = None  # of times that say no offset
    make_items: bool = False  # for SKUs that only events name


@dataclass(frozen=True)
class Job:
    """One import under way. `run` is its row, whose position moves with the rows stored."""

    source: Source
    run: ImportRun
    options: Options
    rejects: Rejects
    progress: Progress
