"""Who somebody is: identities, and the pointer from a visitor to the customer that a login moves."""

import uuid
from typing import Literal, overload

from django.db import connection, transaction

from marketing.errors import Conflict
from marketing.models import Customer, Identity, Source
from marketing.plain_text import identifier

# KEY SHARE waits for a merge of this customer that is under way, and then reads where it led.
STANDING = "SELECT coalesce(merged_into_id, id) FROM marketing_customer WHERE id = %s FOR KEY SHARE"


@overload
def customer_identity(source: Source, external_id: str, *, create: Literal[True] = True) -> Identity: ...
@overload
def customer_identity(source: Source, external_id: str, *, create: bool) -> Identity | None: ...


def customer_identity(source: Source, external_id: str, *, create: bool = True) -> Identity | None:
    """The identity under which `source` knows the customer `external_id`; with `create`, both are made when missing.

    A new name of a customer who was merged away is the kept customer's.

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
        defaults = {"customer_id": standing_id(customer)}
        identity, _created = Identity.objects.get_or_create(**known, defaults=defaults)
    return identity


def standing_id(customer: Customer) -> uuid.UUID:
    """The key of the customer who stands for this one: itself, or whom it was merged into.

    No merge can change that before the transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute(STANDING, [customer.pk])
        (pk,) = cursor.fetchone()
    standing: uuid.UUID = pk
    return standing


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
        customer_id = standing_id(customer)
        row = Identity.objects.select_for_update(no_key=True).get(pk=visitor.pk)
        if row.kind != Identity.Kind.VISITOR:
            raise Conflict(f"identity: a visitor's expected, got a {row.kind}'s")
        if row.customer_id not in (None, customer_id):
            raise Conflict("visitor: this visitor is already linked to another customer")
        if row.customer_id is None:
            row.customer_id = customer_id
            row.save(update_fields=["customer"])
    return row
