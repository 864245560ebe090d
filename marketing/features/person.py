"""One customer's features, with names and units for people to read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings

from marketing.features.at import HALF_LIFE, MICROS, SPANS, TOP, Columns, customer_features_at

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Interest:
    """A category (by slug) or a tag, and how strongly somebody turns to it."""

    name: str
    weight: float


@dataclass(frozen=True)
class Span:
    """What happened on the moment's day and the `days` − 1 before it."""

    days: int
    purchases: int
    active_days: int


@dataclass(frozen=True)
class Ratings:
    """How somebody rates; a rating is normalised by centre and spread."""

    count: int
    mean: float | None
    centre: float
    spread: float

    def z_score(self, rating: float) -> float:
        """How many spreads above the centre (see marketing.features.ratings.shrunken)."""
        return (rating - self.centre) / self.spread


@dataclass(frozen=True)
class CustomerFeatures:
    """What is known of a customer before `at`. Money in `currency`; None: never, or nothing to take a mean of."""

    at: datetime
    last_seen_at: datetime | None
    last_seen_days: int | None
    last_purchase_days: int | None
    events: int
    views: int
    clicks: int
    carts: int
    purchases: int
    orders: int
    spans: tuple[Span, ...]
    currency: str
    revenue: Decimal
    mean_order: Decimal | None
    dwell_seconds: float
    ratings: Ratings
    categories: tuple[Interest, ...]
    tags: tuple[Interest, ...]


def features_of_customer(
    customer_id: UUID, *, at: datetime, half_life: timedelta = HALF_LIFE, top: int = TOP
) -> CustomerFeatures:
    """The customer's features before `at`. See marketing.features.at.features_at for what each means."""
    columns = customer_features_at([customer_id], at=at, half_life=half_life, top=top)
    row: dict[str, Any] = {name: column[0] for name, column in columns.items()}
    revenue = Decimal(int(row["revenue_micros"])) / MICROS
    orders = int(row["orders"])
    return CustomerFeatures(
        at=at,
        last_seen_at=None if row["events"] + orders == 0 else row["last_seen_at"].item().replace(tzinfo=UTC),
        last_seen_days=_whole(row["last_seen_days"]),
        last_purchase_days=_whole(row["last_purchase_days"]),
        **{name: int(row[name]) for name in ("events", "views", "clicks", "carts", "purchases")},
        orders=orders,
        spans=tuple(Span(days, int(row[f"purchases_{days}"]), int(row[f"active_days_{days}"])) for days in SPANS),
        currency=settings.BASE_CURRENCY,
        revenue=revenue.quantize(CENT),
        mean_order=(revenue / orders).quantize(CENT) if orders else None,
        dwell_seconds=float(row["dwell_seconds"]),
        ratings=Ratings(
            count=int(row["ratings"]),
            mean=float(row["rating_mean"]) if row["ratings"] else None,
            centre=float(row["rating_centre"]),
            spread=float(row["rating_spread"]),
        ),
        categories=tuple(_interests(columns, "categories", "category_weights")),
        tags=tuple(_interests(columns, "tags", "tag_weights")),
    )


def _whole(days: float) -> int | None:
    return None if days != days else int(days)  # noqa: PLR0124 - only NaN differs from itself


def _interests(columns: Columns, names: str, weights: str) -> Iterator[Interest]:
    for name, weight in zip(columns[names][0], columns[weights][0], strict=True):
        if name:
            yield Interest(str(name), float(weight))
