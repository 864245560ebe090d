"""Likes, comments and shares on social platforms: a CSV file of them, or what a relay posts to /api/social."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from marketing.errors import InvalidInput
from marketing.importers.delimited import header, table_part
from marketing.importers.frame import import_parts
from marketing.importers.job import Job
from marketing.importers.report import ImportReport
from marketing.services.social import FIELDS, as_event

REQUIRED: Final = ("platform", "item", "user", "kind", "time")


def import_social(path: Path, *, job: Job) -> ImportReport:
    """Store the interactions of a file with the columns platform, item, user, kind, time and perhaps text, id, post.

    Raises:
        InvalidInput: naming the file that is empty or lacks a column, with those that it has.

    """
    options = job.options
    titles, delimiter = header(path, encoding=options.encoding, wanted=frozenset(FIELDS))
    columns = {name: name for name in FIELDS if name in titles} | dict(options.columns)
    if unknown := [name for name in columns if name not in FIELDS]:
        raise InvalidInput("column", f"one of {', '.join(FIELDS)} expected, got “{unknown[0]}”")
    needed = [name for name in REQUIRED if name not in columns and name not in options.constants]
    if missing := [*needed, *(column for column in columns.values() if column not in titles)]:
        raise InvalidInput(path.name, f"the column {' and '.join(missing)} expected, found {', '.join(titles)}")
    places = [(name, titles.index(column)) for name, column in columns.items()]

    def meaning(values: list[str]) -> Mapping[str, Sequence[dict[str, Any]]]:
        said: dict[str, Any] = {name: value for name, place in places if (value := values[place])}
        return {"events": (as_event({**options.constants, **said}),)}

    part = table_part(path, titles=titles, delimiter=delimiter, encoding=job.options.encoding, meaning=meaning)
    return import_parts([part], layout="social interactions", job=job, make_items=options.make_items)
