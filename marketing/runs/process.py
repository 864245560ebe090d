"""A run's own process, seen from the one that starts it and waits: memory and the GPU come back clean, whatever happens."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import IO, Any

from django.conf import settings
from django.db import connection

from marketing.errors import LeaseLost
from marketing.runs import leases
from marketing.runs.child import LEASE_LOST

# Characters of the process's last words that go into the run's log when it broke off.
LAST_WORDS = 4000
# How often somebody who watches is told to look, seconds.
WATCH_EVERY = 0.2


def execute(lease: leases.Lease, *, watch: Callable[[], None] | None = None) -> None:
    """Train in a process of its own and see to it that the run's row says how that ended.

    `watch` is called several times a second meanwhile.
    """
    connection.close()  # not held open for the hours that this may take
    with tempfile.TemporaryFile() as words:
        process = _start(lease, words=words)
        try:
            code = _wait(process, watch=watch)
        except BaseException:
            process.kill()
            process.wait()
            _give_back(lease, reason="the process that watched over it was stopped", words=words)
            raise
        if code not in (0, LEASE_LOST):
            _give_back(lease, reason=describe_exit(code), words=words)


def describe_exit(code: int) -> str:
    """Say in words for staff how a process ended.

    >>> describe_exit(-9)
    'its process was ended by SIGKILL, as happens when memory runs out'
    >>> describe_exit(1)
    'its process ended with exit code 1'
    """
    if code >= 0:
        return f"its process ended with exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    hint = ", as happens when memory runs out" if -code == signal.SIGKILL else ""
    return f"its process was ended by {name}{hint}"


def _start(lease: leases.Lease, *, words: IO[bytes]) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "django", "train", "--run", str(lease.run_id), "--token", str(lease.token)]
    return subprocess.Popen(
        [*command, "--parent", str(os.getpid())],
        # Threads that wait for each other give their processor to those who have work; spinning, they would take it from
        # whoever serves on the same machine. What a network had learned when its process was ended is not lost.
        env={
            "OMP_WAIT_POLICY": "passive",
            "ATTUNE_NETWORK_CHECKPOINTS": str(settings.NETWORK_CHECKPOINTS),
            **os.environ,
        },
        cwd=settings.BASE_DIR,
        stdin=subprocess.DEVNULL,
        stdout=words,
        stderr=words,
    )


def _wait(process: "subprocess.Popen[bytes]", *, watch: Callable[[], None] | None) -> int:
    if watch is None:
        return process.wait()
    while True:
        try:
            return process.wait(timeout=WATCH_EVERY)
        except subprocess.TimeoutExpired:
            watch()


def _give_back(lease: leases.Lease, *, reason: str, words: IO[Any]) -> None:
    words.seek(0)
    said = words.read().decode(errors="replace")[-LAST_WORDS:]
    try:
        leases.release(lease, reason=reason, log=said and f"{said.rstrip()}\n")
    except LeaseLost:
        return  # the process said itself how it ended, or somebody else has the run now
