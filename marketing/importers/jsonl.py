"""JSON lines of events, items or customers, each as at its REST door."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from marketing.importers.frame import import_parts
from marketing.importers.job import Job, Options
from marketing.importers.json_lines import json_part
from marketing.importers.parts import Part
from marketing.importers.records import checked_encoding
from marketing.importers.report import ImportReport


def import_jsonl(path: Path, *, job: Job) -> ImportReport:
    """Store one row a line.

    Raises:
        InvalidInput: there is no such file, or nothing in it.

    """
    part = jsonl_part(path, options=job.options)
    return import_parts([part], layout=f"JSON lines of {job.options.rows}", job=job, make_items=job.options.make_items)


def jsonl_part(path: Path, *, options: Options) -> Part:
    """The file's rows. Constants of the options stand in for what a line leaves out.

    Raises:
        InvalidInput: as `import_jsonl`.

    """
    rows, constants = options.rows, options.constants

    def meaning(value: dict[str, Any]) -> Mapping[str, Sequence[dict[str, Any]]]:
        return {rows: ({**constants, **value} if constants else value,)}

    return json_part(path, encoding=checked_encoding(options.encoding), meaning=meaning)
