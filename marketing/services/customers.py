"""Customers in: a row says all that holds for its customer, and replaces what was said before."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import msgspec
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction

from marketing.errors import InvalidInput
from marketing.incoming import CheckedRow, Refused, RowResult, batch_of, checked_rows, typed_row
from marketing.models import Source
from marketing.plain_text import identifier, json_object, short_text
from marketing.services.catalogue import LANGUAGE
from marketing.services.event_rows import ADD_IDENTITIES, arrays

ATTRIBUTES_BYTES = 16_384
ATTRIBUTES_DEPTH = 5

UPSERT = """
INSERT INTO marketing_customer AS stored (external_id, source_id, email, name, locale, time_zone, attributes)
SELECT external_id, %(source_id)s, email, name, locale, time_zone, attributes
FROM jsonb_to_recordset(%(rows)s::jsonb) AS incoming(
    external_id text, email text, name text, locale text, time_zone text, attributes jsonb)
ORDER BY external_id
ON CONFLICT (external_id) DO UPDATE SET
    email = excluded.email, name = excluded.name, locale = excluded.locale, time_zone = excluded.time_zone,
    attributes = excluded.attributes, updated_at = now()
WHERE (stored.email, stored.name, stored.locale, stored.time_zone, stored.attributes) IS DISTINCT FROM
    (excluded.email, excluded.name, excluded.locale, excluded.time_zone, excluded.attributes)
RETURNING new.external_id, old.id IS NULL
"""


class CustomerIn(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A customer as a shop sends it. What is left out is empty: a row replaces the whole customer."""

    external_id: str
    email: str = ""
    name: str = ""
    locale: str = ""
    time_zone: str = ""
    attributes: dict[str, Any] = {}


def parse_customers(raw: bytes | Sequence[dict[str, Any]]) -> list[CustomerIn | Refused]:
    """Each customer of a body (a JSON list, or an object with the list `customers`), or why it can't be one.

    Raises:
        InvalidInput: the body is no batch, or too long a one.

    """
    rows = enumerate(batch_of(raw, name="customers"))
    return [typed_row(row, CustomerIn, index=index, id_field="externalId") for index, row in rows]


def upsert_customers(rows: Sequence[CustomerIn | Refused], *, source: Source) -> list[RowResult]:
    """Make or change customers, each with the identity under which `source` names them; see `upsert_items`.

    A customer whom another source named first is changed as well: there is one person by an external id.
    """
    checked, results = checked_rows(rows, _checked, column="external_id", field="externalId")
    if checked:
        with transaction.atomic():
            results += _upsert(checked, source=source)
    return sorted(results, key=lambda result: result.index)


def _upsert(checked: dict[str, CheckedRow], *, source: Source) -> list[RowResult]:
    records = [row.values for row in checked.values()]
    parameters: dict[str, Any] = {"source_id": source.pk, "rows": msgspec.json.encode(records).decode()}
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, parameters)
        written = dict(cursor.fetchall())
        people: dict[str, Any] = {"source_id": source.pk, "customer": list(checked), "visitor": [None] * len(checked)}
        cursor.execute(ADD_IDENTITIES.format(rows=arrays("customer", "visitor")), people)
    return [
        RowResult(row.index, named, "unchanged" if named not in written else "created" if written[named] else "updated")
        for named, row in checked.items()
    ]


def _checked(row: CustomerIn) -> dict[str, Any]:
    """The row's values, clean and within limits, under the columns' names.

    Raises:
        InvalidInput: naming the field as JSON does.

    """
    if row.locale and not LANGUAGE.fullmatch(row.locale):
        raise InvalidInput("locale", f"a language as in BCP 47 (en-GB, zh-Hans) expected, got “{row.locale[:20]}”")
    if row.time_zone and row.time_zone not in _time_zones():
        raise InvalidInput("timeZone", f"an IANA name (Europe/Berlin) expected, got “{row.time_zone[:40]}”")
    return {
        "external_id": identifier(row.external_id, field="externalId"),
        "email": _email(row.email),
        "name": short_text(row.name, field="name", limit=200),
        "locale": short_text(row.locale, field="locale", limit=35),
        "time_zone": row.time_zone,
        "attributes": json_object(row.attributes, field="attributes", limit=ATTRIBUTES_BYTES, depth=ATTRIBUTES_DEPTH),
    }


def _email(value: str) -> str:
    email = short_text(value, field="email", limit=254)
    if email:
        try:
            validate_email(email)
        except ValidationError:
            raise InvalidInput("email", "an e-mail address expected") from None
    return email


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())
