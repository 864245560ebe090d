"""Asking a worker to index what was written of items."""

from marketing.services.nudges import nudge, once_committed


def ask_to_index() -> None:
    """Have a worker index what this transaction writes, once it is committed: one message, however many items."""
    once_committed(wake)


def wake() -> None:
    """Ask a worker to index what is stale."""
    # While the workers are busy, one minute's messages are enough.
    nudge("marketing.index_items", expires=60)
