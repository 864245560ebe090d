"""What people agreed to: answers are added, never changed, and the newest by the time it was given counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec
from django.db import connection, transaction

from marketing.errors import InvalidInput
from marketing.incoming import Refused, RowResult, batch_of, typed_row
from marketing.instants import past_instant
from marketing.models import ApiKey, Consent, Identity, Source, User
from marketing.plain_text import identifier
from marketing.selectors import consents_of, subject_of_identity
from marketing.services import audit, webhooks
from marketing.services.event_people import find_identities, make_identities

# An answer from the future would outweigh what its person says today; clocks of servers differ by less than this.
AHEAD = timedelta(minutes=5)

# Two calls with the same answer wait for each other, so that the second finds what the first has added.
WAIT = "SELECT FROM marketing_identity WHERE id = ANY(%(identity)s) ORDER BY id FOR NO KEY UPDATE"
ADD = """
INSERT INTO marketing_consent (identity_id, purpose, granted, given_at)
SELECT identity_id, purpose, granted, given_at
FROM (
    SELECT DISTINCT ON (identity_id, purpose, granted, given_at) *
    FROM unnest(%(identity)s::bigint[], %(purpose)s::text[], %(granted)s::boolean[], %(given_at)s::timestamptz[])
        WITH ORDINALITY AS told(identity_id, purpose, granted, given_at, place)
    ORDER BY identity_id, purpose, granted, given_at, place
) answer
WHERE NOT EXISTS (
    SELECT FROM marketing_consent stored
    WHERE (stored.identity_id, stored.purpose, stored.granted, stored.given_at)
        = (answer.identity_id, answer.purpose, answer.granted, answer.given_at)
)
ORDER BY place
RETURNING id, identity_id, purpose, granted, given_at
"""
# Of the added answers those that count now, where none counted before or another one: of all of a person's names.
CHANGED = """
WITH person AS (
    SELECT DISTINCT coalesce(identity.customer_id::text, identity.id::text) AS person, identity.customer_id,
           CASE WHEN identity.customer_id IS NULL THEN identity.id END AS identity_id, added.purpose
    FROM marketing_consent added JOIN marketing_identity identity ON identity.id = added.identity_id
    WHERE added.id = ANY(%(added)s)
), answer AS (
    SELECT person.person, consent.*, consent.id = ANY(%(added)s) AS added
    FROM person
    JOIN marketing_identity identity ON identity.id = person.identity_id OR identity.customer_id = person.customer_id
    JOIN marketing_consent consent ON consent.identity_id = identity.id AND consent.purpose = person.purpose
), newest AS (
    SELECT DISTINCT ON (person, purpose) * FROM answer ORDER BY person, purpose, given_at DESC, id DESC
), earlier AS (
    SELECT DISTINCT ON (person, purpose) * FROM answer WHERE NOT added
    ORDER BY person, purpose, given_at DESC, id DESC
)
SELECT source.code, customer.external_id, CASE WHEN identity.kind = 'visitor' THEN identity.value END,
       newest.purpose, newest.granted, newest.given_at
