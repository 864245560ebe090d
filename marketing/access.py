"""Who asks: a shop's server by API key, a customer or visitor by signed token, staff by session, or nobody.

`request.caller` is found out when first asked for. A credential that doesn't hold is an error, never “nobody”: whoever
shows one wants to be somebody, and must hear that it failed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal, cast

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from marketing.errors import NotAllowed, NotAuthenticated
from marketing.holders import find_holder
from marketing.identities import visitor_identity
from marketing.models import ApiKey, Customer, Identity, Source, User
from marketing.problems import Problem, problem_of
from marketing.services.keys import PREFIX, hash_secret
from marketing.tokens import Claims, read_token

CallerKind = Literal["nobody", "visitor", "customer", "shop", "staff"]

# A busy key would otherwise write its row at every request.
LAST_USED_STEP: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class Caller:
    """Who asks.

    `identity` is a customer's or visitor's, and None for a visitor of whom no event is stored yet; `visitor` is the
    visitor's name in either case. `source` is where the caller's events come from.
    """

    kind: CallerKind
    user: User | None = None
    api_key: ApiKey | None = None
    identity: Identity | None = None
    source: Source | None = None
    visitor: str | None = None

    def has_scope(self, scope: str) -> bool:
        return self.api_key is not None and self.api_key.allows(scope)

    def has_perm(self, permission: str) -> bool:
        return self.user is not None and self.user.has_perm(permission)

    @property
    def customer(self) -> Customer | None:
        """The customer who holds the token. A visitor who logged in somewhere is not let in to their data by that."""
        return self.identity.customer if self.kind == "customer" and self.identity else None

    def own_identity(self) -> Identity | None:
        """The customer's or visitor's identity to write under; a new visitor's row is made here."""
        if self.identity is None and self.visitor is not None and self.source is not None:
            return visitor_identity(self.source, self.visitor)
        return self.identity

    def __str__(self) -> str:
        return {"nobody": "nobody", "shop": "an API key"}.get(
            self.kind, f"a {self.kind}" if self.user is None else "staff"
        )


NOBODY: Final = Caller(kind="nobody")


class CallerRequest(HttpRequest):
    """What a request is after the middleware."""

    caller: Caller


def caller_of(request: HttpRequest) -> Caller:
    """The caller of a request that came through the middleware.

    Raises:
        NotAuthenticated: when the credential doesn't hold.

    """
    return cast("CallerRequest", request).caller


class CallerMiddleware:
    """Puts `caller` on the request, and answers 401 or 403 when a view asks for it in vain."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        vars(request)["caller"] = SimpleLazyObject(lambda: resolve_caller(request))
        return self.get_response(request)

    def process_exception(self, _request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotAuthenticated | NotAllowed):
            return refusal(problem_of(exception))
        return None


def refusal(problem: Problem) -> JsonResponse:
    """The answer of a plain view to a caller who may not come in."""
    response = JsonResponse(problem.as_dict(), status=problem.status)
    if problem.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def resolve_caller(request: HttpRequest) -> Caller:
    """Find out who asks. A bearer credential counts before a session: who sends one means it.

    Raises:
        NotAuthenticated: when the credential doesn't hold.

    """
    header = request.headers.get("Authorization", "")
    return resolve_bearer(header) if header else _staff(request)


def resolve_bearer(header: str) -> Caller:
    """The caller whom an Authorization header names.

    Raises:
        NotAuthenticated: when the credential doesn't hold.

    """
    scheme, _, credential = header.partition(" ")
    credential = credential.strip()
    if scheme.lower() != "bearer" or not credential:
        raise NotAuthenticated("Authorization: expected “Bearer ” and an API key or token.")
    return _shop(credential) if credential.startswith(PREFIX) else holder_of(read_token(credential))


def holder_of(claims: Claims) -> Caller:
    """The customer or visitor whom a token's claims are about.

    Raises:
        NotAuthenticated: when they or their source don't exist any more.

    """
    identity = find_holder(source=claims.source, kind=claims.kind, value=claims.subject)
    if claims.kind == "customer":
        if identity is None:
            raise NotAuthenticated("The token's customer doesn't exist any more.")
        return Caller(kind="customer", identity=identity, source=identity.source)
    source = identity.source if identity else Source.objects.filter(code=claims.source).first()
    if source is None:
        raise NotAuthenticated("The token's source doesn't exist any more.")
    return Caller(kind="visitor", identity=identity, source=source, visitor=claims.subject)


def enforce_csrf(request: HttpRequest) -> None:
    """Refuse a call that came by cookie from a page that is not ours. Views that take tokens do this themselves.

    Raises:
        NotAllowed: when the call carries no CSRF token that fits its cookie.

    """
    check = CsrfViewMiddleware(lambda _request: HttpResponse())
    check.process_request(request)
    if check.process_view(request, lambda _request: HttpResponse(), (), {}) is not None:
        raise NotAllowed("A call by session needs the header X-CSRFToken with the value of the cookie csrftoken.")


def _shop(secret: str) -> Caller:
    now = timezone.now()
    key = ApiKey.objects.select_related("source").filter(secret_hash=hash_secret(secret)).first()
    if key is None:
        raise NotAuthenticated("The API key is unknown.")
    if key.revoked_at is not None:
        raise NotAuthenticated(f"The API key {key.prefix}… was revoked.")
    if key.expires_at is not None and key.expires_at <= now:
        raise NotAuthenticated(f"The API key {key.prefix}… has expired.")
    if key.last_used_at is None or key.last_used_at < now - LAST_USED_STEP:
        unseen = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - LAST_USED_STEP)
        ApiKey.objects.filter(unseen, pk=key.pk).update(last_used_at=now)
    return Caller(kind="shop", api_key=key, source=key.source)


def _staff(request: HttpRequest) -> Caller:
    user = request.user
    if not isinstance(user, User):
        return NOBODY
    if not user.is_staff:
        raise NotAuthenticated("This account is not staff; log out, or use a token.")
    return Caller(kind="staff", user=user)
