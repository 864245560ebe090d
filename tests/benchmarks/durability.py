"""Four clients store events while Postgres and the web process are killed: is each acknowledged event there, once?

1. an embedded Postgres and Valkey in a home of their own, granian with four threads
2. four processes send unique events in small batches and send each again until it is acknowledged; of the answers that
   reach them they forget 2%
3. meanwhile `kill -9`, in turn: Postgres' first process, the web process, one of Postgres' backends
4. when all clients have got their last answer: what they were promised against what is stored
"""

import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any

import psycopg

from config import embedded
from tests.benchmarks.installation import Installation, environment_of, free_port, start_server, wait_for
from tests.benchmarks.report import Broken, Report, run
from tests.benchmarks.surviving.victims import Victims, log_of

CLIENTS, BATCH, LOST_ANSWERS = 4, 20, 0.02
SECONDS, QUICK_SECONDS = 75.0, 22.0
# Between two kills, after the victim of the last one is back.
PAUSE = (1.5, 4.0)
ITEMS = """
INSERT INTO marketing_item (sku, source_id, title, description, translations, brand, tags, currency, image_url, url,
                            attributes)
SELECT 'sku-' || n, source.id, 'Item ' || n, '', '{}', '', '{}', '', '', '', '{}'
FROM generate_series(0, 99) AS numbers(n), marketing_source source
"""
STORED = "SELECT event_id, count(*) FROM marketing_event GROUP BY event_id"


def measure(report: Report) -> None:
    with installation() as (home, built):
        key = built.python("manage.py", "create_api_key", "bench", "--scope", "events:write").strip()
        with psycopg.connect(built.environment["DATABASE_URL"]) as connection:
            connection.execute(ITEMS)
        victims = Victims(home, built, start_server(built, log=log_of(home)))
        try:
            wait_for(victims.web, port=built.port)
            told = attack(report, victims, key=key)
        finally:
            victims.web.terminate()
            victims.web.wait(timeout=30)
            keep_log(report, log_of(home))
        with psycopg.connect(built.environment["DATABASE_URL"]) as connection:
            stored = dict(connection.execute(STORED).fetchall())
            keys = connection.execute("SELECT count(*) FROM marketing_eventkey").fetchone()
    judge(report, told, stored=stored, keys=keys[0] if keys else 0)


@contextmanager
def installation() -> Iterator[tuple[Path, Installation]]:
    with tempfile.TemporaryDirectory(prefix="attune-durability-") as folder:
        home = Path(folder)
        home.chmod(0o755)  # the servers' account has to get in
        services = embedded.start(home)
        try:
            environment = environment_of(
                home, database_url=services.database_url, namespace="durability", settings="config.settings"
            )
            environment |= {"CACHE_URL": services.cache_url, "BROKER_URL": services.broker_url}
            environment |= {"API_RATE": "1000000/minute", "LOG_LEVEL": "ERROR"}
            built = Installation(port=free_port(), environment=environment)
            built.python("manage.py", "migrate", "--verbosity", "0")
            yield home, built
        finally:
            embedded.erase(home)


def attack(report: Report, victims: Victims, *, key: str) -> list[dict[str, Any]]:
    """Kill until the time is up; gives what each client tells."""
    until = time.time() + (QUICK_SECONDS if report.quick else SECONDS)
    clients = [start_client(victims.installation, number=number, key=key, until=until) for number in range(CLIENTS)]
    draw = random.Random(42)
    kills: Counter[str] = Counter()
    turns = cycle([victims.kill_postmaster, victims.kill_web, victims.kill_backend])
    while time.time() + PAUSE[1] < until:
        time.sleep(draw.uniform(*PAUSE))
        kill = next(turns)
        began = time.monotonic()
        kill()
        kills[kill.__name__] += 1
        report.say(f"{kill.__name__.replace('_', ' ')}, back after {time.monotonic() - began:.1f} s")
    told = [json.loads(client.communicate()[0] or "null") for client in clients]
    if any(client.returncode for client in clients):
        raise RuntimeError("a client gave up; see above")
    for name in ("kill_postmaster", "kill_backend", "kill_web"):
        report.set(name.replace("kill_", "kills."), kills[name])
    report.set("kills", kills.total())
    return told


def keep_log(report: Report, log: Path) -> None:
    """Errors that nobody foresaw, each one's last line: there should be none but the database's absence."""
    text = log.read_text(errors="replace")
    seen = Counter(re.findall(r"^(?:\w+\.)*\w+(?:Error|Exception|Timeout|Shutdown)\b[^\n]{0,160}", text, re.MULTILINE))
    for line, count in seen.most_common(12):
        report.say(f"the web process, {count} times: {line}")


def start_client(built: Installation, *, number: int, key: str, until: float) -> subprocess.Popen[str]:
    plan = {
        "number": number,
        "port": built.port,
        "key": key,
        "batch": BATCH,
        "until": until,
        "lost_answers": LOST_ANSWERS,
    }
    client = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.surviving.client"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert client.stdin is not None
    client.stdin.write(json.dumps(plan))
    client.stdin.close()
    client.stdin = None
    return client


def judge(report: Report, told: list[dict[str, Any]], *, stored: dict[str, int], keys: int) -> None:
    acknowledged = {name for client in told for name in client["acknowledged"]}
    answers = sum((Counter(client["answers"]) for client in told), Counter[str]())
    report.set("acked", len(acknowledged))
    report.set("stored", sum(stored.values()))
    report.set("lost", len(acknowledged - stored.keys()))
    report.set("doubled", sum(count - 1 for count in stored.values()))
    report.set("keys", keys)
    report.set("slowest_batch_s", max(client["slowest_s"] for client in told))
    report.set("answers.lost", answers["lost on the way"])
    report.set("answers.none", answers["no answer"])
    for status in ("207", "500", "503"):
        report.set(f"answers.{status}", answers[status])
    others = answers.total() - sum(answers[name] for name in ("lost on the way", "no answer", "207", "500", "503"))
    report.set("answers.other", others)
    figures = report.figures
    if figures["lost"] or figures["doubled"] or not figures["acked"] == figures["stored"] == figures["keys"]:
        raise Broken("acknowledged, stored and keys differ: an event was lost or doubled")
    if figures["answers.500"] or figures["answers.other"]:
        raise Broken("the web process answered other than 503 while Postgres was away")


if __name__ == "__main__":
    run("durability", measure, description=__doc__.partition("\n")[0])
