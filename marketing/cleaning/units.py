"""Values in a unit that nobody can have meant."""

from typing import Final

from marketing.event_kinds import ValueRule

MILLISECONDS: Final = 1_000


def mended_value(value: float, *, rule: ValueRule) -> float | None:
    """The value in the rule's unit, if it can only have been told in another one; else None.

    Seconds beyond what is allowed, which as milliseconds would be allowed, are milliseconds.
    """
    if rule.unit != "seconds" or not rule.maximum < value <= rule.maximum * MILLISECONDS:
        return None
    return value / MILLISECONDS
