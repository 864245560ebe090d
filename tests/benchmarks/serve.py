"""`recommendations(first: 20)` through GraphQL beside a bare view and a DRF view, under granian with 4 connections.

1. a database of its own with MovieLens 100k (or the sample shop), EASE deployed, granian with four threads
2. check that the bare view sends the same statements and gives the same list
3. load from a separate process on the three doors in turn, several times; medians
4. where the time of one answer goes
"""

import json
import statistics
from dataclasses import dataclass

from tests.benchmarks.report import Report, run
from tests.benchmarks.serving.operation import FIRST, OPERATION
from tests.benchmarks.serving.stage import Stage, stage

CONNECTIONS = 4
# In a hurry: rounds, and seconds of load on a door in each.
ROUNDS, SECONDS = 7, 5.0
QUICK_ROUNDS, QUICK_SECONDS = 3, 1.5
CUSTOMERS = 400

DOORS = {"graphql": ("POST", "/graphql"), "bare": ("GET", "/bench/bare"), "drf": ("GET", "/bench/rest")}


@dataclass(frozen=True)
class Load:
    rps: float
    p50_ms: float
    p99_ms: float


def measure(report: Report) -> None:
    rounds, seconds = (QUICK_ROUNDS, QUICK_SECONDS) if report.quick else (ROUNDS, SECONDS)
    with stage(report) as built:
        breakdown = built.python(
            "-m",
            "tests.benchmarks.serving.breakdown",
            text=json.dumps(built.tokens[: 100 if report.quick else CUSTOMERS]),
        )
        for door in DOORS:
            ask(built, door, seconds=1.0)
        loads: dict[str, list[Load]] = {door: [] for door in DOORS}
        for place in range(rounds):
            for door, measured in loads.items():
                measured.append(ask(built, door, seconds=seconds))
            report.say(f"round {place + 1}: " + ", ".join(f"{door} {loads[door][-1].rps:,.0f}/s" for door in DOORS))
    set_figures(report, loads)
    print_breakdown(json.loads(breakdown))


def ask(built: Stage, door: str, *, seconds: float) -> Load:
    plan = {
        "port": built.port,
        "connections": CONNECTIONS,
        "seconds": seconds,
        "requests": [request(door, token=token) for token in built.tokens[:CUSTOMERS]],
    }
    return Load(**json.loads(built.python("-m", "tests.benchmarks.serving.load", text=json.dumps(plan))))


def request(door: str, *, token: str) -> str:
    method, path = DOORS[door]
    body = json.dumps({"query": OPERATION, "variables": {"first": FIRST}}) if method == "POST" else ""
    return (
        f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body.encode())}\r\n\r\n{body}"
    )


def set_figures(report: Report, loads: dict[str, list[Load]]) -> None:
    rates = {door: statistics.median(load.rps for load in measured) for door, measured in loads.items()}
    for door, rate in rates.items():
        report.set(f"{door}_rps", rate)
    for figure in ("p50_ms", "p99_ms"):
        report.set(f"graphql_{figure}", statistics.median(getattr(load, figure) for load in loads["graphql"]))
    for peer in ("bare", "drf"):
        # Each round's own ratio, so that a machine that is busy for a while tips no scale.
        ratios = [ours.rps / theirs.rps for ours, theirs in zip(loads["graphql"], loads[peer], strict=True)]
        report.set(f"graphql_over_{peer}", statistics.median(ratios))


def print_breakdown(milliseconds: dict[str, float]) -> None:
    total = sum(milliseconds.values())
    print(f"\none answer, in one process without a network: {total:.2f} ms")
    for name, share in sorted(milliseconds.items(), key=lambda entry: -entry[1]):
        print(f"  {name:<42} {share:6.3f} ms  {share / total:6.1%}")
    print()


if __name__ == "__main__":
    run("serve", measure, description=__doc__.partition("\n")[0])
