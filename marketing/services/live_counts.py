"""Stored events told to the live counters, once they are committed."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.db import transaction

from marketing.stream import Tally, feed, tally


def count_live(happened: Iterable[tuple[datetime, str, str | None]]) -> None:
    """Have events that count counted when the transaction is committed: when, which kind, the item's id in hexadecimal."""
    _feed_later(tally((when, kind, item, 1) for when, kind, item in happened))


def count_live_amounts(rows: Iterable[tuple[datetime, str, uuid.UUID | None, int]]) -> None:
    """As `count_live`, of events that are added up already: in which minute, which kind, about which item, how many."""
    _feed_later(tally((minute, kind, item.hex if item else None, amount) for minute, kind, item, amount in rows))


def _feed_later(added: Tally) -> None:
    if added:
        transaction.on_commit(partial(feed, added), robust=True)
