"""POST /api/social: what people do with items on social platforms, from a relay with a key or with a signature."""

from datetime import UTC, datetime

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from marketing.access import caller_of
from marketing.events import parse_batch
from marketing.incoming import decoded, rows_of
from marketing.models import ApiKey, Source
from marketing.rest import docs
from marketing.rest.docs import answers, body
from marketing.rest.frame import RestView, answer_batch, body_of, source_of
from marketing.rules import Anyone, Key
from marketing.services.events import record_events
from marketing.services.social import FIELDS, as_event, signed_source

INTERACTION: docs.Schema = {
    "type": "object",
    "required": ["platform", "item", "user", "kind", "time"],
    "properties": {name: {"type": "string"} for name in FIELDS},
}
SIGNATURE = "webhook-signature"


class SocialView(RestView):
    """Open as far as the rule goes: a signature is no caller's credential, so `_source` asks for it, or for a key."""

    rule = Anyone()

    @extend_schema(
        operation_id="storeSocialInteractions",
        summary="Likes, comments and shares",
        description="A batch as a list or as `{“interactions”: […]}`; `item` is a SKU. Sent with an API key that has"
        " the scope events:write; or signed as Standard Webhooks says (webhook-id, webhook-timestamp,"
        " webhook-signature) with the secret of the parameter `source`, which `manage.py social_secret` shows. Answers"
        " 207 with a result for each interaction; one without an id is known again by what it says.",
        parameters=[OpenApiParameter("source", str, description="Whose signature it is. With an API key left out.")],
        request=body(docs.batch_of(INTERACTION, name="interactions")),
        responses=answers(s207=("What became of each interaction.", docs.EVENT_RESULTS)),
    )
    def post(self, request: Request) -> Response:
        signed = SIGNATURE in request.headers
        if not signed:
            Key(ApiKey.Scope.EVENTS_WRITE).check(caller_of(request))
        raw = body_of(request)
        source = _signer(request, raw) if signed else source_of(caller_of(request))
        rows = rows_of(decoded(raw), name="interactions")
        told = [as_event(row) if isinstance(row, dict) else row for row in rows]
        return answer_batch(record_events(parse_batch(told, now=datetime.now(UTC)), source=source, door="webhook"))


def _signer(request: Request, raw: bytes) -> Source:
    return signed_source(raw, code=request.query_params.get("source", ""), headers=dict(request.headers))
