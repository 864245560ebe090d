"""The REST routes' words for OpenAPI, made from the same types that parse and answer."""

from typing import Any

import msgspec
from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiResponse

from marketing.incoming import RowResult
from marketing.orders import OrderIn
from marketing.refunds import CancellationIn, RefundIn
from marketing.rest.event_docs import event_schema, sent_at_schema
from marketing.services.catalogue import ItemIn
from marketing.services.consent import ConsentIn
from marketing.services.customers import CustomerIn
from marketing.services.events import EventResult
from marketing.services.orders import OrderResult

Schema = dict[str, Any]


def schema_of(type_: Any) -> Schema:
    """JSON Schema of a struct or dataclass with everything it names written out, as OpenAPI's bodies want it."""
    (top,), parts = msgspec.json.schema_components([type_], ref_template="{name}")
    written: Schema = _written_out(top, parts)
    return written


def batch_of(row: Schema, *, name: str, beside: Schema | None = None) -> Schema:
    """A list of rows, bare or under a name, with other properties beside it."""
    rows = {"type": "array", "items": row, "maxItems": settings.EVENT_BATCH_MAX}
    return {"oneOf": [rows, {"type": "object", "required": [name], "properties": {name: rows, **(beside or {})}}]}


def body(schema: Schema) -> dict[str, Schema]:
    return {"application/json": schema}


def answers(**statuses: tuple[str, Schema]) -> dict[Any, Any]:
    """Responses by status, given like `s201=("Stored.", schema)`, and the errors that every route may answer."""
    said = {int(status[1:]): OpenApiResponse(schema, description=text) for status, (text, schema) in statuses.items()}
    return {**{status: OpenApiResponse(PROBLEM, description=text) for status, text in ERRORS.items()}, **said}


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How callers show who they are; drf-spectacular finds it by being imported."""

    target_class = "marketing.rest.access.CallerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> Schema:  # noqa: ARG002
        said = "An API key (“atk_…”) of the shop's server, or a customer's or visitor's token."
        return {"type": "http", "scheme": "bearer", "description": said}


EVENT: Schema = event_schema()
EVENTS: Schema = {
    "oneOf": [EVENT, *batch_of(EVENT, name="events", beside={"sentAt": sent_at_schema()})["oneOf"]],
}


def _written_out(schema: Any, parts: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_written_out(part, parts) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _written_out(parts[schema["$ref"]], parts)
    return {name: _written_out(part, parts) for name, part in schema.items()}


def _results(result: Any) -> Schema:
    rows = {"type": "array", "items": schema_of(result)}
    counts = {"type": "object", "additionalProperties": {"type": "integer"}, "description": "Rows by status."}
    return {"type": "object", "required": ["counts", "results"], "properties": {"counts": counts, "results": rows}}


ITEMS: Schema = batch_of(schema_of(ItemIn), name="items")
CONSENTS: Schema = batch_of(schema_of(ConsentIn), name="consents")
ORDERS: Schema = batch_of(schema_of(OrderIn), name="orders")
REFUNDS: Schema = batch_of(schema_of(RefundIn), name="refunds")
CANCELLATIONS: Schema = batch_of(schema_of(CancellationIn), name="cancellations")
CUSTOMERS: Schema = batch_of(schema_of(CustomerIn), name="customers")
EVENT_RESULT: Schema = schema_of(EventResult)
EVENT_RESULTS: Schema = _results(EventResult)
ORDER_RESULTS: Schema = _results(OrderResult)
ROW_RESULTS: Schema = _results(RowResult)
PROBLEM: Schema = {
    "type": "object",
    "required": ["message", "code", "field", "retryable"],
    "properties": {
        "message": {"type": "string"},
        "code": {"type": "string", "description": "For programs, e.g. INVALID_INPUT."},
        "field": {"type": ["string", "null"], "description": "The field at fault."},
        "retryable": {"type": "boolean", "description": "Whether the same call may succeed later."},
        "id": {"type": "string", "description": "Of an unforeseen error: what to look for in the log."},
    },
}
ERRORS = {
    401: "The credential is missing or doesn't hold.",
    403: "The caller may not do this.",
    413: "The body is too large.",
    422: "The body can't be accepted; `field` says where.",
    429: "Too many calls; Retry-After says when to try again.",
    503: "Try again later.",
}
