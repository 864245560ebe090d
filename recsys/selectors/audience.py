"""Everybody whom lists can be made for, in blocks: customers who agreed to personalisation, each with a fresh history."""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from marketing.models import Consent
from marketing.selectors import ANSWER, Subject
from recsys.selectors.histories import History, history_bounds, history_of_row, history_sql

BEFORE_ALL = UUID(int=0)
# Who was merged into another customer has no names left; a customer without a name agreed to nothing.
WILLING = f"""
marketing_customer customer
CROSS JOIN LATERAL (
    SELECT array_agg(identity.id ORDER BY identity.id) AS ids
    FROM marketing_identity identity WHERE identity.customer_id = customer.id
) names
WHERE customer.merged_into_id IS NULL AND names.ids IS NOT NULL AND {ANSWER.format(ids="names.ids")}
"""  # noqa: S608 – only a constant of ours is put in


class Recipient(NamedTuple):
    """A customer who agreed to personalisation, and what she met."""

    external_id: str
    subject: Subject
    past: History


def audience(*, block: int) -> Iterator[list[Recipient]]:
    """All of them, at most `block` at a time, in the order of their ids; one query a block."""
    after = BEFORE_ALL
    while rows := _rows_after(after, block=block):
        after = rows[-1][0]
        yield [
            Recipient(external_id, Subject(tuple(ids), customer_id, personal=True), history_of_row(past))
            for customer_id, external_id, ids, *past in rows
        ]


def audience_size() -> int:
    """How many customers agreed to personalisation."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {WILLING}", {"purpose": Consent.Purpose.PERSONALISATION.value})  # noqa: S608
        (size,) = cursor.fetchone()
    return int(size)


def _rows_after(after: UUID, *, block: int) -> list[tuple[Any, ...]]:
    parameters: dict[str, Any] = {
        "purpose": Consent.Purpose.PERSONALISATION.value,
        "after": after,
        "block": block,
        **history_bounds(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_block_sql(history_sql(identities="recipient.ids")), parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


@cache
def _block_sql(history: str) -> str:
    """The block's people by the keys of their rows, and for each the same statement that a single list reads."""
    return f"""
    WITH recipient AS MATERIALIZED (
        SELECT customer.id, customer.external_id, names.ids
        FROM {WILLING} AND customer.id > %(after)s
        ORDER BY customer.id
        LIMIT %(block)s
    )
    SELECT recipient.id, recipient.external_id, recipient.ids, past.*
    FROM recipient CROSS JOIN LATERAL ({history}) past
    ORDER BY recipient.id
    """  # noqa: S608 – only constants of ours are put in
