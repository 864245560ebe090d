"""What other parts ask about a person: who it is in all sources, and what they agreed to."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from marketing.models import Consent, Customer, Identity

# The newest answer of any of the identities; without one, the sources' defaults, all of which must say yes.
ANSWER = """
coalesce(
    (SELECT granted FROM marketing_consent WHERE identity_id = ANY({ids}) AND purpose = %(purpose)s
     ORDER BY given_at DESC, id DESC LIMIT 1),
    (SELECT bool_and(coalesce((source.consent ->> %(purpose)s)::boolean, false))
     FROM marketing_identity identity JOIN marketing_source source ON source.id = identity.source_id
     WHERE identity.id = ANY({ids})),
    false)
"""
CONSENT = "SELECT " + ANSWER.format(ids="%(ids)s")
# All names of one person, and her answer, at once: every list asks for both.
PERSON = f"""
WITH person AS (
    SELECT array_agg(id ORDER BY id) AS ids
    FROM marketing_identity
    WHERE id = %(identity)s OR customer_id = %(customer)s
)
SELECT person.ids, {ANSWER.format(ids="person.ids")}
FROM person
"""  # noqa: S608 – only a constant of ours is put in


@dataclass(frozen=True)
class Subject:
    """The person that something is for, in all names that they go by. Nobody: no identity, nothing personal."""

    identity_ids: tuple[int, ...] = ()
    customer_id: uuid.UUID | None = None
    personal: bool = False  # what they did may be used to choose what they see


def subject_of_identity(identity: Identity) -> Subject:
    """The identity's person: with a customer, all of the customer's identities."""
    return _subject(identity_id=identity.pk, customer_id=identity.customer_id)


def subject_of_customer(customer: Customer) -> Subject:
    return _subject(identity_id=None, customer_id=customer.pk)


def consent_of(identity_ids: Iterable[int], purpose: str) -> bool:
    """Whether a person agreed to `purpose`, a value of `Consent.Purpose`. Nobody agreed to nothing."""
    with connection.cursor() as cursor:
        cursor.execute(CONSENT, {"ids": list(identity_ids), "purpose": purpose})
        (granted,) = cursor.fetchone()
    return bool(granted)


def _subject(*, identity_id: int | None, customer_id: uuid.UUID | None) -> Subject:
    parameters = {"identity": identity_id, "customer": customer_id, "purpose": Consent.Purpose.PERSONALISATION}
    with connection.cursor() as cursor:
        cursor.execute(PERSON, parameters)
        identity_ids, personal = cursor.fetchone()
    return Subject(tuple(identity_ids or ()), customer_id, personal)
