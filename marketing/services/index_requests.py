"""Asking a worker to index what was written of items."""

import logging

from celery import current_app
from django.db import connection, transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def ask_to_index() -> None:
    """Have a worker index what this transaction writes, once it is committed: one message, however many items."""
    if not any(entry[1] is wake for entry in connection.run_on_commit):
        transaction.on_commit(wake)


def wake() -> None:
    """Ask a worker to index what is stale. Should the broker not take the message, the schedule does it within a minute."""
    try:
        # While the workers are busy, one minute's messages are enough.
        current_app.send_task("marketing.index_items", retry=False, expires=60)
    except OperationalError as error:
        logger.warning("the broker took no message to index items; the schedule does it: %s", error)
