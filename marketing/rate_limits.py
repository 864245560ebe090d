"""How much a caller may ask in a span of time: one counter per caller and span, kept in the cache."""

import hashlib
import ipaddress
import logging
import time
from dataclasses import dataclass
from typing import Final, Literal

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError

from marketing.access import Caller
from marketing.errors import RateLimited

logger = logging.getLogger("attune.rate_limits")

Door = Literal["caller", "nobody"]

SPANS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}


@dataclass(frozen=True)
class Allowance:
    """What is left of a span: `resets_in` seconds until the next."""

    limit: int
    remaining: int
    resets_in: int
    allowed: bool

    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.resets_in),
        }


def take(request: HttpRequest, caller: Caller, *, door: Door = "caller") -> Allowance:
    """Count this call, and say whether it is within the rate.

    What any stranger may do, such as starting visits, is counted by address (`door="nobody"`), whatever token the
    stranger has collected meanwhile; a shop's server is always counted by its key. Without the cache nothing is limited: storing events must not
    depend on it.
    """
    if caller.kind in ("nobody", "shop"):
        door = "nobody" if caller.kind == "nobody" else "caller"
    limit, span = rate_of(door)
    now = time.time()
    name = _address(request) if door == "nobody" else _name(request, caller)
    try:
        used = _count(f"rate:{door}:{name}:{int(now // span)}", span=span)
    except RedisError:
        logger.warning("The cache does not answer, so no rate is limited.", exc_info=True)
        used = 0
    return Allowance(
        limit=limit, remaining=max(0, limit - used), resets_in=int(span - now % span) + 1, allowed=used <= limit
    )


def require(request: HttpRequest, caller: Caller, *, door: Door) -> None:
    """Count this call.

    Raises:
        RateLimited: when it is beyond the rate.

    """
    allowance = take(request, caller, door=door)
    if not allowance.allowed:
        raise RateLimited(
            f"More than {allowance.limit} calls; try again in {allowance.resets_in} s.", wait=allowance.resets_in
        )


def rate_of(door: Door) -> tuple[int, int]:
    """Calls and seconds of a rate in the settings, written like “60/minute”."""
    calls, _, span = settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"][door].partition("/")
    return int(calls), SPANS[span]


def _count(key: str, *, span: int) -> int:
    try:
        return cache.incr(key)
    except ValueError:  # the first of its span
        cache.add(key, 0, timeout=2 * span)
        return cache.incr(key)


def _name(request: HttpRequest, caller: Caller) -> str:
    if caller.api_key is not None:
        return f"key:{caller.api_key.pk}"
    if caller.user is not None:
        return f"staff:{caller.user.pk}"
    if caller.visitor is not None:
        return f"visitor:{hashlib.sha256(caller.visitor.encode()).hexdigest()[:32]}"
    if caller.identity is not None:
        return f"identity:{caller.identity.pk}"
    return _address(request)


def _address(request: HttpRequest) -> str:
    """The caller's address as far as our own proxies vouch for it; of IPv6 the network, which one household has."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:
        passed = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
        address = passed[-min(settings.TRUSTED_PROXIES, len(passed))] if passed else address
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
    return str(parsed)
