"""What a list may hold, as the caller wishes it: checked by name, and put into one condition."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from marketing.currencies import amount_of, currency_code
from marketing.errors import InvalidInput
from marketing.plain_text import identifier, short_text
from recsys import selectors
from recsys.selectors import ON_OFFER, Condition

# Values of one kind in a filter, and items that are left out.
LONGEST = 50
LONGEST_LEFT_OUT = 200
SLUG_CHARACTERS = 120
BRAND_CHARACTERS = 120
TAG_CHARACTERS = 64


@dataclass(frozen=True, slots=True)
class PriceRange:
    """From `lowest` to `highest`, both within; None: open on that side."""

    currency: str
    lowest: Decimal | None = None
    highest: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """Every kind of value narrows the list; of several values of one kind any will do, but for `tags_all`.

    `categories` are slugs, with everything below them. `published_since` counts from when an item was made where its
    day of publication is not known.
    """

    categories: Sequence[str] = ()
    brands: Sequence[str] = ()
    tags_any: Sequence[str] = ()
    tags_all: Sequence[str] = ()
    price: PriceRange | None = None
    sold_out_too: bool = False
    leave_out: Sequence[UUID] = ()
    leave_out_skus: Sequence[str] = ()
    published_since: datetime | None = None


NO_FILTERS = Filters()


def condition_of(filters: Filters) -> Condition:
    """What the filters let through. No query but for categories, which take one.

    Raises:
        InvalidInput: names what is wrong, e.g. `filter.categories`.

    """
    if filters == NO_FILTERS:
        return ON_OFFER
    condition = Condition(sold_out_too=filters.sold_out_too)
    if brands := _texts(filters.brands, "brands", limit=BRAND_CHARACTERS):
        condition = condition.of_brands(brands)
    if tags := _texts(filters.tags_any, "tagsAny", limit=TAG_CHARACTERS):
        condition = condition.with_any_tag(tags)
    if tags := _texts(filters.tags_all, "tagsAll", limit=TAG_CHARACTERS):
        condition = condition.with_all_tags(tags)
    if filters.price is not None:
        condition = _priced(condition, filters.price)
    if filters.published_since is not None:
        condition = condition.published_since(_instant(filters.published_since))
    condition = _left_out(condition, filters)
    if categories := _texts(filters.categories, "categories", limit=SLUG_CHARACTERS):
        condition = condition.in_categories(_category_ids(categories))
    return condition


def _texts(values: Sequence[str], name: str, *, limit: int) -> list[str]:
    _check_length(values, name, longest=LONGEST)
    return [short_text(value, field=f"filter.{name}", limit=limit, blank=False) for value in values]


def _check_length(values: Sequence[object], name: str, *, longest: int) -> None:
    if len(values) > longest:
        raise InvalidInput(f"filter.{name}", f"holds {len(values)} values; expected at most {longest}")


def _priced(condition: Condition, price: PriceRange) -> Condition:
    currency = currency_code(price.currency, field="filter.price.currency")
    lowest = None if price.lowest is None else amount_of(price.lowest, field="filter.price.min")
    highest = None if price.highest is None else amount_of(price.highest, field="filter.price.max")
    if lowest is not None and highest is not None and lowest > highest:
        raise InvalidInput("filter.price", f"min {lowest:f} is above max {highest:f}; expected min up to max")
    return condition.priced(currency=currency, lowest=lowest, highest=highest)


def _instant(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise InvalidInput("filter.publishedSince", "has no offset; expected an instant, e.g. 2026-05-01T12:00:00Z")
    return instant


def _left_out(condition: Condition, filters: Filters) -> Condition:
    _check_length(filters.leave_out, "leaveOutIds", longest=LONGEST_LEFT_OUT)
    _check_length(filters.leave_out_skus, "leaveOutSkus", longest=LONGEST_LEFT_OUT)
    skus = [identifier(sku, field="filter.leaveOutSkus") for sku in filters.leave_out_skus]
    return condition.without(item_ids=filters.leave_out, skus=skus)


def _category_ids(slugs: list[str]) -> list[UUID]:
    found = selectors.categories_below(slugs=slugs)
    if unknown := [slug for slug in slugs if slug not in found]:
        raise InvalidInput("filter.categories", f"no category has the slug “{unknown[0]}”")
    return list(found.values())
