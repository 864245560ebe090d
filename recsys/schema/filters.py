"""What a caller wishes of a list: filters and variety, as GraphQL's inputs."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import strawberry
from django.conf import settings
from strawberry import relay

from marketing.graphql import node_id
from recsys import serving
from recsys.serving import Filters, PriceRange, Variety

Diversity = Annotated[
    float | None,
    strawberry.argument(
        description="From 0, the ranking as it is, to 1, items as unlike each other as can be. Left out: as set for the"
        " installation."
    ),
]
MaxPerCategory = Annotated[
    int | None,
    strawberry.argument(description="At most so many items of one category, 1 to 100, also if the list gets shorter."),
]
MaxPerBrand = Annotated[
    int | None,
    strawberry.argument(description="At most so many items of one brand, 1 to 100, also if the list gets shorter."),
]
Placement = Annotated[
    str | None,
    strawberry.argument(
        description="Where the list is shown, e.g. “home”: staff's rules may hold there alone, and it stands in the log."
    ),
]


@strawberry.input(description="From min to max, both within; one of them may be left out.")
class PriceRangeInput:
    currency: str = strawberry.field(description="ISO 4217, e.g. “EUR”: items priced in another one are left out.")
    min: Decimal | None = strawberry.field(default=None, description="The lowest price that will do.")
    max: Decimal | None = strawberry.field(default=None, description="The highest price that will do.")

    def as_range(self) -> PriceRange:
        return PriceRange(self.currency, lowest=self.min, highest=self.max)


@strawberry.input(
    description="Which items a list may hold. Each part narrows it; at most 50 values each, 200 to leave out. Whatever"
    " fills the list up obeys it too."
)
class RecommendationFilter:
    categories: list[str] | None = strawberry.field(
        default=None, description="Slugs: items of any of these categories, or of one below them."
    )
    brands: list[str] | None = strawberry.field(default=None, description="Items of any of these brands.")
    tags_any: list[str] | None = strawberry.field(default=None, description="Items with at least one of these tags.")
    tags_all: list[str] | None = strawberry.field(default=None, description="Items with all of these tags.")
    price: PriceRangeInput | None = strawberry.field(default=None, description="Items with a price in this range.")
    sold_out: bool = strawberry.field(
        default=False, description="True: also what is not available now, as for a page of things to wait for."
    )
    leave_out_ids: list[relay.GlobalID] | None = strawberry.field(default=None, description="None of these items.")
    leave_out_skus: list[str] | None = strawberry.field(
        default=None, description="None of these items, by the shop's own ids."
    )
    published_since: datetime | None = strawberry.field(
        default=None,
        description="Items published at this instant or later; made, where no day of publication is known.",
    )

    def as_filters(self) -> Filters:
        return Filters(
            categories=self.categories or (),
            brands=self.brands or (),
            tags_any=self.tags_any or (),
            tags_all=self.tags_all or (),
            price=self.price.as_range() if self.price else None,
            sold_out_too=self.sold_out,
            leave_out=self._left_out(),
            leave_out_skus=self.leave_out_skus or (),
            published_since=self.published_since,
        )

    def _left_out(self) -> tuple[UUID, ...]:
        return tuple(node_id(ref, "Item", field="filter.leaveOutIds") for ref in self.leave_out_ids or ())


Filter = Annotated[
    RecommendationFilter | None,
    strawberry.argument(description="Which items the list may hold; left out, whatever is on offer."),
]


def filters_of(given: RecommendationFilter | None) -> Filters:
    return given.as_filters() if given else serving.NO_FILTERS


def variety_of(*, diversity: float | None, max_per_category: int | None, max_per_brand: int | None) -> Variety:
    return Variety(
        settings.RECOMMENDATION_DIVERSITY if diversity is None else diversity, max_per_category, max_per_brand
    )
