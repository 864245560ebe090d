"""What the sample shop consists of: plain rows, ready to be written by whoever loads them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Language = Literal["en", "zh"]
Translations = dict[Language, str]
IdentityKind = Literal["customer", "visitor"]


@dataclass(frozen=True)
class SampleCategory:
    code: str
    name: Translations
    parent: str | None  # code of the department; None for a department itself


@dataclass(frozen=True)
class SampleProduct:
    sku: str
    title: Translations
    description: Translations
    category: str  # code of a SampleCategory that has a parent
    brand: str
    tags: tuple[str, ...]
    price: Decimal
    currency: str
    attributes: dict[str, str]  # kind, colour, and where it has them material, author, pages
    published_at: datetime
    expires_at: datetime | None
    available: bool


@dataclass(frozen=True)
class SampleRelation:
    """An arrow of the knowledge graph: head –relation→ tail."""

    head: str  # sku
    relation: Literal["same_brand", "accessory_of", "replaces", "goes_with"]
    tail: str  # sku
    weight: float  # above 0, at most 1


@dataclass(frozen=True)
class SampleCustomer:
    external_id: str
    name: str
    email: str  # at example.com, or empty: some customers gave none
    locale: str
    time_zone: str
    attributes: dict[str, str | bool]
    created_at: datetime


@dataclass(frozen=True)
class SampleLogin:
    """The moment at which an anonymous visitor turned out to be a customer."""

    visitor: str
    customer: str  # external_id
    occurred_at: datetime


@dataclass(frozen=True, eq=False)
class SampleEvents:
    """One row an event, oldest first. All columns have the shape (events,)."""

    event_id: NDArray[np.str_]
    identity_kind: NDArray[np.str_]  # an IdentityKind
    identity: NDArray[np.str_]  # a customer's external_id or a visitor's id
    product: NDArray[np.int32]  # position in SampleShop.products
    kind: NDArray[np.str_]  # view, click, add_to_cart, purchase, rating, review or comment
    value: NDArray[np.float64]  # pieces of a purchase, stars of a rating, NaN elsewhere
    occurred_at: NDArray[np.int64]  # microseconds since 1970, UTC
    session: NDArray[np.str_]
    payload: NDArray[np.object_]  # JSON: what was written, “{}” where nothing was

    def __len__(self) -> int:
        return len(self.event_id)


@dataclass(frozen=True, eq=False)
class SampleShop:
    name: str
    categories: list[SampleCategory]
    products: list[SampleProduct]
    relations: list[SampleRelation]
    customers: list[SampleCustomer]
    logins: list[SampleLogin]
    events: SampleEvents
