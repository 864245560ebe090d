"""What can be asked about the ground's rows."""

import strawberry
from django.db.models import Q, QuerySet
from strawberry import relay
from strawberry.types import Info

from marketing import models
from marketing.access import Caller
from marketing.errors import InvalidInput
from marketing.graphql import (
    DEFAULT_PAGE,
    Anyone,
    CustomerRef,
    Customers,
    Staff,
    caller,
    field,
    find_customer,
    node_id,
)
from marketing.paging import keyset_page
from marketing.schema.types import (
    CallerKind,
    CustomerConnection,
    CustomerType,
    ItemConnection,
    ItemSearchFilter,
    ItemType,
    Me,
    StaffMember,
)
from marketing.search import search_items

VIEW_ITEM = "marketing.view_item"
CUSTOMER_READERS = Staff("marketing.view_customer")


@strawberry.type
class Query:
    @field(rule=Anyone(), description="Who asks, as Attune sees it.")
    def me(self, info: Info) -> Me:
        asking = caller(info)
        return Me(
            kind=CallerKind(asking.kind),
            customer=CustomerType.from_row(asking.customer) if asking.customer else None,
            visitor=asking.visitor,
            staff=_staff_member(asking.user) if asking.user else None,
            scopes=asking.api_key.scopes if asking.api_key else [],
            source=asking.source.code if asking.source else None,
        )

    @field(rule=Anyone(), description="One item, by id or SKU; null when there is none, or none that may be shown.")
    def item(self, info: Info, id: relay.GlobalID | None = None, sku: str | None = None) -> ItemType | None:  # noqa: A002
        if (id is None) == (sku is None):
            raise InvalidInput("id", "give either id or sku")
        rows = _items_for(caller(info))
        found = rows.filter(pk=node_id(id, "Item", field="id")) if id else rows.filter(sku=sku)
        row = found.first()
        return ItemType.from_row(row) if row else None

    @field(rule=Anyone(), description="The catalogue by title. Staff also see what is not offered now.")
    def items(
        self,
        info: Info,
        first: int = DEFAULT_PAGE,
        after: str | None = None,
        search: str | None = None,
        category: str | None = None,
    ) -> ItemConnection:
        rows = _items_for(caller(info))
        if search:
            rows = rows.filter(Q(title__icontains=search) | Q(sku=search))
        if category:
            rows = rows.filter(category__slug=category)
        return ItemConnection.from_page(keyset_page(rows, order=("title", "id"), first=first, after=after))

    @field(
        rule=Anyone(),
        rate="caller",  # reading a query's meaning costs as much as many a list
        description=(
            "Items that the query finds, by words and by meaning, the best first; for whom and what as in `items`. "
            "Of each way the best 200 are looked at."
        ),
    )
    def search_items(
        self,
        info: Info,
        query: str,
        first: int = DEFAULT_PAGE,
        after: str | None = None,
        filter: ItemSearchFilter | None = None,  # noqa: A002
    ) -> ItemConnection:
        rows = _items_for(caller(info))
        if filter is not None:
            rows = filter.narrowed(rows)
        return ItemConnection.from_page(search_items(rows, query=query, first=first, after=after))

    @field(rule=Customers() | CUSTOMER_READERS, description="One customer. Left out, it is the viewer.")
    def customer(self, info: Info, ref: CustomerRef | None = None) -> CustomerType:
        asking = caller(info)
        if ref is None and asking.customer is not None:
            return CustomerType.from_row(asking.customer)
        if ref is None:
            raise InvalidInput("ref", "say which customer, by id or externalId")
        return CustomerType.from_row(find_customer(asking, ref, readers=CUSTOMER_READERS, field="ref"))

    @field(
        rule=CUSTOMER_READERS, description="The customers, the newest first; those merged away as whom they turned out."
    )
    def customers(
        self, first: int = DEFAULT_PAGE, after: str | None = None, search: str | None = None
    ) -> CustomerConnection:
        rows = models.Customer.objects.filter(merged_into=None)
        if search:
            merged = models.Customer.objects.filter(external_id=search, merged_into__isnull=False)
            found = Q(external_id=search) | Q(name__icontains=search) | Q(email__icontains=search)
            rows = rows.filter(found | Q(pk__in=merged.values("merged_into")))
        return CustomerConnection.from_page(keyset_page(rows, order=("-created_at", "-id"), first=first, after=after))


def _items_for(asking: Caller) -> QuerySet[models.Item]:
    """What the caller may see of the catalogue: all of it for staff who look after it, else what is offered."""
    rows = models.Item.objects.select_related("category")
    return rows if asking.has_perm(VIEW_ITEM) else rows.offered()


def _staff_member(user: models.User) -> StaffMember:
    return StaffMember(
        id=relay.GlobalID("User", str(user.pk)),
        username=user.get_username(),
        name=user.get_full_name() or None,
        roles=sorted(user.groups.values_list("name", flat=True)),
        superuser=user.is_superuser,
    )
