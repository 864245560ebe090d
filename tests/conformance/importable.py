"""A small file or folder of each format, told from the same people and things, for the suite over all importers."""

import csv
import json
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

START = 1_767_225_600  # 2026-01-01T00:00:00Z


@dataclass(frozen=True)
class Sample:
    """What is written where, and how many events (or orders, or ratings) it holds."""

    path: Path
    events: int
    options: dict = field(default_factory=dict)
    main: Path | None = None  # the file to break, where the path is a folder

    @property
    def file(self):
        return self.main or self.path


def table(path, titles, rows, delimiter=","):
    with path.open("w", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        writer.writerow(titles)
        writer.writerows(rows)
    return path


def of_csv(folder, count):
    rows = [("view", START + n, f"sku-{n % 5}", f"ada-{n % 7}") for n in range(count)]
    return Sample(table(folder / "events.csv", ("kind", "occurredAt", "item", "customer"), rows), count)


def of_jsonl(folder, count):
    lines = [
        json.dumps({"id": f"e{n}", "kind": "view", "occurredAt": START + n, "item": f"sku-{n % 5}", "visitor": "vi"})
        for n in range(count)
    ]
    path = folder / "events.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return Sample(path, count)


def of_parquet(folder, count):
    columns = {
        "kind": ["view"] * count,
        "occurredAt": pa.array([(START + n) * 1_000_000 for n in range(count)], pa.timestamp("us", tz="UTC")),
        "item": [f"sku-{n % 5}" for n in range(count)],
        "customer": [f"ada-{n % 7}" for n in range(count)],
        "value": [float(n) for n in range(count)],
    }
    path = folder / "events.parquet"
    pq.write_table(pa.table(columns), path, row_group_size=16)
    return Sample(path, count)


def of_segment(folder, count):
    calls = [
        {
            "type": "track",
            "event": "Product Viewed",
            "messageId": f"m{n}",
            "timestamp": f"2026-01-01T00:{n // 60:02}:{n % 60:02}.000Z",
            "anonymousId": f"vi-{n % 7}",
            "properties": {"sku": f"sku-{n % 5}"},
        }
        for n in range(count)
    ]
    path = folder / "segment.jsonl"
    path.write_text("".join(json.dumps(call) + "\n" for call in calls))
    return Sample(path, count)


def of_shopify(folder, count):
    titles = (
        *("Name", "Email", "Financial Status", "Currency", "Subtotal", "Shipping", "Taxes", "Total"),
        *("Discount Amount", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem sku"),
    )
    rows = [
        (
            *(f"#{1000 + n}", f"ada{n % 7}@example.com", "paid", "EUR", "20.00", "4.90", "0.00", "24.90"),
            *("0.00", f"2026-01-01 00:{n // 60:02}:{n % 60:02} +0100", 2, "Kettle", "10.00", f"sku-{n % 5}"),
        )
        for n in range(count)
    ]
    return Sample(table(folder / "orders_export.csv", titles, rows), count)


def of_retailrocket(folder, count):
    path = folder / "retailrocket"
    path.mkdir()
    titles = ("timestamp", "visitorid", "event", "itemid", "transactionid")
    rows = [((START + n) * 1000, n % 7, "view", n % 5, "") for n in range(count)]
    return Sample(path, count, main=table(path / "events.csv", titles, rows))


def of_social(folder, count):
    titles = ("platform", "item", "user", "kind", "time", "text")
    rows = [("insta", f"sku-{n % 5}", f"@ada{n % 7}", "like", START + n, "") for n in range(count)]
    return Sample(table(folder / "social.csv", titles, rows), count)


def of_movielens(folder, count):
    path = folder / "movielens"
    path.mkdir()
    data = path / "u.data"
    data.write_text("".join(f"{n % 7}\tsku-{n % 5}\t3\t{START + n}\n" for n in range(count)))
    return Sample(path, count, main=data)


SAMPLES = {
    "csv": of_csv,
    "jsonl": of_jsonl,
    "movielens": of_movielens,
    "parquet": of_parquet,
    "retailrocket": of_retailrocket,
    "segment": of_segment,
    "shopify": of_shopify,
    "social": of_social,
}
