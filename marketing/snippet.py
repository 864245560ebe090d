"""The browser snippet at an address of its own, which pages of any site may load."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import condition, require_safe

FILE: Final = Path(__file__).parent / "static" / "marketing" / "attune.js"
HEADERS: Final = {
    # Used for a day without asking, then a week more while the answer to “has it changed?” is on its way.
    "Cache-Control": "public, max-age=86400, stale-while-revalidate=604800",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}


@cache
def source() -> bytes:
    return FILE.read_bytes()


@cache
def etag() -> str:
    return f'"{hashlib.sha256(source()).hexdigest()[:32]}"'


def snippet(request: HttpRequest) -> HttpResponse:
    """marketing/static/marketing/attune.js."""
    response = _answer(request)
    for name, value in HEADERS.items():
        response[name] = value
    return response


@require_safe
@condition(etag_func=lambda _request: etag())
def _answer(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(source(), content_type="text/javascript; charset=utf-8")
