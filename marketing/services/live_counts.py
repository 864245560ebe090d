"""Stored events told to the live counters, once they are committed."""

import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.db import transaction

from marketing.stream import Counted, feed


def count_live(happened: Iterable[tuple[datetime, str, uuid.UUID | None]]) -> None:
    """Have events that count (when, which kind, about which item) counted when the transaction is committed."""
    amounts = Counter((when.replace(second=0, microsecond=0), kind, item) for when, kind, item in happened)
    count_live_amounts((*what, amount) for what, amount in amounts.items())


def count_live_amounts(rows: Iterable[tuple[datetime, str, uuid.UUID | None, int]]) -> None:
    """As `count_live`, of events that are added up already: in which minute, which kind, about which item, how many."""
    if counted := [Counted(*row) for row in rows]:
        transaction.on_commit(partial(feed, counted), robust=True)
