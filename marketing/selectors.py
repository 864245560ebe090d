"""What other parts ask about a person: who it is in all sources, and what they agreed to."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from marketing.models import Consent, Customer, Identity, Source

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
# The same for every purpose, with the instant of the answer; none where nobody was asked.
CONSENTS = """
SELECT asked.purpose, coalesce(answer.granted, assumed.granted, false), answer.given_at
FROM unnest(%(purposes)s::text[]) WITH ORDINALITY AS asked(purpose, place)
LEFT JOIN LATERAL (
    SELECT granted, given_at FROM marketing_consent
    WHERE identity_id = ANY(%(ids)s::bigint[]) AND purpose = asked.purpose
    ORDER BY given_at DESC, id DESC LIMIT 1
) answer ON true
LEFT JOIN LATERAL (
    SELECT bool_and(coalesce((source.consent ->> asked.purpose)::boolean, false)) AS granted
    FROM marketing_identity identity JOIN marketing_source source ON source.id = identity.source_id
    WHERE identity.id = ANY(%(ids)s::bigint[])
) assumed ON true
ORDER BY asked.place
"""
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
# The same answer as ANSWER, for many at once. Who is not stored yet is asked about as what they will be: a customer
# of this external id, whom perhaps another source knows, or a stranger of this source.
REFUSING = """
WITH asked AS (
    SELECT row_number() OVER () AS number, who.kind, who.value, identity.id AS identity_id,
           coalesce(identity.customer_id, named.merged_into_id, named.id) AS customer_id
    FROM unnest(%(kinds)s::text[], %(values)s::text[]) AS who(kind, value)
    LEFT JOIN marketing_identity identity
        ON identity.source_id = %(source)s AND identity.kind = who.kind AND identity.value = who.value
    LEFT JOIN marketing_customer named
        ON identity.id IS NULL AND who.kind = 'customer' AND named.external_id = who.value
), name AS (
    SELECT asked.number, identity.id, identity.source_id
    FROM asked JOIN marketing_identity identity ON identity.customer_id = asked.customer_id
    UNION ALL
    SELECT number, identity_id, %(source)s FROM asked
    WHERE customer_id IS NULL OR identity_id IS NULL
), answer AS (
    SELECT DISTINCT ON (name.number) name.number, consent.granted
    FROM name JOIN marketing_consent consent ON consent.identity_id = name.id AND consent.purpose = %(purpose)s
    ORDER BY name.number, consent.given_at DESC, consent.id DESC
), assumed AS (
    SELECT name.number, bool_and(coalesce((source.consent ->> %(purpose)s)::boolean, false)) AS granted
    FROM name JOIN marketing_source source ON source.id = name.source_id
    GROUP BY name.number
)
SELECT asked.kind, asked.value
FROM asked JOIN assumed USING (number) LEFT JOIN answer USING (number)
WHERE NOT coalesce(answer.granted, assumed.granted)
"""


@dataclass(frozen=True)
class Subject:
    """The person that something is for, in all names that they go by. Nobody: no identity, nothing personal."""

    identity_ids: tuple[int, ...] = ()
    customer_id: uuid.UUID | None = None
    personal: bool = False  # what they did may be used to choose what they see


@dataclass(frozen=True)
class StandingConsent:
    """What holds for a person about one purpose. Without `given_at` it is what their sources assume."""

    purpose: str
    granted: bool
    given_at: datetime | None = None


def subject_of_identity(identity: Identity) -> Subject:
    """The identity's person: with a customer, all of the customer's identities."""
    return _subject(identity_id=identity.pk, customer_id=identity.customer_id)


def subject_of_customer(customer: Customer) -> Subject:
    """The customer's person; of one who was merged away, the customer who is kept."""
    return _subject(identity_id=None, customer_id=customer.merged_into_id or customer.pk)


def customer_of(pk: uuid.UUID) -> Customer | None:
    """The customer with this key, or whom they were merged into."""
    return _standing(Customer.objects.filter(pk=pk))


def customer_called(external_id: str) -> Customer | None:
    """The customer of this id of the shop, or whom they were merged into."""
    return _standing(Customer.objects.filter(external_id=external_id))


def consent_of(identity_ids: Iterable[int], purpose: str) -> bool:
    """Whether a person agreed to `purpose`, a value of `Consent.Purpose`. Nobody agreed to nothing."""
    with connection.cursor() as cursor:
        cursor.execute(CONSENT, {"ids": list(identity_ids), "purpose": purpose})
        (granted,) = cursor.fetchone()
    return bool(granted)


def consents_of(identity_ids: Iterable[int]) -> list[StandingConsent]:
    """What holds for a person about each purpose, in the purposes' order."""
    with connection.cursor() as cursor:
        cursor.execute(CONSENTS, {"ids": list(identity_ids), "purposes": Consent.Purpose.values})
        return [StandingConsent(*row) for row in cursor.fetchall()]


def consents_of_strangers(source: Source) -> list[StandingConsent]:
    """What the source assumes of people of whom nothing is stored yet."""
    return [StandingConsent(purpose, bool(source.consent.get(purpose))) for purpose in Consent.Purpose.values]


def refusing(*, source_id: int, whos: Sequence[tuple[str, str]], purpose: str) -> set[tuple[str, str]]:
    """Which of the people that a source calls (kind of identity, value) don't agree to `purpose`, stored yet or not.

    As `consent_of`, each with all names that they go by. One query, none for nobody.
    """
    if not whos:
        return set()
    kinds, values = zip(*whos, strict=True)
    parameters: dict[str, Any] = {"source": source_id, "kinds": list(kinds), "values": list(values), "purpose": purpose}
    with connection.cursor() as cursor:
        cursor.execute(REFUSING, parameters)
        return {(kind, value) for kind, value in cursor.fetchall()}


def _standing(found: QuerySet[Customer]) -> Customer | None:
    row = found.select_related("merged_into").first()
    return row and (row.merged_into or row)


def _subject(*, identity_id: int | None, customer_id: uuid.UUID | None) -> Subject:
    parameters = {"identity": identity_id, "customer": customer_id, "purpose": Consent.Purpose.PERSONALISATION}
    with connection.cursor() as cursor:
        cursor.execute(PERSON, parameters)
        identity_ids, personal = cursor.fetchone()
    return Subject(tuple(identity_ids or ()), customer_id, personal)
