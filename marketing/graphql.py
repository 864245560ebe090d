"""What every GraphQL root field shares: its rule, its page sizes, its subject."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

import strawberry
from strawberry import relay
from strawberry.extensions.field_extension import FieldExtension, SyncExtensionResolver
from strawberry.types import Info

from marketing import rate_limits, selectors
from marketing.access import Caller, caller_of
from marketing.errors import InvalidInput, NotAllowed, NotFound
from marketing.models import ApiKey, Customer
from marketing.rules import AnyOf, Anyone, Customers, Key, NotShops, Rule, Staff, Visitors

__all__ = [
    "DEFAULT_PAGE",
    "MAX_PAGE",
    "AnyOf",
    "Anyone",
    "CustomerRef",
    "Customers",
    "Door",
    "ItemRef",
    "Key",
    "NotShops",
    "Rule",
    "Staff",
    "Visitors",
    "caller",
    "field",
    "find_customer",
    "mutation",
    "node_id",
    "resolve_subject",
]

DEFAULT_PAGE: Final = 20
MAX_PAGE: Final = 100


class Door(FieldExtension):
    """Asks the field's rule, counts the call where its rate is limited, and checks what any argument must keep to."""

    def __init__(self, rule: Rule, *, rate: rate_limits.Door | None = None) -> None:
        self.rule = rule
        self.rate = rate

    def resolve(self, next_: SyncExtensionResolver, source: Any, info: Info, **kwargs: Any) -> Any:
        asking = caller(info)
        self.rule.check(asking)
        if self.rate:
            rate_limits.require(info.context.request, asking, door=self.rate)
        for name, value in kwargs.items():
            _check_argument(name, value)
        return next_(source, info, **kwargs)


def field(*, rule: Rule, rate: rate_limits.Door | None = None, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """A root field that only the rule's callers may ask."""

    def decorate(resolver: Callable[..., Any]) -> Any:
        return strawberry.field(resolver, extensions=[Door(rule, rate=rate)], **options)

    return decorate


mutation = field


def caller(info: Info) -> Caller:
    return caller_of(info.context.request)


@strawberry.input(one_of=True, description="A customer, by Attune's id or by the shop's own.")
class CustomerRef:
    id: relay.GlobalID | None = strawberry.UNSET
    external_id: str | None = strawberry.field(
        default=strawberry.UNSET, description="The shop's own id of the customer."
    )


@strawberry.input(one_of=True, description="An item, by Attune's id or by the shop's own.")
class ItemRef:
    id: relay.GlobalID | None = strawberry.UNSET
    sku: str | None = strawberry.field(default=strawberry.UNSET, description="The shop's own id of the item.")


def resolve_subject(info: Info, customer: CustomerRef | None) -> selectors.Subject:
    """Whom a field is about: the viewer, or the customer who is named.

    Raises:
        NotAllowed: when the caller may not name this customer; whether they exist is not told then.
        NotFound: when there is no such customer.

    """
    asking = caller(info)
    if customer is None:
        return _viewer(asking)
    readers = Staff("marketing.view_customer") | Key(ApiKey.Scope.RECOMMENDATIONS_READ)
    return selectors.subject_of_customer(find_customer(asking, customer, readers=readers, field="customer"))


def _viewer(asking: Caller) -> selectors.Subject:
    """Who asks. A visitor who logged in somewhere counts by that visit alone: it opens nothing else of the customer.

    What the customer refused holds for the visit all the same.
    """
    if asking.identity is None:
        return selectors.Subject()
    subject = selectors.subject_of_identity(asking.identity)
    if asking.kind == "visitor":
        return replace(subject, identity_ids=(asking.identity.pk,), customer_id=None)
    return subject


def find_customer(asking: Caller, ref: CustomerRef, *, readers: Rule, field: str) -> Customer:
    """The customer of the reference: the caller themselves, or anybody for whom the rule admits the caller.

    Who was merged away is found as the one who is kept.

    Raises:
        NotAllowed: when the caller is neither; whether the customer exists is not told then.
        NotFound: when there is no such customer.

    """
    pk = node_id(ref.id, "Customer", field=f"{field}.id") if ref.id else None
    own = asking.customer
    if own is None:
        readers.check(asking)
    elif own.pk == pk or own.external_id == ref.external_id:
        return own
    _check_argument(f"{field}.externalId", ref.external_id)
    row = selectors.customer_of(pk) if pk else selectors.customer_called(ref.external_id or "")
    if own is not None and row != own:
        raise NotAllowed(f"{field}: a customer's token opens that customer's own data only.")
    if row is None:
        raise NotFound(f"{field}: there is no such customer.")
    return row


def node_id(value: relay.GlobalID, type_name: str, *, field: str) -> UUID:
    """The primary key inside a global id.

    Raises:
        InvalidInput: when it is the id of something else, or none of ours.

    """
    if value.type_name != type_name:
        raise InvalidInput(field, f"is the id of another type; expected one of {type_name}")
    try:
        return UUID(value.node_id)
    except ValueError as error:
        raise InvalidInput(field, f"is no id of {type_name}") from error


def _check_argument(name: str, value: Any) -> None:
    if name == "first" and isinstance(value, int) and not 1 <= value <= MAX_PAGE:
        raise InvalidInput("first", f"is {value}; expected 1 to {MAX_PAGE}")
    if isinstance(value, str) and "\0" in value:
        raise InvalidInput(name, "holds a NUL character; expected text")
