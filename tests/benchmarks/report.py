"""The frame of all benchmarks: options, progress, and one JSON object as the last line of the output."""

import argparse
import json
import math
import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


class CannotMeasure(Exception):
    """What the benchmark needs is not here; the message says what and how to get it."""


class Broken(Exception):
    """A promise doesn't hold; the figures say which."""


@dataclass
class Report:
    """Collects figures; keys are flat (`ml100k.ease.ndcg10`) and stay the same from one version to the next."""

    bench: str
    quick: bool
    device: str = "cpu"
    events: int | None = None
    figures: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)

    def say(self, text: str) -> None:
        print(f"[{time.perf_counter() - self.started:6.1f} s] {text}", flush=True)

    def set(self, key: str, value: float) -> None:
        if key in self.figures:
            raise ValueError(f"{key} was measured already")
        if not math.isfinite(value):
            raise ValueError(f"{key} is {value}; expected a finite number")
        self.figures[key] = float(f"{value:.6g}")

    def as_json(self) -> str:
        return json.dumps(
            {"bench": self.bench, "quick": self.quick, "figures": self.figures, "machine": _machine(self.device)}
        )


def run(bench: str, measure: Callable[[Report], None], *, description: str, takes_events: bool = False) -> None:
    """Parse the command line, measure, and print the figures.

    `takes_events`: the option --events says how many there shall be. Ends with status 2 when measuring isn't possible,
    and with status 1 when what was measured must not be (`Broken`).
    """
    parser = argparse.ArgumentParser(prog=f"python -m tests.benchmarks.{bench}", description=description)
    parser.add_argument("--quick", action="store_true", help="smaller sizes and one seed, in under a minute; same keys")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the JSON object into this file too")
    if takes_events:
        parser.add_argument("--events", type=int, metavar="N", help="import this many, whatever else --quick says")
    options = parser.parse_args()
    report = Report(bench=bench, quick=options.quick, events=getattr(options, "events", None))
    broken = None
    try:
        measure(report)
    except CannotMeasure as missing:
        parser.exit(2, f"{missing}\n")
    except Broken as error:
        broken = error
    line = report.as_json()
    if options.json:
        options.json.write_text(f"{line}\n")
    sys.stderr.flush()
    print(line, flush=True)
    if broken:
        parser.exit(1, f"{broken}\n")


def _machine(device: str) -> dict[str, object]:
    try:
        torch = version("torch")
    except PackageNotFoundError:
        torch = None
    return {
        "cpu": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "python": platform.python_version(),
        "torch": torch,
        "device": device,
    }


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    if described.exists():
        for line in described.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
