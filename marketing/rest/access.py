"""Who may call a REST route, and how often: what the settings name to DRF. Its views import this, so it imports none."""

from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from marketing import rate_limits
from marketing.access import Caller, caller_of, enforce_csrf
from marketing.errors import NotAllowed, RateLimited
from marketing.models import User
from marketing.rules import Rule

SAFE: Final = ("GET", "HEAD", "OPTIONS")


class CallerAuthentication(BaseAuthentication):
    """The caller whom the middleware found; a staff session must prove that the call is from our own page."""

    def authenticate(self, request: Request) -> tuple[User | AnonymousUser, Caller]:
        caller = caller_of(request._request)  # noqa: SLF001
        if caller.kind == "staff" and request.method not in SAFE:
            enforce_csrf(request._request)  # noqa: SLF001
        return caller.user or AnonymousUser(), caller


class ClosedByDefault(BasePermission):
    """Asks the view's rule. A view without one is open to nobody."""

    def has_permission(self, request: Request, view: Any) -> bool:
        rule: Rule | None = getattr(view, "rule", None)
        if rule is None:
            raise NotAllowed("This route says nobody may use it.")
        rule.check(caller_of(request._request))  # noqa: SLF001
        return True


class CallerThrottle(BaseThrottle):
    """Counts the call, and leaves on the request what `RestView` says about it in the headers."""

    def allow_request(self, request: Request, view: Any) -> bool:
        http = request._request  # noqa: SLF001
        allowance = rate_limits.take(http, caller_of(http), door=getattr(view, "rate", "caller"))
        vars(http)["allowance"] = allowance
        if not allowance.allowed:
            raise RateLimited(
                f"More than {allowance.limit} calls; try again in {allowance.resets_in} s.", wait=allowance.resets_in
            )
        return True