FROM newest LEFT JOIN earlier USING (person, purpose)
JOIN marketing_identity identity ON identity.id = newest.identity_id
JOIN marketing_source source ON source.id = identity.source_id
LEFT JOIN marketing_customer customer ON customer.id = identity.customer_id
WHERE newest.added AND newest.granted IS DISTINCT FROM earlier.granted
ORDER BY newest.id
"""
TOLD = ("source", "customer", "visitor", "purpose", "granted", "givenAt")


@dataclass(frozen=True)
class Actor:
    """Who says what somebody else agreed to. People who answer for themselves are none: the answer is the record."""

    user: User | None = None
    api_key: ApiKey | None = None


class ConsentIn(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """An answer as a shop sends it, of one of its customers or visitors."""

    customer: str | None = None
    visitor: str | None = None
    purpose: Literal["analytics", "personalisation", "marketing"]
    granted: bool
    given_at: str | int | float


@dataclass(frozen=True)
class _Answer:
    identity_id: int
    purpose: str
    granted: bool
    given_at: datetime


def record_consent(
    *, identity: Identity, purpose: str, granted: bool, given_at: datetime, actor: Actor | None = None
) -> bool:
    """Add one answer; False when the same one of the same instant is there already.

    Raises:
        InvalidInput: the identity stands for nobody in particular.

    """
    if identity.kind == Identity.Kind.NOBODY:
        raise InvalidInput("identity", "a customer's or visitor's expected, got the one of everybody who refused")
    with transaction.atomic():
        return bool(_add([_Answer(identity.pk, purpose, granted, given_at)], actor=actor))


def answer_now(*, identity: Identity, purpose: str, granted: bool, now: datetime) -> None:
    """A person answers for herself. It counts from now on, whatever clock an earlier answer was given by.

    To say again what she has said already adds nothing.
    """
    known = consents_of(subject_of_identity(identity).identity_ids)
    standing = next(consent for consent in known if consent.purpose == purpose)
    if standing.given_at is None or standing.granted != granted:
        given_at = max(now, standing.given_at or now)
        record_consent(identity=identity, purpose=purpose, granted=granted, given_at=given_at)


def parse_consents(raw: bytes | Sequence[dict[str, Any]]) -> list[ConsentIn | Refused]:
    """Each answer of a body (a JSON list, or an object with the list `consents`), or why it can't be one.

    Raises:
        InvalidInput: the body is no batch, or too long a one.

    """
    rows = enumerate(batch_of(raw, name="consents"))
    return [typed_row(row, ConsentIn, index=index, id_field="customer") for index, row in rows]


def record_consents(
    rows: Sequence[ConsentIn | Refused], *, source: Source, actor: Actor, now: datetime | None = None
) -> list[RowResult]:
    """Add answers of people as `source` names them, and say of each row what became of it.

    Who is not known yet is made: an answer must not be lost because it came first.
    """
    checked, results = _checked_rows(rows, now=now or datetime.now(UTC))
    if checked:
        with transaction.atomic():
            results += _record(checked, source=source, actor=actor)
    return sorted(results, key=lambda result: result.index)


@dataclass(frozen=True)
class _Checked:
    kind: str
    value: str
    purpose: str
    granted: bool
    given_at: datetime

    @property
    def who(self) -> tuple[str, str]:
        return self.kind, self.value


def _checked_rows(rows: Sequence[ConsentIn | Refused], *, now: datetime) -> tuple[dict[int, _Checked], list[RowResult]]:
    checked: dict[int, _Checked] = {}
    refused: list[RowResult] = []
    for index, row in enumerate(rows):
        if isinstance(row, Refused):
            refused.append(RowResult(index, row.id, "refused", row.field, row.message))
            continue
        try:
            checked[index] = _checked(row, now=now)
        except InvalidInput as error:
            refused.append(RowResult(index, row.customer or row.visitor, "refused", error.field, error.message))
    return checked, refused


def _checked(row: ConsentIn, *, now: datetime) -> _Checked:
    """The row with its person and instant.

    Raises:
        InvalidInput: naming the field as JSON does.

    """
    if (row.customer is None) == (row.visitor is None):
        raise InvalidInput("customer", "either a customer or a visitor expected, got both or neither")
    kind = Identity.Kind.VISITOR if row.customer is None else Identity.Kind.CUSTOMER
    given_at = past_instant(row.given_at, field="givenAt", now=now)
    if given_at > now + AHEAD:
        raise InvalidInput("givenAt", "the past expected, got a time that is still to come")
    value = identifier(row.visitor if row.customer is None else row.customer, field=kind.value)
    return _Checked(kind.value, value, row.purpose, row.granted, given_at)


def _record(checked: dict[int, _Checked], *, source: Source, actor: Actor) -> list[RowResult]:
    people = {row.who for row in checked.values()}
    identity_ids = find_identities(people, source=source)
    identity_ids |= make_identities(people - identity_ids.keys(), source=source)
    answers = {
        index: _Answer(identity_ids[row.who], row.purpose, row.granted, row.given_at) for index, row in checked.items()
    }
    added = set(_add(list(answers.values()), actor=actor))
    results = []
    for index, answer in answers.items():
        results.append(RowResult(index, checked[index].value, "created" if answer in added else "unchanged"))
        added.discard(answer)  # the same answer twice in one batch is added once
    return results


def _add(answers: Sequence[_Answer], *, actor: Actor | None) -> list[_Answer]:
    """Add those that are new, have them audited and told, and give them."""
    columns: dict[str, Any] = {
        "identity": [answer.identity_id for answer in answers],
        "purpose": [answer.purpose for answer in answers],
        "granted": [answer.granted for answer in answers],
        "given_at": [answer.given_at for answer in answers],
    }
    with connection.cursor() as cursor:
        cursor.execute(WAIT, columns)
        cursor.execute(ADD, columns)
        added = {pk: _Answer(*values) for pk, *values in cursor.fetchall()}
        if added:
            cursor.execute(CHANGED, {"added": list(added)})
            payloads = [dict(zip(TOLD, row, strict=True)) for row in cursor.fetchall()]
            webhooks.tell_many(topic="consent.changed", payloads=payloads)
    if actor is not None:
        changes = [audit.Change(Consent(pk=pk), None, _as_json(answer)) for pk, answer in added.items()]
        audit.record_all(action="record-consent", changes=changes, user=actor.user, api_key=actor.api_key)
    return list(added.values())


def _as_json(answer: _Answer) -> dict[str, Any]:
    return {
        "identity": answer.identity_id,
        "purpose": answer.purpose,
        "granted": answer.granted,
        "given_at": answer.given_at.isoformat(),
    }
