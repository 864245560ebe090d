"""What the shop's systems hear: deliveries are written with what they tell, in one transaction, and sent after it."""

import json
from collections.abc import Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from marketing.services.nudges import nudge, once_committed

TOPICS = ("order.placed", "order.refunded", "customer.merged", "consent.changed")

ADD = """
INSERT INTO marketing_outbox (endpoint_id, topic, payload)
SELECT endpoint.id, %(topic)s, told.payload
FROM unnest(%(payloads)s::jsonb[]) WITH ORDINALITY AS told (payload, place), marketing_webhookendpoint endpoint
WHERE endpoint.active AND %(topic)s = ANY (endpoint.topics)
ORDER BY told.place
"""


def tell(*, topic: str, payload: dict[str, Any]) -> None:
    """Have the active endpoints of `topic` hear `payload`, if the caller's transaction is committed.

    Instants, decimals and UUIDs in it become text.
    """
    tell_many(topic=topic, payloads=[payload])


def tell_many(*, topic: str, payloads: Sequence[dict[str, Any]]) -> None:
    """As `tell`, of many things in one statement. Endpoints hear them in any order."""
    if not payloads:
        return
    texts = [json.dumps(payload, cls=DjangoJSONEncoder, allow_nan=False) for payload in payloads]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(ADD, {"topic": topic, "payloads": texts})
            told = cursor.rowcount
        # One message wakes the worker for all that this transaction tells.
        if told:
            once_committed(wake)


def wake() -> None:
    """Ask a worker to deliver what is due."""
    nudge("marketing.deliver_webhooks")
