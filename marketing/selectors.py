"""What other parts ask about a person: who it is in all sources, and what they agreed to."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from marketing.models import Consent, Customer, Identity

# The newest answer of any of the identities; without one, the sources' defaults, all of which must say yes.
CONSENT = """
SELECT coalesce(
    (SELECT granted FROM marketing_consent WHERE identity_id = ANY(%(ids)s) AND purpose = %(purpose)s
     ORDER BY given_at DESC, id DESC LIMIT 1),
    (SELECT bool_and(coalesce((source.consent ->> %(purpose)s)::boolean, false))
     FROM marketing_identity identity JOIN marketing_source source ON source.id = identity.source_id
     WHERE identity.id = ANY(%(ids)s)),
    false)
"""


@dataclass(frozen=True)
class Subject:
    """The person that something is for, in all names that they go by. Nobody: no identity, nothing personal."""

    identity_ids: tuple[int, ...] = ()
    customer_id: uuid.UUID | None = None
    personal: bool = False  # what they did may be used to choose what they see


def subject_of_identity(identity: Identity) -> Subject:
    """The identity's person: with a customer, all of the customer's identities."""
    if identity.customer_id is None:
        return _subject([identity.pk], customer_id=None)
    return _subject(_identities_of(identity.customer_id), customer_id=identity.customer_id)


def subject_of_customer(customer: Customer) -> Subject:
    return _subject(_identities_of(customer.pk), customer_id=customer.pk)


def consent_of(identity_ids: Iterable[int], purpose: str) -> bool:
    """Whether a person agreed to `purpose`, a value of `Consent.Purpose`. Nobody agreed to nothing."""
    with connection.cursor() as cursor:
        cursor.execute(CONSENT, {"ids": list(identity_ids), "purpose": purpose})
        (granted,) = cursor.fetchone()
    return bool(granted)


def _subject(identity_ids: list[int], *, customer_id: uuid.UUID | None) -> Subject:
    personal = consent_of(identity_ids, Consent.Purpose.PERSONALISATION)
    return Subject(tuple(identity_ids), customer_id, personal)


def _identities_of(customer_id: uuid.UUID) -> list[int]:
    return list(Identity.objects.filter(customer_id=customer_id).order_by("pk").values_list("pk", flat=True))
