"""The most memory that a piece of work takes, measured in a process of its own."""

import multiprocessing
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def peak_mib(work: Callable[..., Any], *arguments: Any) -> float:
    """Run `work(*arguments)` in a fresh process and give that process's largest resident size in MiB."""
    # Forked off a server that has done nothing but load modules: loading them anew takes longer than most of the work.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.benchmarks.ablation", "tests.benchmarks.scale"])
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_report_peak, args=(sender, work, arguments))
    child.start()
    sender.close()
    try:
        return receiver.recv()
    except EOFError:
        raise RuntimeError(f"the measured process ended with status {child.exitcode} and no result") from None
    finally:
        child.join()


def _report_peak(sender: Any, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    work(*arguments)
    sender.send(_own_peak_mib())
    sender.close()


def _own_peak_mib() -> float:
    status = Path("/proc/self/status")
    if status.exists():
        # getrusage is no use here: on Linux a child starts with its parent's peak as its own.
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 1024
