"""Cells that a spreadsheet would run as a formula get an apostrophe, and lose it again when they come back."""

import re
from typing import Final

# Apostrophes before it count too, so that taking one away is the exact reverse. The wide signs run in some spreadsheets.
GUARDED: Final = r"^'*[=+@\-\t\r\n＝＋－＠]"
_GUARDED = re.compile(GUARDED)


def guard(cell: str) -> str:
    """The cell's text, safe to open in a spreadsheet.

    >>> guard("=1+1"), guard("tea"), guard("'=1+1")
    ("'=1+1", 'tea', "''=1+1")
    """
    return f"'{cell}" if _GUARDED.match(cell) else cell


def unguard(cell: str) -> str:
    """What stood in a cell before `guard`.

    >>> unguard("'=1+1"), unguard("'tis"), unguard("''=1+1")
    ('=1+1', "'tis", "'=1+1")
    """
    return cell[1:] if cell.startswith("'") and _GUARDED.match(cell) else cell


def guard_sql(expression: str) -> str:
    """`guard` of an SQL expression of type text. Postgres reads the same pattern."""
    pattern = GUARDED.replace("'", "''")
    return f"CASE WHEN {expression} ~ '{pattern}' THEN '''' || {expression} ELSE {expression} END"
