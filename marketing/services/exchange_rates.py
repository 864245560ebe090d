"""Exchange rates in, by the file."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import connection, transaction

from marketing.currencies import currency_code
from marketing.errors import InvalidInput

COLUMNS = ("day", "currency", "rate")
RATE_BELOW = Decimal(10) ** 10
RATE_DIGITS = 10

# A rate that says nothing new is left alone.
UPSERT = """
INSERT INTO marketing_exchangerate AS stored (base, currency, day, rate)
SELECT %(base)s, currency, day, rate
FROM unnest(%(currency)s::text[], %(day)s::date[], %(rate)s::numeric[]) AS incoming(currency, day, rate)
ORDER BY currency, day
ON CONFLICT (base, currency, day) DO UPDATE SET rate = excluded.rate WHERE stored.rate <> excluded.rate
RETURNING old.id IS NULL
"""


@dataclass(frozen=True)
class RejectedRate:
    """A line of the file that is no rate."""

    line: int
    field: str
    message: str


@dataclass(frozen=True)
class ImportedRates:
    created: int
    updated: int
    unchanged: int
    rejected: tuple[RejectedRate, ...]


def import_rates(lines: Iterable[str], *, base: str) -> ImportedRates:
    """Store the rates of CSV lines with the columns day, currency, rate: units of `base` for one of the currency.

    Of two lines for one currency and day the later one counts. Lines that are no rates don't hold back the others.

    Raises:
        InvalidInput: the header lacks a column, or `base` is no currency.

    """
    currency_code(base, field="base")
    rates: dict[tuple[str, date], Decimal] = {}
    rejected = []
    for number, row in _rows(lines):
        try:
            currency, day, rate = _rate(row, base=base)
        except InvalidInput as error:
            rejected.append(RejectedRate(number, error.field, error.message))
        else:
            rates[currency, day] = rate
    created, updated = _store(rates, base=base)
    return ImportedRates(created, updated, len(rates) - created - updated, tuple(rejected))


def _rows(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    reader = csv.DictReader(lines, restval="")
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise InvalidInput("header", f"the columns {', '.join(COLUMNS)} expected, {', '.join(missing)} missing")
    for row in reader:
        yield reader.line_num, row


def _rate(row: dict[str, Any], *, base: str) -> tuple[str, date, Decimal]:
    currency = currency_code(row["currency"].strip(), field="currency")
    if currency == base:
        raise InvalidInput("currency", f"another currency than the base {base} expected")
    try:
        day = date.fromisoformat(row["day"].strip())
    except ValueError:
        raise InvalidInput("day", f"a day as in 2026-05-01 expected, got “{row['day'][:20]}”") from None
    return currency, day, _number(row["rate"])


def _number(text: str) -> Decimal:
    try:
        rate = Decimal(text.strip())
    except InvalidOperation:
        raise InvalidInput("rate", f"a number expected, got “{text[:20]}”") from None
    if not rate.is_finite() or not 0 < rate < RATE_BELOW:
        raise InvalidInput("rate", f"a number above 0 and below {RATE_BELOW} expected, got {text.strip()[:20]}")
    stored = round(rate, RATE_DIGITS)
    if not stored:
        raise InvalidInput("rate", f"a number of at least 1e-{RATE_DIGITS} expected, got {text.strip()[:20]}")
    return stored


def _store(rates: dict[tuple[str, date], Decimal], *, base: str) -> tuple[int, int]:
    """How many are new, and how many changed."""
    parameters: dict[str, Any] = {
        "base": base,
        "currency": [currency for currency, _day in rates],
        "day": [day for _currency, day in rates],
        "rate": list(rates.values()),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(UPSERT, parameters)
        new = [bool(created) for (created,) in cursor.fetchall()]
    return sum(new), len(new) - sum(new)
