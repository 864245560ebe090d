"""Decimals as people write them."""

from decimal import Decimal


def plain(number: Decimal) -> str:
    """Without the zeros that a column adds, and without an exponent: 2.000 is 2, 1E+2 is 100."""
    return f"{number.normalize():f}"
