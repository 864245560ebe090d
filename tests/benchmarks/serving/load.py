"""Load from a process of its own: some keep-alive connections, each asking again as soon as it is answered.

Reads a plan as JSON from standard input and prints what it measured as JSON.
"""

import json
import socket
import sys
import threading
import time
from dataclasses import dataclass, field
from itertools import cycle, islice

from tests.benchmarks.answers import read_answer


@dataclass
class Connection:
    """One client. It notes the seconds of each answer that came before `until`."""

    port: int
    requests: list[bytes]
    until: float = 0.0
    seconds: list[float] = field(default_factory=list)
    failed: str = ""

    def run(self) -> None:
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for request in cycle(self.requests):
                began = time.perf_counter()
                connection.sendall(request)
                status, body = read_answer(connection)
                ended = time.perf_counter()
                if status != b"200" or b'"errors"' in body:
                    self.failed = f"{status.decode()}: {body[:500].decode(errors='replace')}"
                    return
                if ended > self.until:
                    return
                self.seconds.append(ended - began)


def percentile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main() -> None:
    plan = json.load(sys.stdin)
    requests = [text.encode() for text in plan["requests"]]
    clients = [
        Connection(plan["port"], list(islice(requests, place, None, plan["connections"])))
        for place in range(plan["connections"])
    ]
    began = time.perf_counter()
    threads = [threading.Thread(target=client.run) for client in clients]
    for client in clients:
        client.until = began + plan["seconds"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    failed = [client.failed for client in clients if client.failed]
    if failed:
        sys.exit(failed[0])
    seconds = sorted(second for client in clients for second in client.seconds)
    print(
        json.dumps(
            {
                "rps": len(seconds) / plan["seconds"],
                "p50_ms": percentile(seconds, 0.5) * 1000,
                "p99_ms": percentile(seconds, 0.99) * 1000,
            }
        )
    )


main()
