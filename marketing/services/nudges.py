"""Asking a worker to look at once for what a schedule would find anyway."""

import logging
from collections.abc import Callable
from typing import Any

from celery import current_app
from django.db import connection, transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def nudge(task: str, **options: Any) -> None:
    """Ask a worker to do the task. Should the broker not take the message, the task's schedule does it."""
    try:
        current_app.send_task(task, retry=False, **options)
    except OperationalError as error:
        logger.warning("the broker took no message for %s; the schedule does it: %s", task, error)


def once_committed(ask: Callable[[], None]) -> None:
    """Ask when this transaction is committed: once, however many things in it want it."""
    if not any(entry[1] is ask for entry in connection.run_on_commit):
        transaction.on_commit(ask)
