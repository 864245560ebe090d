"""Who somebody is: identities, and the pointer from a visitor to the customer that a login moves."""

from typing import Literal, overload

from django.db import transaction

from marketing.errors import Conflict
from marketing.models import Customer, Identity, Source
from marketing.plain_text import identifier


@overload
def customer_identity(source: Source, external_id: str, *, create: Literal[True] = True) -> Identity: ...
@overload
def customer_identity(source: Source, external_id: str, *, create: bool) -> Identity | None: ...


def customer_identity(source: Source, external_id: str, *, create: bool = True) -> Identity | None:
    """The identity under which `source` knows the customer `external_id`; with `create`, both are made when missing.

    Raises:
        InvalidInput: no usable id.

    """
    value = identifier(external_id, field="customer")
    known = {"source": source, "kind": Identity.Kind.CUSTOMER, "value": value}
    found = Identity.objects.select_related("customer").filter(**known).first()
    if found or not create:
        return found
    with transaction.atomic():
        customer, _created = Customer.objects.get_or_create(external_id=value, defaults={"source": source})
        identity, _created = Identity.objects.get_or_create(**known, defaults={"customer": customer})
    return identity


def visitor_identity(source: Source, value: str) -> Identity:
    """The identity of a visitor, made when it is new.

    Raises:
        InvalidInput: no usable id.

    """
    identity, _created = Identity.objects.select_related("customer").get_or_create(
        source=source, kind=Identity.Kind.VISITOR, value=identifier(value, field="visitor")
    )
    return identity


def link_visitor(visitor: Identity, customer: Customer) -> Identity:
    """A login: what the visitor did is the customer's from now on. Nothing but the pointer moves.

    Raises:
        Conflict: the visitor is another customer's, or the identity is no visitor's.

    """
    with transaction.atomic():
        row = Identity.objects.select_for_update().get(pk=visitor.pk)
        if row.kind != Identity.Kind.VISITOR:
            raise Conflict("identity: a visitor's expected, got a customer's")
        if row.customer_id not in (None, customer.pk):
            raise Conflict("visitor: this visitor is already linked to another customer")
        if row.customer_id is None:
            row.customer = customer
            row.save(update_fields=["customer"])
    return row
