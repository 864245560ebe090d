"""RetailRocket's set: events.csv, and beside it the items' properties over time and the tree of categories."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from marketing.errors import InvalidInput
from marketing.importers.delimited import header, table_part, table_records
from marketing.importers.frame import import_parts
from marketing.importers.job import Job
from marketing.importers.parts import Part, Place, Row
from marketing.importers.report import ImportReport
from marketing.services.category_tree import hang_categories

KINDS: Final = {"view": "view", "addtocart": "add_to_cart", "transaction": "purchase"}
EVENTS: Final = ("timestamp", "visitorid", "event", "itemid", "transactionid")
PROPERTIES: Final = ("timestamp", "itemid", "property", "value")
TREE: Final = ("categoryid", "parentid")
CATEGORY: Final = "categoryid"  # the property that says it


def import_retailrocket(path: Path, *, job: Job) -> ImportReport:
    """Store a folder's items with their last known categories, and its events. Items that only events name are made.

    Raises:
        InvalidInput: naming the folder without events.csv, or the file that is empty or lacks a column.

    """
    events = path / "events.csv"
    if not events.is_file():
        raise InvalidInput("path", f"a folder with events.csv expected, got “{path}”")
    properties = sorted(path.glob("item_properties*.csv"))
    parts = [_properties(properties, job=job)] if properties else []
    report = import_parts([*parts, _events(events, job=job)], layout="RetailRocket", job=job, make_items=True)
    if (tree := path / "category_tree.csv").is_file():
        hang_categories(_tree(tree, job=job))
    return report


def _events(path: Path, *, job: Job) -> Part:
    titles, delimiter = _header(path, EVENTS, job=job)
    time, visitor, kind, item, order = (titles.index(name) for name in EVENTS)

    def meaning(values: list[str]) -> Mapping[str, Sequence[dict[str, Any]]]:
        event: dict[str, Any] = {
            "kind": KINDS.get(values[kind], values[kind]),
            "occurredAt": values[time],
            "item": values[item],
            "visitor": values[visitor],
        }
        if values[order]:
            event["payload"] = {"order": values[order]}
        return {"events": (event,)}

    return table_part(path, titles=titles, delimiter=delimiter, encoding=job.options.encoding, meaning=meaning)


def _properties(paths: list[Path], *, job: Job) -> Part:
    """All files as one part whose rows are items: the newest category of each is known at their end only."""

    def read(start: Place) -> Iterator[Row]:
        newest: dict[str, tuple[int, str]] = {}
        for path in paths:
            yield from _newest_categories(path, newest, job=job, start=start)
        for number, item in enumerate(sorted(newest), 1):
            if number > start.offset:
                values = {"sku": item, "title": item, "category": _category(newest[item][1])}
                yield Row(number, Place(number, number), items=(values,))

    size = sum(path.stat().st_size for path in paths)
    return Part("item_properties", size, read, bytes_per_step=0.0)


def _newest_categories(path: Path, newest: dict[str, tuple[int, str]], *, job: Job, start: Place) -> Iterator[Row]:
    """Fills `newest`; what comes out are the rows that can't be read, the first time that the file is."""
    titles, delimiter = _header(path, PROPERTIES, job=job)
    time, item, name, value = (titles.index(column) for column in PROPERTIES)
    for record in table_records(path, titles=titles, delimiter=delimiter, encoding=job.options.encoding, start=Place()):
        columns = record.columns
        if columns and columns[name] == CATEGORY and columns[time].isdecimal():
            newest[columns[item]] = max(newest.get(columns[item], (0, "")), (int(columns[time]), columns[value]))
        elif (record.reason or (columns and columns[name] == CATEGORY)) and not start.offset:
            yield Row(record.line, Place(), record.raw, record.reason or "timestamp: milliseconds expected")


def _tree(path: Path, *, job: Job) -> dict[str, str]:
    """Category → the one above it, by name."""
    titles, delimiter = _header(path, TREE, job=job)
    child, parent = (titles.index(name) for name in TREE)
    records = table_records(path, titles=titles, delimiter=delimiter, encoding=job.options.encoding, start=Place())
    return {
        _category(columns[child]): _category(columns[parent])
        for columns in (record.columns for record in records)
        if columns and columns[parent]
    }


def _header(path: Path, names: Sequence[str], *, job: Job) -> tuple[list[str], str]:
    titles, delimiter = header(path, encoding=job.options.encoding, wanted=frozenset(names))
    if missing := [name for name in names if name not in titles]:
        raise InvalidInput(path.name, f"the column {' and '.join(missing)} expected, found {', '.join(titles)}")
    return titles, delimiter


def _category(number: str) -> str:
    return f"Category {number}"
