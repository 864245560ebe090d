"""What amounts are worth in the base currency: the newest rate that is not younger than the day.

An amount in a currency without such a rate is worth NULL: it is counted as missing, never taken one to one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import (
    Case,
    Count,
    DateField,
    DateTimeField,
    DecimalField,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from marketing.models import ExchangeRate

WORTH: "DecimalField[Any, Any]" = DecimalField(max_digits=34, decimal_places=14)


@dataclass(frozen=True)
class BaseSum:
    """A sum in the base currency, and what could not be taken into it."""

    amount: Decimal
    counted: int
    missing: int
    missing_currencies: Sequence[str]


def in_base(amount: str, *, currency: str = "currency", at: str = "placed_at") -> Combinable:
    """SQL expression: the column `amount` in the base currency on the business's day of the instant `at`, or NULL."""
    # TruncDate can't be made of another query's column.
    local = Func(Value(settings.TIME_ZONE), OuterRef(at), function="timezone", output_field=DateTimeField())
    day = Cast(local, DateField())
    rates = ExchangeRate.objects.filter(base=settings.BASE_CURRENCY, currency=OuterRef(currency), day__lte=day)
    rate = Subquery(rates.order_by("-day").values("rate")[:1])
    worth = ExpressionWrapper(F(amount) * rate, output_field=WORTH)
    return Case(When(**{currency: settings.BASE_CURRENCY}, then=F(amount)), default=worth, output_field=WORTH)


def sum_in_base(rows: "QuerySet[Any]", amount: str, *, currency: str = "currency", at: str = "placed_at") -> BaseSum:
    """The sum of the column over all rows, with a count of those whose currency had no rate on their day."""
    worth = rows.order_by().annotate(worth=in_base(amount, currency=currency, at=at))
    found = worth.values(currency).annotate(amount=Sum("worth"), counted=Count("worth"), all=Count("pk"))
    parts = list(found.values_list(currency, "amount", "counted", "all"))
    return BaseSum(
        amount=sum((part or Decimal(0) for _, part, _, _ in parts), Decimal(0)),
        counted=sum(counted for _, _, counted, _ in parts),
        missing=sum(every - counted for _, _, counted, every in parts),
        missing_currencies=sorted(code for code, _, counted, every in parts if every > counted),
    )


def to_base(amount: Decimal, *, currency: str, day: date) -> Decimal | None:
    """One amount in the base currency on that day; None without a rate."""
    if currency == settings.BASE_CURRENCY:
        return amount
    rates = ExchangeRate.objects.filter(base=settings.BASE_CURRENCY, currency=currency, day__lte=day)
    rate = rates.order_by("-day").values_list("rate", flat=True).first()
    return None if rate is None else amount * rate
