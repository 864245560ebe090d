"""The people whose events these are: whom a source knows, whom it may make known, and who shall stay unknown."""

from collections.abc import Collection
from typing import Any, Final

import msgspec
from django.db import connection

from marketing.models import Consent, Customer, Identity, Source
from marketing.selectors import refusing
from marketing.services.event_claims import Who
from marketing.services.event_rows import ADD_CUSTOMERS, ADD_IDENTITIES, arrays

IDENTITIES = """
SELECT kind, value, id FROM marketing_identity
WHERE source_id = %s AND kind = ANY(%s) AND value = ANY(ARRAY(SELECT jsonb_array_elements_text(%s::jsonb)))
"""
# The same, and of each whether there is anything that speaks against keeping what they do: a refusal under any of their
# names, or another source that assumes none. Nearly always there is not, and this spares the whole question.
IDENTITIES_AND_DOUBTS = """
SELECT identity.kind, identity.value, identity.id,
       EXISTS (SELECT FROM marketing_consent
               WHERE identity_id = identity.id AND purpose = 'analytics' AND NOT granted)
       OR EXISTS (
           SELECT FROM marketing_identity name JOIN marketing_source source ON source.id = name.source_id
           WHERE name.customer_id = identity.customer_id AND name.id <> identity.id AND (
               NOT coalesce((source.consent ->> 'analytics')::boolean, false)
               OR EXISTS (SELECT FROM marketing_consent
                          WHERE identity_id = name.id AND purpose = 'analytics' AND NOT granted)))
FROM marketing_identity identity
WHERE identity.source_id = %s AND identity.kind = ANY(%s)
    AND identity.value = ANY(ARRAY(SELECT jsonb_array_elements_text(%s::jsonb)))
"""
NOBODY: Final[Who] = (Identity.Kind.NOBODY.value, "nobody")
ADD_NOBODY = """
INSERT INTO marketing_identity (source_id, kind, value) VALUES (%s, 'nobody', 'nobody') ON CONFLICT DO NOTHING
"""


def find_identities(people: Collection[Who], *, source: Source) -> dict[Who, int]:
    """Those whom the source knows, with the key of their identity."""
    if not people:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(IDENTITIES, _asked(people, source=source))
        found = {(kind, value): pk for kind, value, pk in cursor.fetchall()}
    return {person: found[person] for person in people if person in found}


def people_of(people: Collection[Who], *, source: Source) -> tuple[dict[Who, int], set[Who]]:
    """As `find_identities`, and all those who did not agree that what they do is kept under their name."""
    if not people:
        return {}, set()
    with connection.cursor() as cursor:
        cursor.execute(IDENTITIES_AND_DOUBTS, _asked(people, source=source))
        rows = {(kind, value): (pk, doubtful) for kind, value, pk, doubtful in cursor.fetchall()}
    found = {person: rows[person][0] for person in people if person in rows}
    assumed = source.consent.get(Consent.Purpose.ANALYTICS) is True
    certain = {person for person in found if assumed and not rows[person][1]}
    return found, unwilling([person for person in people if person not in certain], source=source)


def strangers(people: Collection[Who]) -> set[Who]:
    """The customers among them whom no source ever named."""
    named = {value for kind, value in people if kind == Identity.Kind.CUSTOMER}
    known = set(Customer.objects.filter(external_id__in=named).values_list("external_id", flat=True)) if named else ()
    return {(Identity.Kind.CUSTOMER.value, value) for value in named if value not in known}


def unwilling(people: Collection[Who], *, source: Source) -> set[Who]:
    """Those who did not agree that what they do is kept under their name; who has no name is one of them."""
    nameless = {person for person in people if person == NOBODY}
    named = [person for person in people if person != NOBODY]
    return nameless | refusing(source_id=source.pk, whos=named, purpose=Consent.Purpose.ANALYTICS)


def make_identities(people: Collection[Who], *, source: Source) -> dict[Who, int]:
    """Identities of new people, customers with a row to be filled in later."""
    if not people:
        return {}
    ordered = sorted(people)
    columns: dict[str, Any] = {
        "source_id": source.pk,
        "customer": [value if kind == Identity.Kind.CUSTOMER else None for kind, value in ordered],
        "visitor": [value if kind == Identity.Kind.VISITOR else None for kind, value in ordered],
    }
    with connection.cursor() as cursor:
        cursor.execute(ADD_CUSTOMERS.format(rows=arrays("customer")), columns)
        cursor.execute(ADD_IDENTITIES.format(rows=arrays("customer", "visitor")), columns)
    return find_identities(people, source=source)


def nobody_of(source: Source) -> int:
    """The identity under which the source's anonymous events are counted."""
    found = find_identities([NOBODY], source=source)
    if not found:
        with connection.cursor() as cursor:
            cursor.execute(ADD_NOBODY, [source.pk])
        found = find_identities([NOBODY], source=source)
    return found[NOBODY]


def _asked(people: Collection[Who], *, source: Source) -> list[Any]:
    values = msgspec.json.encode([value for _kind, value in people]).decode()
    return [source.pk, sorted({kind for kind, _value in people}), values]
