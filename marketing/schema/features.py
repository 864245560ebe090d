"""What a customer did and turned to, as of a moment. Plain objects: no field asks the database."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Self

import strawberry
from strawberry.types import Info

from marketing.errors import InvalidInput
from marketing.features.person import CustomerFeatures, Span, features_of_customer
from marketing.features.person import Interest as InterestRow
from marketing.graphql import CustomerRef, Staff, caller, field, find_customer

FEATURE_READERS = Staff("marketing.view_customer")


@strawberry.type(description="A category (by slug) or a tag, and how strongly somebody turns to it.")
class Interest:
    name: str
    weight: float = strawberry.field(description="Halves every 30 days without anything new.")

    @classmethod
    def from_row(cls, row: InterestRow) -> Self:
        return cls(name=row.name, weight=row.weight)


@strawberry.type(description="What happened on the moment's day and the days − 1 before it.")
class FeatureSpan:
    days: int
    purchases: int
    active_days: int

    @classmethod
    def from_row(cls, row: Span) -> Self:
        return cls(days=row.days, purchases=row.purchases, active_days=row.active_days)


@strawberry.type(name="CustomerFeatures", description="What is known of a customer before a moment, nothing of later.")
class CustomerFeaturesType:
    at: datetime
    last_seen_at: datetime | None
    last_seen_days: int | None = strawberry.field(description="Days of the business's calendar since then.")
    last_purchase_days: int | None
    events: int
    views: int
    clicks: int
    carts: int
    purchases: int
    orders: int = strawberry.field(description="Those whose amount is known in the base currency.")
    spans: list[FeatureSpan]
    currency: str = strawberry.field(description="The base currency, ISO 4217.")
    revenue: Decimal = strawberry.field(description="Less refunds, without tax and shipping.")
    mean_order: Decimal | None = strawberry.field(description="The revenue for each order.")
    dwell_seconds: float
    ratings: int
    rating_mean: float | None
    rating_centre: float = strawberry.field(description="The mean, drawn to that of all where ratings are few.")
    rating_spread: float = strawberry.field(description="A rating is normalised as (rating − centre) / spread.")
    categories: list[Interest] = strawberry.field(description="The strongest first, at most 5.")
    tags: list[Interest] = strawberry.field(description="The strongest first, at most 5.")

    @classmethod
    def from_features(cls, features: CustomerFeatures) -> Self:
        return cls(
            at=features.at,
            last_seen_at=features.last_seen_at,
            last_seen_days=features.last_seen_days,
            last_purchase_days=features.last_purchase_days,
            events=features.events,
            views=features.views,
            clicks=features.clicks,
            carts=features.carts,
            purchases=features.purchases,
            orders=features.orders,
            spans=[FeatureSpan.from_row(span) for span in features.spans],
            currency=features.currency,
            revenue=features.revenue,
            mean_order=features.mean_order,
            dwell_seconds=features.dwell_seconds,
            ratings=features.ratings.count,
            rating_mean=features.ratings.mean,
            rating_centre=features.ratings.centre,
            rating_spread=features.ratings.spread,
            categories=[Interest.from_row(row) for row in features.categories],
            tags=[Interest.from_row(row) for row in features.tags],
        )


@strawberry.type
class Query:
    @field(rule=FEATURE_READERS, description="What a customer did and turned to, up to a moment; left out, up to now.")
    def customer_features(
        self,
        info: Info,
        customer: CustomerRef,
        at: Annotated[datetime | None, strawberry.argument(description="With its offset from UTC.")] = None,
    ) -> CustomerFeaturesType:
        found = find_customer(caller(info), customer, readers=FEATURE_READERS, field="customer")
        if at is not None and at.tzinfo is None:
            raise InvalidInput("at", "an instant with its offset from UTC expected")
        return CustomerFeaturesType.from_features(features_of_customer(found.pk, at=at or datetime.now(UTC)))
