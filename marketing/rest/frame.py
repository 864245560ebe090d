"""What every REST route shares: who asks, its rule, its rate, and how it answers errors."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.http import Http404, HttpRequest
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, set_rollback

from marketing import rate_limits
from marketing.access import Caller
from marketing.errors import InvalidInput, NotAllowed
from marketing.models import Source
from marketing.problems import Problem, problem_of
from marketing.rules import Rule


class RestView(APIView):
    """A route. `rule` says who may call it, `rate` by what they are counted."""

    rule: ClassVar[Rule]
    rate: ClassVar[rate_limits.Door] = "caller"

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        allowance: rate_limits.Allowance | None = getattr(request, "allowance", None)
        for name, value in (allowance.headers() if allowance else {}).items():
            response[name] = value
        return response


def answer_error(error: Exception, _context: Mapping[str, Any]) -> Response:
    """The answer to whatever a route raised: DRF's hook, named in the settings."""
    set_rollback()
    return answer(_problem(error))


def answer(problem: Problem) -> Response:
    response = Response(problem.as_dict(), status=problem.status)
    if problem.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    if problem.wait is not None:
        response["Retry-After"] = str(problem.wait)
    return response


def answer_batch(results: Sequence[Any]) -> Response:
    """What became of each row of a batch, dataclasses with a `status`, and how many came to what."""
    counts = Counter(result.status for result in results)
    return Response({"counts": counts, "results": results}, status=207)


def source_of(caller: Caller) -> Source:
    """The source that a caller writes for.

    Raises:
        NotAllowed: the caller has none.

    """
    if caller.source is None:
        raise NotAllowed("This needs a source, which comes with a key or token.")
    return caller.source


def body_of(request: Request) -> bytes:
    """The body's bytes, at most DATA_UPLOAD_MAX_MEMORY_SIZE. Routes decode them themselves, into what they expect.

    Raises:
        RequestDataTooBig: when it is larger.
        InvalidInput: when its length isn't said, since WSGI reads no body then.

    """
    http: HttpRequest = request._request  # noqa: SLF001
    if "chunked" in http.headers.get("Transfer-Encoding", "") and "Content-Length" not in http.headers:
        raise InvalidInput("Content-Length", "is missing; expected the body's size in bytes")
    return http.body


def _problem(error: Exception) -> Problem:
    if isinstance(error, Http404):
        return Problem(code="NOT_FOUND", message="There is nothing here.", status=404)
    if isinstance(error, APIException):
        code = str(error.default_code).upper()
        return Problem(code=code, message=str(error.detail), status=error.status_code)
    return problem_of(error)
