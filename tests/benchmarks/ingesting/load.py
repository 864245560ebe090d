"""Events over REST from a process of its own: some keep-alive connections that share one heap of full batches.

Reads a plan as JSON from standard input, makes all bodies before the clock starts, and prints the seconds as JSON.
"""

import json
import queue
import random
import socket
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

from tests.benchmarks.answers import read_answer

# Every row has a value and every second one a session and a context, as shops send them.
KINDS = ("view", "view", "view", "add_to_cart", "purchase")
# Seconds that an event waits at the sender's, at most.
WAITED = 600


def body(place: int, *, plan: dict[str, int], now: datetime) -> bytes:
    draw = random.Random(place)
    size = plan["batch"]
    return json.dumps([event(place * size + row, draw=draw, plan=plan, now=now) for row in range(size)]).encode()


def event(number: int, *, draw: random.Random, plan: dict[str, int], now: datetime) -> dict[str, object]:
    told = {
        "id": f"bench-{number}",
        "kind": draw.choice(KINDS),
        "occurredAt": (now - timedelta(seconds=WAITED * draw.random())).isoformat(),
        "item": str(draw.randrange(plan["items"])),
        "customer": str(draw.randrange(plan["customers"])),
        "value": float(draw.randrange(1, 30)),
    }
    return told | {"session": f"s-{number // 8}", "context": {"page": "/p/1"}} if number % 2 else told


def send(bodies: "queue.SimpleQueue[bytes]", plan: dict[str, int], failed: list[str]) -> None:
    head = (
        f"POST /api/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {plan['key']}\r\n"
        "Content-Type: application/json\r\nContent-Length: "
    ).encode()
    with socket.create_connection(("127.0.0.1", plan["port"])) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while not failed:
            try:
                raw = bodies.get_nowait()
            except queue.Empty:
                return
            connection.sendall(head + str(len(raw)).encode() + b"\r\n\r\n" + raw)
            status, answered = read_answer(connection)
            if status != b"207" or b'"counts":{"stored":%d}' % plan["batch"] not in answered.replace(b" ", b""):
                failed.append(f"{status.decode()}: {answered[:500].decode(errors='replace')}")


def main() -> None:
    plan = json.load(sys.stdin)
    now = datetime.now(UTC)
    bodies: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    for place in range(plan["first"], plan["first"] + plan["batches"]):
        bodies.put(body(place, plan=plan, now=now))
    failed: list[str] = []
    threads = [threading.Thread(target=send, args=(bodies, plan, failed)) for _ in range(plan["connections"])]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    if failed:
        sys.exit(failed[0])
    print(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main()
