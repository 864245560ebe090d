"""Where the browser snippet sends to. A beacon can carry no header, so the caller's token stands in the body."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from marketing.access import NOBODY, Caller, caller_of, holder_of, resolve_bearer
from marketing.errors import Conflict, InvalidInput, NotAllowed, NotAuthenticated
from marketing.events import parse_batch
from marketing.identities import link_visitor
from marketing.incoming import decoded
from marketing.models import Consent, Identity, Source
from marketing.plain_text import kind_of
from marketing.rest import docs
from marketing.rest.docs import Schema, answers
from marketing.rest.frame import RestView, answer_batch, body_of
from marketing.rules import NotShops
from marketing.services import events
from marketing.services.consent import answer_now
from marketing.services.visits import browser_source, nobody_in_particular
from marketing.tokens import read_token

BEACON: Final[Schema] = {
    "type": "object",
    "required": ["events"],
    "properties": {
        "token": {"type": ["string", "null"], "description": "A customer's or visitor's. Left out: nobody is named."},
        "visitor": {"type": "string", "description": "The token of a visit that was the customer's, to link the two."},
        "consent": {"type": "boolean", "description": "Whether the token's holder agrees to analytics."},
        "sentAt": {"type": "string", "description": "The browser's time, so that a wrong clock can be mended."},
        "events": {"type": "array", "items": docs.EVENT, "maxItems": settings.EVENT_BATCH_MAX},
    },
}


@dataclass(frozen=True)
class Beacon:
    """The body of a call: the batch as `parse_batch` takes it, and who sends it."""

    batch: Mapping[str, Any]
    token: str | None
    visitor: str | None
    consent: bool | None

    @classmethod
    def read(cls, raw: bytes) -> "Beacon":
        """Raises InvalidInput: no JSON object, or a field of another type than expected."""
        value = decoded(raw)
        if not isinstance(value, Mapping):
            raise InvalidInput("body", f"a JSON object with the list “events” expected, got {kind_of(value)}")
        return cls(
            batch=value,
            token=_typed(value, "token", str, "a token"),
            visitor=_typed(value, "visitor", str, "a token"),
            consent=_typed(value, "consent", bool, "true or false"),
        )


class BeaconView(RestView):
    rule = NotShops()
    beacon: Beacon

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find out who sends before anything asks for it. Cookies count for nothing here, so they can't be abused."""
        http: HttpRequest = request._request  # noqa: SLF001
        _check_origin(http)
        self.beacon = Beacon.read(body_of(request))
        vars(http)["caller"] = _sender(http, self.beacon)
        super().initial(request, *args, **kwargs)

    @extend_schema(
        operation_id="sendBeacon",
        summary="Events from a page, as the browser snippet sends them",
        description="The body is JSON sent as `text/plain`, which a browser sends to another site without asking first."
        " With a token the events are its holder's. Without one they count for nobody: no session, no context and no"
        " words are kept of them. Answers 207 with a result for each event by its index.",
        request={"text/plain": BEACON, "application/json": BEACON},
        responses=answers(s207=("What became of each event.", docs.EVENT_RESULTS)),
    )
    def post(self, request: Request) -> Response:
        caller, now = caller_of(request), datetime.now(UTC)
        parsed = parse_batch(self.beacon.batch, now=now)
        source, subject = _written_under(caller)
        if subject.kind != Identity.Kind.NOBODY:
            self._take_answers(caller, subject, now=now)
        agent = request.headers.get("User-Agent", "")
        return answer_batch(
            events.record_events(parsed, source=source, subject=subject, door="beacon", user_agent=agent)
        )

    def _take_answers(self, caller: Caller, subject: Identity, *, now: datetime) -> None:
        """What came with the events: an answer about consent, and a visit that a login ended."""
        if self.beacon.consent is not None:
            granted = self.beacon.consent
            answer_now(identity=subject, purpose=Consent.Purpose.ANALYTICS, granted=granted, now=now)
        if self.beacon.visitor is not None and caller.customer is not None:
            try:
                visit = holder_of(read_token(self.beacon.visitor, kinds=("visitor",))).own_identity()
                if visit is not None:
                    link_visitor(visit, caller.customer)
            except (NotAuthenticated, Conflict):
                return  # an expired or somebody else's visit stays what it is; the customer's events count all the same


def _typed(value: Mapping[str, Any], field: str, type_: type, expected: str) -> Any:
    found = value.get(field)
    if found is not None and not isinstance(found, type_):
        raise InvalidInput(field, f"{expected} expected, got {kind_of(found)}")
    return found


def _check_origin(http: HttpRequest) -> None:
    """Without this, any page that somebody opens could have their browser count what they never did.

    Raises:
        NotAllowed: a page of a site that isn't ours and that CORS_ALLOWED_ORIGINS doesn't name.

    """
    origin = http.headers.get("Origin")
    own = f"{http.scheme}://{http.get_host()}"
    if origin is not None and origin != own and origin not in settings.CORS_ALLOWED_ORIGINS:
        raise NotAllowed("Pages of this site may not send here; CORS_ALLOWED_ORIGINS names those that may.")


def _sender(http: HttpRequest, beacon: Beacon) -> Caller:
    """Raises NotAuthenticated: a credential is shown that doesn't hold."""
    if "Authorization" in http.headers:
        return resolve_bearer(http.headers["Authorization"])
    return holder_of(read_token(beacon.token)) if beacon.token else NOBODY


def _written_under(caller: Caller) -> tuple[Source, Identity]:
    identity = caller.own_identity()
    if identity is not None and caller.source is not None:
        return caller.source, identity
    source = browser_source()
    return source, nobody_in_particular(source)
