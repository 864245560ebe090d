"""A bare Django view that answers what GraphQL answers: the same SQL, the same scoring, the same JSON, and no more.

No GraphQL, no ORM, no serializers: rows go straight into JSON.
"""

import base64
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import orjson
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from scipy import sparse

from marketing.holders import HOLDER, IDENTITY
from marketing.models import Consent
from marketing.selectors import PERSON
from marketing.tokens import read_token
from recsys import selectors
from recsys.ranking import top_items
from recsys.serving import interests
from recsys.serving.boosts import NO_RULES
from recsys.serving.bundle import deployed
from recsys.serving.candidates import HISTORY_ITEMS, RECENCY, without_unwanted
from recsys.serving.filling import SPARE
from recsys.serving.lists import Candidate, RankedList
from recsys.serving.log import list_log
from recsys.serving.wording import BECAUSE_YOU
from tests.benchmarks.serving.operation import FIRST

WORDS = BECAUSE_YOU["en"]
CENT = Decimal("0.01")
BECAUSE_TITLE = selectors.OfferedItem._fields.index("because_title")
SHOWN = [
    selectors.OfferedItem._fields.index(name)
    for name in ("id", "sku", "title", "price", "currency", "brand", "image_url", "url")
]


HOLDER_CUSTOMER = [field.name for field in IDENTITY].index("customer")


def recommendations(request: HttpRequest) -> HttpResponse:
    identity_ids = person(request)
    past = selectors.history(identity_ids)
    new_items(past)
    ranked = rank(past)
    rows = offered(list(ranked), because=[past.item_id(speaker) for _score, speaker in ranked.values()])
    items = [answer_item(place, row, *ranked[row[0]], past=past) for place, row in enumerate(rows, 1)]
    list_id = log(identity_id=identity_ids[0])
    body = {"data": {"recommendations": {"id": list_id, "basis": "PERSONAL", "note": "", "items": items}}}
    return HttpResponse(orjson.dumps(body), content_type="application/json")


def person(request: HttpRequest) -> list[int]:
    """The identities of the token's customer, who has agreed to personalisation."""
    claims = read_token(request.headers["Authorization"].removeprefix("Bearer "))
    with connection.cursor() as cursor:
        cursor.execute(HOLDER, [claims.source, claims.kind, claims.subject])
        holder = cursor.fetchone()
        identity_id, customer_id = holder[0], holder[HOLDER_CUSTOMER]
        cursor.execute(
            PERSON, {"identity": identity_id, "customer": customer_id, "purpose": Consent.Purpose.PERSONALISATION}
        )
        identity_ids, agreed = cursor.fetchone()
    if not agreed:
        raise ValueError("a customer of the benchmark has not agreed to personalisation")
    return identity_ids


def rank(past: selectors.History) -> dict[UUID, tuple[float, int]]:
    """The best unseen items in order: score, and place in the history of the item that speaks most for it."""
    bundle = deployed.current()
    columns = bundle.positions(past.item_ids)
    places = np.flatnonzero((columns >= 0) & (past.strengths > 0))[:HISTORY_ITEMS]
    items, weights = columns[places], past.strengths[places] * RECENCY[: len(places)]
    history = sparse.csr_array((weights, items, [0, len(items)]), shape=(1, bundle.scorer.n_items))
    scores = without_unwanted(bundle.scorer.score(history)[0], bundle, past, columns)
    shown = bundle.positions(past.penalties.item_ids)
    scores[shown[shown >= 0]] *= past.penalties.factors[shown >= 0]
    scores[columns[columns >= 0]] = -np.inf
    return {
        bundle.item_id(target): (float(scores[target]), int(places[bundle.scorer.explain(items, weights, target)]))
        for target in top_items(scores[None, :], k=FIRST + SPARE)[0].tolist()
    }


def new_items(past: selectors.History) -> tuple[Candidate, ...]:
    """What is new and near to the interests; none here, since the benchmark's items have no vectors."""
    return interests.newcomers(
        past,
        bundle=deployed.current(),
        places=len(interests.new_places(FIRST, share=settings.RECOMMENDATION_NEW_SHARE)),
        rules=NO_RULES,
        condition=selectors.ON_OFFER,
        left_out=past.seen,
    )


def offered(item_ids: list[UUID], *, because: list[UUID]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(selectors.offered_statement(), [item_ids, because, [None] * len(item_ids), FIRST])
        return cursor.fetchall()


def log(*, identity_id: int) -> UUID:
    ranked = RankedList(uuid4(), "personal", (), deployed.current().artefact_id)
    list_log.add(ranked, placement="", identity_id=identity_id)
    return ranked.list_id


def answer_item(
    place: int, row: tuple[Any, ...], score: float, speaker: int, *, past: selectors.History
) -> dict[str, Any]:
    item_id, sku, title, price, currency, brand, image_url, url = (row[column] for column in SHOWN)
    kind, because = past.kinds[speaker], row[BECAUSE_TITLE]
    return {
        "rank": place,
        "score": score,
        "item": {
            "id": global_id(item_id),
            "sku": sku,
            "title": title,
            "brand": brand or None,
            "price": None if price is None else str(price.quantize(CENT)),
            "currency": currency or None,
            "imageUrl": image_url or None,
            "url": url or None,
        },
        "reason": {
            "code": "BECAUSE_YOU",
            "kind": kind,
            "text": WORDS[kind].format(title=because),
            "because": {"id": global_id(past.item_id(speaker)), "title": because},
        },
    }


def global_id(item_id: UUID) -> str:
    return base64.b64encode(b"Item:%s" % str(item_id).encode()).decode()
