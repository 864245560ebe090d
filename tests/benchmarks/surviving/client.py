"""A shop's system that never gives up: sends unique events until each is acknowledged, and forgets some answers.

Reads a plan as JSON from standard input; prints as JSON which event ids were acknowledged and what it was answered.
"""

import http.client
import json
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

PATIENCE = 15.0  # seconds for an answer; the web process waits 10 for a connection to the database
PAUSE = 0.2
KNOWN = {"stored", "already_stored"}


@dataclass
class Client:
    plan: dict[str, Any]
    acknowledged: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        draw = random.Random(self.plan["number"])
        place = 0
        while time.time() < self.plan["until"]:
            batch = [self.event(place + row) for row in range(self.plan["batch"])]
            began = time.monotonic()
            self.deliver(json.dumps(batch).encode(), draw=draw)
            self.slowest = max(self.slowest, time.monotonic() - began)
            self.acknowledged += [event["id"] for event in batch]
            place += len(batch)

    def event(self, place: int) -> dict[str, Any]:
        """No two are alike."""
        return {
            "id": f"client-{self.plan['number']}-{place}",
            "kind": "rating",
            "occurredAt": datetime.now(UTC).isoformat(),
            "item": f"sku-{place % 100}",
            "customer": f"customer-{self.plan['number']}-{place % 1000}",
            "value": 1.0 + place % 5,
        }

    def deliver(self, body: bytes, *, draw: random.Random) -> None:
        """Return once the server says that it has all of them. An answer that got lost is as good as none."""
        while True:
            answered = self.post(body)
            if draw.random() < self.plan["lost_answers"]:
                self.answers["lost on the way"] += 1
            elif answered:
                return
            else:
                time.sleep(PAUSE)

    def post(self, body: bytes) -> bool:
        headers = {"Authorization": f"Bearer {self.plan['key']}", "Content-Type": "application/json"}
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.plan["port"], timeout=PATIENCE)
            self.connection.request("POST", "/api/events", body=body, headers=headers)
            answer = self.connection.getresponse()
            status, told = answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            self.answers["no answer"] += 1
            self.hang_up()
            return False
        self.answers[str(status)] += 1
        if status != 207:
            return False
        results = json.loads(told)["results"]
        if unexpected := [result for result in results if result["status"] not in KNOWN]:
            sys.exit(f"an event was not stored: {unexpected[0]}")
        return True

    def hang_up(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def main() -> None:
    client = Client(json.load(sys.stdin))
    client.run()
    print(json.dumps({"acknowledged": client.acknowledged, "answers": client.answers, "slowest_s": client.slowest}))


if __name__ == "__main__":
    main()
