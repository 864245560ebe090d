"""Exchange rates in, by the file."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from marketing.currencies import currency_code
from marketing.errors import InvalidInput
from marketing.features.dirty import mark_currency
from marketing.models import ExchangeRate

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
RETURNING currency, day, old.id IS NULL
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
        written = cursor.fetchall()
        _mark_dirty((currency, day) for currency, day, _created in written)
    new = sum(created for _currency, _day, created in written)
    return new, len(written) - new


def save_rate(rate: ExchangeRate) -> None:
    """Store a rate that staff wrote; what was summed with it, or with what it was before, is summed again."""
    with transaction.atomic():
        before = ExchangeRate.objects.filter(pk=rate.pk).values_list("currency", "day")
        _mark_dirty([*before, (rate.currency, rate.day)])
        rate.save()


def delete_rates(rates: QuerySet[ExchangeRate]) -> None:
    with transaction.atomic():
        _mark_dirty(rates.values_list("currency", "day"))
        rates.delete()


def _mark_dirty(changed: Iterable[tuple[str, date]]) -> None:
    """Features of the days from the first changed rate of each currency on are no longer right."""
    first: dict[str, date] = {}
    for currency, day in changed:
        first[currency] = min(day, first.get(currency, day))
    for currency, since in first.items():
        mark_currency(currency, since=since)
