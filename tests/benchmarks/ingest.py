"""Events through REST in batches of 500 beside raw COPY of the same rows, and the import of a large file.

1. a database of its own with items and customers, granian with four threads
2. in turn, several times: a load process sends fresh events; the rows are taken out of both tables and the tables
   emptied; COPY brings the same rows in again, and they are emptied once more
3. the memory of the web process over all of it
4. `manage.py import` of a generated file, rows a second and memory
"""

import json
import statistics
import tempfile
from pathlib import Path

import psycopg

from tests.benchmarks.ingesting import peer
from tests.benchmarks.ingesting.importing import family_mib, import_ratings, write_ratings
from tests.benchmarks.installation import Installation, environment_of, free_port, own_database, server
from tests.benchmarks.report import Report, run

DATABASE = "attune_bench_ingest"
BATCH, CONNECTIONS = 500, 4
ITEMS, CUSTOMERS = 2_000, 10_000
# COPY needs the rows that its foreign keys point at; so REST finds them too.
SHOP = (
    """
    INSERT INTO marketing_item (sku, source_id, title, description, translations, brand, tags, currency, image_url, url,
                                attributes)
    SELECT n::text, source.id, 'Item ' || n, '', '{}', '', '{}', '', '', '', '{}'
    FROM generate_series(0, %(items)s - 1) AS numbers(n), marketing_source source WHERE source.code = 'bench'
    """,
    """
    INSERT INTO marketing_customer (external_id, source_id, email, name, locale, time_zone, attributes)
    SELECT n::text, source.id, '', '', '', '', '{}'
    FROM generate_series(0, %(customers)s - 1) AS numbers(n), marketing_source source WHERE source.code = 'bench'
    """,
    """
    INSERT INTO marketing_identity (source_id, kind, value, customer_id)
    SELECT source_id, 'customer', external_id, id FROM marketing_customer
    """,
    "ANALYZE",
)
WARM_UP = 40
# In a hurry: rounds, batches in each, and rows of the imported file.
ROUNDS, BATCHES, IMPORTED = 7, 120, 1_000_000
QUICK_ROUNDS, QUICK_BATCHES, QUICK_IMPORTED = 3, 40, 100_000


def measure(report: Report) -> None:
    with tempfile.TemporaryDirectory(prefix="attune-bench-") as folder, own_database(DATABASE) as database_url:
        environment = environment_of(
            Path(folder), database_url=database_url, namespace=DATABASE, settings="config.settings"
        )
        # The calls are counted all the same, but none is refused.
        built = Installation(port=free_port(), environment=environment | {"API_RATE": "1000000/minute"})
        built.python("manage.py", "migrate", "--verbosity", "0")
        with psycopg.connect(database_url, autocommit=True) as connection:
            measure_rest(report, built, connection)
            peer.empty(connection)
        measure_import(report, built, folder=Path(folder))


def measure_rest(report: Report, built: Installation, connection: psycopg.Connection) -> None:
    rounds, batches = (QUICK_ROUNDS, QUICK_BATCHES) if report.quick else (ROUNDS, BATCHES)
    key = built.python("manage.py", "create_api_key", "bench", "--scope", "events:write").strip()
    fill_shop(connection)
    with server(built) as process:
        # Makes the months and warms the server up.
        send(built, key=key, first=0, batches=WARM_UP)
        peer.empty(connection)
        start_mib = family_mib(process.pid)
        rest, copied = [], []
        for place in range(rounds):
            rest.append(batches * BATCH / send(built, key=key, first=WARM_UP + place * batches, batches=batches))
            rows = peer.take_out(connection)
            copied.append(rows.count / peer.copy_in(connection, rows))
            peer.empty(connection)
            report.say(f"round {place + 1}: REST {rest[-1]:,.0f} events/s, COPY {copied[-1]:,.0f}")
        report.set("rest_web_mib", family_mib(process.pid))
        report.set("rest_web_growth_mib", family_mib(process.pid) - start_mib)
    report.set("rest_events_per_s", statistics.median(rest))
    report.set("copy_events_per_s", statistics.median(copied))
    # Each round's own ratio, so that a machine that is busy for a while tips no scale.
    report.set("rest_over_copy", statistics.median(ours / theirs for ours, theirs in zip(rest, copied, strict=True)))


def fill_shop(connection: psycopg.Connection) -> None:
    for statement in SHOP:
        connection.execute(statement, {"items": ITEMS, "customers": CUSTOMERS} if "%(" in statement else None)


def send(built: Installation, *, key: str, first: int, batches: int) -> float:
    """Seconds until all batches were answered."""
    plan = {
        "port": built.port,
        "key": key,
        "connections": CONNECTIONS,
        "first": first,
        "batches": batches,
        "batch": BATCH,
        "items": ITEMS,
        "customers": CUSTOMERS,
    }
    answered = json.loads(built.python("-m", "tests.benchmarks.ingesting.load", text=json.dumps(plan)))
    return float(answered["seconds"])


def measure_import(report: Report, built: Installation, *, folder: Path) -> None:
    rows = report.events or (QUICK_IMPORTED if report.quick else IMPORTED)
    write_ratings(folder, rows=rows)
    report.say(f"importing {rows:,} ratings")
    imported = import_ratings(built, folder, rows=rows)
    report.set("import_rows", rows)
    report.set("import_rows_per_s", imported.rows_per_s)
    report.set("import_peak_mib", imported.peak_mib)
    report.set("import_growth_mib", imported.peak_mib - imported.early_mib)


if __name__ == "__main__":
    run("ingest", measure, description=__doc__.partition("\n")[0], takes_events=True)
