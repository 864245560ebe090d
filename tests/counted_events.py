"""Counts for the live counters as a test writes them down."""

from marketing.stream import tally


def counts(*rows):
    """(when, kind, item's id or None, how many) → what is fed to the counters."""
    return tally((when, kind, item.hex if item else None, amount) for when, kind, item, amount in rows)
