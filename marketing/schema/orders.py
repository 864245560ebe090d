"""What somebody bought and gave back. Plain objects filled from rows: no field asks the database."""

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Self

import strawberry
from django.db.models import Prefetch, QuerySet
from strawberry import relay
from strawberry.types import Info

from marketing import models
from marketing.currencies import displayed
from marketing.errors import InvalidInput, NotAllowed
from marketing.graphql import (
    DEFAULT_PAGE,
    MAX_PAGE,
    CustomerRef,
    Customers,
    Staff,
    caller,
    field,
    find_customer,
    node_id,
)
from marketing.orders import line_total, pieces
from marketing.paging import Page, keyset_page

ORDER_READERS = Staff("marketing.view_order")
# Few orders have more, and a page of 100 orders with them all keeps within the limit of a query's cost.
REFUNDS = 10
NEWEST = "newest_refunds"  # what a row's refunds are read into


@strawberry.enum
class OrderStatus(Enum):
    PLACED = "placed"
    CANCELLED = "cancelled"


@strawberry.type(description="Some pieces of one item in an order. Money is in the order's currency.")
class OrderLine:
    number: int = strawberry.field(description="Its place in the order, from 1.")
    sku: str
    title: str = strawberry.field(description="The item's, as it is called now.")
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    total: Decimal = strawberry.field(description="Quantity × unit price − discount, rounded to the smallest unit.")

    @classmethod
    def from_row(cls, row: models.OrderLine, *, currency: str) -> Self:
        return cls(
            number=row.number,
            sku=row.item.sku,
            title=row.item.title,
            quantity=Decimal(pieces(row.quantity)),
            unit_price=displayed(row.unit_price, currency),
            discount=displayed(row.discount, currency),
            total=line_total(row, currency),
        )


@strawberry.type(description="Money given back.")
class Refund:
    external_id: str
    line: int | None = strawberry.field(description="The number of the line that it is for; null for the whole order.")
    quantity: Decimal | None
    amount: Decimal
    reason: str | None
    refunded_at: datetime

    @classmethod
    def from_row(cls, row: models.Refund, *, currency: str) -> Self:
        return cls(
            external_id=row.external_id,
            line=row.line.number if row.line else None,
            quantity=None if row.quantity is None else Decimal(pieces(row.quantity)),
            amount=displayed(row.amount, currency),
            reason=row.reason or None,
            refunded_at=row.refunded_at,
        )


@strawberry.type(name="Order", description="What was sold at once. total = itemsTotal − discount + shipping + tax.")
class OrderType:
    id: relay.GlobalID
    external_id: str = strawberry.field(description="The shop's own number.")
    status: OrderStatus
    placed_at: datetime
    currency: str = strawberry.field(description="ISO 4217; all of the order's money is in it.")
    items_total: Decimal
    discount: Decimal
    shipping: Decimal
    tax: Decimal
    total: Decimal
    refunded: Decimal
    lines: list[OrderLine]
    newest_refunds: strawberry.Private[list[Refund]]

    @field(rule=Customers() | ORDER_READERS, description="The newest first.")
    def refunds(self, first: int = REFUNDS) -> list[Refund]:
        return self.newest_refunds[:first]

    @classmethod
    def from_row(cls, row: models.Order) -> Self:
        """The order of a row that was read with its lines and refunds, see `_orders`."""
        currency = row.currency
        return cls(
            id=relay.GlobalID("Order", str(row.pk)),
            external_id=row.external_id,
            status=OrderStatus(row.status),
            placed_at=row.placed_at,
            currency=currency,
            items_total=displayed(row.items_total, currency),
            discount=displayed(row.discount, currency),
            shipping=displayed(row.shipping, currency),
            tax=displayed(row.tax, currency),
            total=displayed(row.total, currency),
            refunded=displayed(row.refunded, currency),
            lines=[OrderLine.from_row(line, currency=currency) for line in row.lines.all()],
            newest_refunds=[Refund.from_row(refund, currency=currency) for refund in vars(row)[NEWEST]],
        )


@strawberry.type(description="Some orders and what follows them.")
class OrderConnection:
    edges: list["OrderEdge"]
    page_info: relay.PageInfo

    @classmethod
    def from_page(cls, page: Page) -> Self:
        pairs = zip(page.cursors, page.rows, strict=True)
        edges = [OrderEdge(cursor=cursor, node=OrderType.from_row(row)) for cursor, row in pairs]
        return cls(edges=edges, page_info=page.info)


@strawberry.type
class OrderEdge:
    cursor: str
    node: OrderType


@strawberry.type
class Query:
    @field(
        rule=Customers() | ORDER_READERS,
        description="A customer's orders under all names that they go by, the newest first. Left out, the customer is"
        " the viewer.",
    )
    def orders(
        self, info: Info, customer: CustomerRef | None = None, first: int = DEFAULT_PAGE, after: str | None = None
    ) -> OrderConnection:
        asking = caller(info)
        if customer is not None:
            whose = find_customer(asking, customer, readers=ORDER_READERS, field="customer")
        elif asking.customer is not None:
            whose = asking.customer
        else:
            raise InvalidInput("customer", "say which customer, by id or externalId")
        rows = _orders().filter(identity__customer=whose)
        return OrderConnection.from_page(keyset_page(rows, order=("-placed_at", "-id"), first=first, after=after))

    @field(
        rule=Customers() | ORDER_READERS, description="One order, for customers one of their own; null: there is none."
    )
    def order(self, info: Info, id: relay.GlobalID) -> OrderType | None:  # noqa: A002
        asking = caller(info)
        rows = _orders().filter(pk=node_id(id, "Order", field="id"))
        if asking.customer is not None:
            rows = rows.filter(identity__customer=asking.customer)
        row = rows.first()
        if row is None and asking.customer is not None:  # whether somebody else's exists is not told
            raise NotAllowed("id: a customer's token opens that customer's own orders only.")
        return OrderType.from_row(row) if row else None


def _orders() -> "QuerySet[models.Order]":
    lines = models.OrderLine.objects.select_related("item").order_by("number")
    # How many of them are asked for is not known yet; no more than these can be.
    refunds = models.Refund.objects.select_related("line").order_by("-refunded_at", "-id")[:MAX_PAGE]
    return models.Order.objects.prefetch_related(Prefetch("lines", lines), Prefetch("refunds", refunds, to_attr=NEWEST))
