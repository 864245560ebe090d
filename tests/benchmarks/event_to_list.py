"""From a purchase that the shop's server posts to the customer's list that has changed, through a real server."""

import base64
import http.client
import json
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from statistics import median
from typing import Any

from tests.benchmarks.report import Report
from tests.benchmarks.serving.operation import FIRST, OPERATION
from tests.benchmarks.serving.stage import Stage, stage

CUSTOMERS, QUICK_CUSTOMERS = 50, 10
PATIENCE = 10.0


def measure_event_to_list(report: Report) -> None:
    """Set `event_to_list_s`: posts a purchase of what stands first in a list and asks until it stands there no more."""
    with stage(report) as built:
        key = built.python("manage.py", "create_api_key", "bench", "--scope", "events:write").strip()
        tokens = built.tokens[: QUICK_CUSTOMERS if report.quick else CUSTOMERS]
        taken = [_measured(built, key=key, token=token) for token in tokens]
    report.set("event_to_list_s", median(taken))
    report.say(f"purchase posted to list changed: {1e3 * median(taken):.1f} ms, at most {1e3 * max(taken):.1f} ms")


def _measured(built: Stage, *, key: str, token: str) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", built.port, timeout=PATIENCE)
    try:
        first = _list(connection, token=token)[0]
        started = time.perf_counter()
        _post(connection, "/api/events", _purchase(first, customer=_subject(token)), token=key)
        for now in _lists(connection, token=token, until=started + PATIENCE):
            if first not in now:
                return time.perf_counter() - started
    finally:
        connection.close()
    raise RuntimeError(f"the list still held {first} after {PATIENCE:g} seconds")


def _lists(connection: http.client.HTTPConnection, *, token: str, until: float) -> Iterator[list[str]]:
    while time.perf_counter() < until:
        yield _list(connection, token=token)


def _list(connection: http.client.HTTPConnection, *, token: str) -> list[str]:
    answer = _post(connection, "/graphql", {"query": OPERATION, "variables": {"first": FIRST}}, token=token)
    return [entry["item"]["sku"] for entry in answer["data"]["recommendations"]["items"]]


def _purchase(sku: str, *, customer: str) -> dict[str, Any]:
    event = {
        "id": uuid.uuid4().hex,
        "kind": "purchase",
        "customer": customer,
        "item": sku,
        "value": 1,
        "occurredAt": datetime.now(UTC).isoformat(),
    }
    return {"events": [event]}


def _subject(token: str) -> str:
    """Whose token it is, as its issuer wrote it there."""
    payload = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return str(claims["sub"])


def _post(connection: http.client.HTTPConnection, path: str, body: Any, *, token: str) -> Any:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection.request("POST", path, json.dumps(body), headers)
    response = connection.getresponse()
    answer = response.read()
    if response.status >= 300 or b'"errors"' in answer:
        raise RuntimeError(f"{path} answered {response.status}: {answer[:300].decode(errors='replace')}")
    return json.loads(answer)
