"""Whom a token names, read at every request that shows one.

The statement is written out once: to put a query set together and compile it takes five times as long as the rest.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model

from marketing.models import Customer, Identity, Source

Row = TypeVar("Row", bound=Model)


def find_holder(*, source: str, kind: str, value: str) -> Identity | None:
    """The identity with its source and customer, as `select_related` would give it."""
    with connection.cursor() as cursor:
        cursor.execute(HOLDER, [source, kind, value])
        row = cursor.fetchone()
    if row is None:
        return None
    sources, customers = len(IDENTITY), len(IDENTITY) + len(SOURCE)
    identity = _instance(Identity, row[:sources])
    identity.source = _instance(Source, row[sources:customers])
    identity.customer = _instance(Customer, row[customers:]) if identity.customer_id else None
    return identity


def _fields(model: type[Model]) -> list[Any]:
    return list(model._meta.concrete_fields)  # noqa: SLF001 – Django documents it as public


def _columns(model: type[Model], *, table: str) -> str:
    return ", ".join(f"{table}.{field.column}" for field in _fields(model))


def _instance(model: type[Row], values: Sequence[Any]) -> Row:
    read = [_read(field, value) for field, value in zip(_fields(model), values, strict=True)]
    names = [field.attname for field in _fields(model)]
    return model.from_db(DEFAULT_DB_ALIAS, names, read)


def _read(field: Any, value: Any) -> Any:
    for convert in field.get_db_converters(connection):
        value = convert(value, None, connection)
    return value


IDENTITY, SOURCE = _fields(Identity), _fields(Source)
HOLDER = f"""
SELECT {_columns(Identity, table="identity")}, {_columns(Source, table="source")}, {_columns(Customer, table="customer")}
FROM marketing_identity identity
JOIN marketing_source source ON source.id = identity.source_id
LEFT JOIN marketing_customer customer ON customer.id = identity.customer_id
WHERE source.code = %s AND identity.kind = %s AND identity.value = %s
"""  # noqa: S608 – only names of our own tables and columns are put in
