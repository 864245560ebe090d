"""The types that the ground's rows are shown as. Plain objects filled from rows: no field asks the database."""

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Self

import strawberry
from django.db.models import QuerySet
from strawberry import relay
from strawberry.scalars import JSON

from marketing import models
from marketing.graphql import CustomerRef
from marketing.paging import Page

__all__ = ["CallerKind", "Category", "CustomerRef", "CustomerType", "ItemType", "Me", "StaffMember"]


@strawberry.type(description="A shelf of the shop.")
class Category:
    slug: str
    names: strawberry.Private[dict[str, Any]]
    default_name: strawberry.Private[str]

    @strawberry.field(description="Its name in the language, else in the shop's own.")  # type: ignore[untyped-decorator]
    def name(self, language: str | None = None) -> str:
        return _translated(self.names, language) or self.default_name

    @classmethod
    def from_row(cls, row: models.Category) -> Self:
        return cls(slug=row.slug, names=row.translations, default_name=row.name)


@strawberry.type(name="Item", description="A product, film, article: what is shown and recommended.")
class ItemType:
    id: relay.GlobalID
    sku: str = strawberry.field(description="The shop's own id.")
    price: Decimal | None
    currency: str | None = strawberry.field(description="ISO 4217.")
    brand: str | None
    tags: list[str]
    image_url: str | None
    url: str | None = strawberry.field(description="Its page in the shop.")
    available: bool
    category: Category | None
    texts: strawberry.Private[dict[str, Any]]
    default_title: strawberry.Private[str]
    default_description: strawberry.Private[str]

    @strawberry.field(description="In the language, a tag such as “de” or “zh-Hans”, else in the shop's own.")  # type: ignore[untyped-decorator]
    def title(self, language: str | None = None) -> str:
        return _translated(self.texts, language, "title") or self.default_title

    @strawberry.field(description="In the language, else in the shop's own.")  # type: ignore[untyped-decorator]
    def description(self, language: str | None = None) -> str:
        return _translated(self.texts, language, "description") or self.default_description

    @classmethod
    def from_row(cls, row: models.Item) -> Self:
        """The item of a row that was read with `select_related("category")`."""
        return cls(
            id=relay.GlobalID("Item", str(row.pk)),
            sku=row.sku,
            price=_money(row.price),
            currency=row.currency or None,
            brand=row.brand or None,
            tags=row.tags,
            image_url=row.image_url or None,
            url=row.url or None,
            available=row.available,
            category=Category.from_row(row.category) if row.category else None,
            texts=row.translations,
            default_title=row.title,
            default_description=row.description,
        )


@strawberry.type(name="Customer", description="A person whom the shop knows by name or number.")
class CustomerType:
    id: relay.GlobalID
    external_id: str = strawberry.field(description="The shop's own id.")
    name: str | None
    email: str | None
    locale: str | None = strawberry.field(description="BCP 47.")
    time_zone: str | None = strawberry.field(description="IANA name.")
    attributes: JSON
    created_at: datetime

    @classmethod
    def from_row(cls, row: models.Customer) -> Self:
        return cls(
            id=relay.GlobalID("Customer", str(row.pk)),
            external_id=row.external_id,
            name=row.name or None,
            email=row.email or None,
            locale=row.locale or None,
            time_zone=row.time_zone or None,
            attributes=JSON(row.attributes),
            created_at=row.created_at,
        )


@strawberry.enum(description="How somebody came in.")
class CallerKind(Enum):
    NOBODY = "nobody"
    VISITOR = "visitor"
    CUSTOMER = "customer"
    SHOP = "shop"
    STAFF = "staff"


@strawberry.type(description="A person who works with Attune.")
class StaffMember:
    id: relay.GlobalID
    username: str
    name: str | None
    roles: list[str]
    superuser: bool


@strawberry.type(description="Who asks.")
class Me:
    kind: CallerKind
    customer: CustomerType | None
    visitor: str | None = strawberry.field(description="The visitor's name, which the signed token carries.")
    staff: StaffMember | None
    scopes: list[str] = strawberry.field(description="What an API key may do; empty for everybody else.")
    source: str | None = strawberry.field(description="The code of the source that the caller's events belong to.")


@strawberry.type(description="Some items and what follows them.")
class ItemConnection:
    edges: list["ItemEdge"]
    page_info: relay.PageInfo

    @classmethod
    def from_page(cls, page: Page) -> Self:
        pairs = zip(page.cursors, page.rows, strict=True)
        edges = [ItemEdge(cursor=cursor, node=ItemType.from_row(row)) for cursor, row in pairs]
        return cls(edges=edges, page_info=page.info)


@strawberry.type
class ItemEdge:
    cursor: str
    node: ItemType


@strawberry.input(description="Which items a search may find; all that is given must hold.")
class ItemSearchFilter:
    category: str | None = strawberry.field(default=None, description="The slug of the shelf that it stands on.")
    brand: str | None = None
    tag: str | None = None
    available: bool | None = strawberry.field(default=None, description="Of use to staff; others find only what is.")

    def narrowed(self, rows: QuerySet[models.Item]) -> QuerySet[models.Item]:
        if self.category is not None:
            rows = rows.filter(category__slug=self.category)
        if self.brand is not None:
            rows = rows.filter(brand=self.brand)
        if self.tag is not None:
            rows = rows.filter(tags__contains=[self.tag])
        return rows if self.available is None else rows.filter(available=self.available)


@strawberry.type(description="Some customers and what follows them.")
class CustomerConnection:
    edges: list["CustomerEdge"]
    page_info: relay.PageInfo

    @classmethod
    def from_page(cls, page: Page) -> Self:
        pairs = zip(page.cursors, page.rows, strict=True)
        edges = [CustomerEdge(cursor=cursor, node=CustomerType.from_row(row)) for cursor, row in pairs]
        return cls(edges=edges, page_info=page.info)


@strawberry.type
class CustomerEdge:
    cursor: str
    node: CustomerType


def _translated(translations: dict[str, Any], language: str | None, part: str | None = None) -> str | None:
    """The text in the language, or in the language without its region: “de” serves “de-AT”."""
    if not language:
        return None
    for tag in (language, language.partition("-")[0]):
        found = translations.get(tag)
        text = found.get(part) if part and isinstance(found, dict) else found
        if isinstance(text, str) and text:
            return text
    return None


def _money(price: Decimal | None) -> Decimal | None:
    """Without the zeros that the column adds: 12.5000 is 12.50, and 0.0125 stays."""
    if price is None:
        return None
    cents = price.quantize(Decimal("0.01"))
    return cents if cents == price else price.normalize()
