"""The REST doors: events, items and customers in; tokens out."""

from datetime import UTC, datetime

import msgspec
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework.request import Request
from rest_framework.response import Response

from marketing.access import caller_of
from marketing.errors import InvalidInput
from marketing.events import parse_batch
from marketing.models import ApiKey
from marketing.problems import CODES, Problem
from marketing.rest import docs
from marketing.rest.docs import answers, body
from marketing.rest.frame import RestView, answer, answer_batch, body_of, source_of
from marketing.rules import Anyone, Customers, Key, NotShops, Visitors
from marketing.services import catalogue, customers, events, visits

# What became of a single event → the answer's status; in a batch each result says its own.
STORED = {"stored": 201, "already_stored": 200, "quarantined": 202}
FAILED = {"conflict": "CONFLICT", "refused": "INVALID_INPUT"}


class EventsView(RestView):
    rule = Key(ApiKey.Scope.EVENTS_WRITE) | Customers() | Visitors()

    @extend_schema(
        operation_id="storeEvents",
        summary="Store events, each once",
        description="A single event, or a batch as a list or as `{“events”: […]}`. The same id with the same content"
        " again is `already_stored`, with other content a `conflict`. A batch always answers 207 with a result for"
        " each event by its index; one event's fault doesn't hold back the others. With a customer's or visitor's"
        " token the events are theirs, and `customer` and `visitor` stay out. An event about an item or customer that"
        " nobody knows is refused, stored, or `quarantined` until staff look at it, as the source is set.",
        request=body(docs.EVENTS),
        responses=answers(
            s201=("The single event is stored.", docs.EVENT_RESULT),
            s200=("The single event was stored before.", docs.EVENT_RESULT),
            s202=("The single event waits in quarantine.", docs.EVENT_RESULT),
            s207=("What became of each event of the batch.", docs.EVENT_RESULTS),
            s409=("The single event's id is taken by other content.", docs.PROBLEM),
        ),
    )
    def post(self, request: Request) -> Response:
        caller, raw = caller_of(request), body_of(request)
        single = _is_single(raw)
        parsed = parse_batch(b"[" + raw + b"]" if single else raw, now=datetime.now(UTC))
        results = events.record_events(
            parsed,
            source=source_of(caller),
            subject=caller.own_identity(),
            door="rest",
            user_agent=request.headers.get("User-Agent", ""),
        )
        return _answer_single(results[0]) if single else answer_batch(results)


class ItemsView(RestView):
    rule = Key(ApiKey.Scope.CATALOGUE_WRITE)

    @extend_schema(
        operation_id="upsertItems",
        summary="Make or change items",
        description="By SKU. A row replaces all that was said about its item. Answers 207 with a result for each row.",
        request=body(docs.ITEMS),
        responses=answers(s207=("What became of each item.", docs.ROW_RESULTS)),
    )
    def post(self, request: Request) -> Response:
        rows = catalogue.parse_items(body_of(request))
        return answer_batch(catalogue.upsert_items(rows, source=source_of(caller_of(request))))


class CustomersView(RestView):
    rule = Key(ApiKey.Scope.CUSTOMERS_WRITE)

    @extend_schema(
        operation_id="upsertCustomers",
        summary="Make or change customers",
        description="By the shop's own id. Answers 207 with a result for each row.",
        request=body(docs.CUSTOMERS),
        responses=answers(s207=("What became of each customer.", docs.ROW_RESULTS)),
    )
    def post(self, request: Request) -> Response:
        rows = customers.parse_customers(body_of(request))
        return answer_batch(customers.upsert_customers(rows, source=source_of(caller_of(request))))


class TokenRequest(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    external_id: str


class TokenAnswer(msgspec.Struct, frozen=True, rename="camel"):
    external_id: str
    token: str
    expires_at: datetime


class TokensView(RestView):
    rule = Key(ApiKey.Scope.TOKENS_MINT)

    @extend_schema(
        operation_id="mintCustomerToken",
        summary="A short-lived token for a customer",
        description="For the shop's server to hand to the browser of a customer who has logged in.",
        request=body(docs.schema_of(TokenRequest)),
        responses=answers(s201=("The token.", docs.schema_of(TokenAnswer))),
    )
    def post(self, request: Request) -> Response:
        asked = _decoded(body_of(request), TokenRequest)
        source = source_of(caller_of(request))
        signed = visits.mint_customer_token(source=source, external_id=asked.external_id)
        return _created(TokenAnswer(asked.external_id, signed.token, signed.expires_at))


class VisitAnswer(msgspec.Struct, frozen=True, rename="camel"):
    visitor: str
    token: str
    expires_at: datetime


class VisitorsView(RestView):
    rule = NotShops() | Key(ApiKey.Scope.TOKENS_MINT)
    rate = "nobody"

    @extend_schema(
        operation_id="startVisit",
        summary="A token for an anonymous visitor",
        description="Open to anybody; counted by address.",
        request=None,
        responses=answers(s201=("The visit.", docs.schema_of(VisitAnswer))),
    )
    def post(self, request: Request) -> Response:
        caller = caller_of(request)
        visit = visits.start_visit(source=caller.source if caller.kind == "shop" else None)
        return _created(VisitAnswer(visit.visitor, visit.signed.token, visit.signed.expires_at))


class SchemaView(SpectacularAPIView):
    """All routes, described as OpenAPI."""

    rule = Anyone()


class DocsView(SpectacularSwaggerView):
    """The same description as a page to read and try, served from this machine."""

    rule = Anyone()
    url_name = "api:schema"


def _is_single(raw: bytes) -> bool:
    """Whether the body is one event and no batch. What is no JSON is left to the parser to complain about."""
    try:
        return "events" not in msgspec.json.decode(raw.removeprefix(b"\xef\xbb\xbf"), type=dict[str, msgspec.Raw])
    except msgspec.ValidationError:
        return False
    except (msgspec.DecodeError, RecursionError):
        # NaN, for example, which the parser refuses for the field that has it.
        return raw.lstrip().startswith(b"{") and b'"events"' not in raw


def _answer_single(result: events.EventResult) -> Response:
    if result.status in STORED:
        return Response(result, status=STORED[result.status])
    code = FAILED[result.status]
    status = dict(CODES.values())[code]
    return answer(Problem(code=code, message=f"{result.field}: {result.message}", status=status, field=result.field))


def _decoded(raw: bytes, type_: type[TokenRequest]) -> TokenRequest:
    try:
        return msgspec.json.decode(raw, type=type_)
    except msgspec.ValidationError as error:
        raise InvalidInput("externalId", str(error)) from error
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise InvalidInput("body", f"JSON expected: {error}") from error


def _created(answered: msgspec.Struct) -> Response:
    return Response(msgspec.to_builtins(answered), status=201, headers={"Cache-Control": "no-store"})
