"""Waiting for what other processes do, instead of sleeping for a guess."""

import os
import time
from pathlib import Path


def wait_until(condition, *, timeout=30.0):
    """Give the condition's first true value.

    Raises:
        AssertionError: it did not come true in time, seconds.

    """
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.05)
    return value


def is_alive(pid):
    """Whether the process exists and is not a zombie that its parent has yet to collect."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False
    return state != "Z"
