"""Money: the currencies of ISO 4217, how many digits each one has, and amounts that fit its column."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from iso4217 import Currency

from marketing.errors import InvalidInput

# Code → digits after the point. Metals, funds' units and test codes have none defined, since nobody pays in them.
DIGITS: Final[dict[str, int]] = {
    currency.code: currency.exponent for currency in Currency if currency.exponent is not None
}
# Unit prices may be finer than a coin: a screw costs 0.0125.
PRICE_DIGITS: Final = 4
BELOW: Final = Decimal(10) ** 10


def currency_code(value: str, *, field: str) -> str:
    """The code, when money is counted in it.

    Raises:
        InvalidInput: naming `field`.

    """
    if value not in DIGITS:
        raise InvalidInput(field, f"a currency's code of ISO 4217 (EUR, in capitals) expected, got “{value[:10]}”")
    return value


def amount_of(value: Decimal, *, field: str, digits: int = PRICE_DIGITS) -> Decimal:
    """An amount from 0 on, with exactly `digits` after the point.

    Raises:
        InvalidInput: naming `field`: not finite, negative, too large, or with more digits than there may be.

    """
    if not value.is_finite() or not 0 <= value < BELOW:
        raise InvalidInput(field, f"an amount from 0 to below {BELOW} expected, got {str(value)[:40]}")
    if value != round(value, digits):
        raise InvalidInput(field, f"at most {digits} digits after the point expected, got {str(value)[:40]}")
    return abs(round(value, digits))  # -0 becomes 0


def rounded(amount: Decimal, currency: str) -> Decimal:
    """The amount in the currency's smallest unit, halves up (away from zero), as shops and tax offices round."""
    return amount.quantize(Decimal(1).scaleb(-DIGITS[currency]), rounding=ROUND_HALF_UP)


def displayed(amount: Decimal, currency: str) -> Decimal:
    """Without the zeros that the column adds: 12.5000 EUR is 12.50, 300.0000 JPY is 300, and 0.0125 stays."""
    digits = DIGITS.get(currency, PRICE_DIGITS)
    short = round(amount, digits)
    return short if short == amount else amount.normalize()
