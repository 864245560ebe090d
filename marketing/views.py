"""The GraphQL door over HTTP: POST only, one operation a request, no uploads."""

from typing import Any, Final

import orjson
from cross_web import HTTPException
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt, ensure_csrf_cookie
from strawberry.django.views import GraphQLView as StrawberryView
from strawberry.http import GraphQLRequestData

from marketing.access import caller_of, enforce_csrf
from marketing.errors import AttuneError
from marketing.problems import Problem, problem_of

# Characters of an operation: tokens are limited too, but strings and comments of any length are one token or none.
MAX_OPERATION: Final = 16_384


# Tokens need no CSRF check and come without cookies; a session's call is checked in `dispatch`.
@method_decorator(csrf_exempt, name="dispatch")
class GraphQLView(StrawberryView[Any, Any]):
    """Set `graphql_ide` to None where introspection is off."""

    allow_queries_via_get = False

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_queries_via_get=False, multipart_uploads_enabled=False, **options)

    def dispatch(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponseBase:
        try:
            if caller_of(request).kind == "staff" and request.method != "GET":
                enforce_csrf(request)
            return self.run(request=request)
        except (AttuneError, RequestDataTooBig) as error:
            return answer(problem_of(error))
        except HTTPException as error:
            return answer(Problem(code="BAD_REQUEST", message=error.reason, status=error.status_code))

    def parse_http_body(self, request: Any) -> GraphQLRequestData | list[GraphQLRequestData]:
        try:
            data = super().parse_http_body(request)
        except UnicodeDecodeError as error:
            raise HTTPException(400, "The body is not UTF-8.") from error
        if isinstance(data, GraphQLRequestData) and data.query and len(data.query) > MAX_OPERATION:
            raise HTTPException(
                400, f"The operation has more than {MAX_OPERATION} characters; send values as variables."
            )
        return data

    def decode_json(self, data: str | bytes) -> object:
        """With orjson, which refuses deep nesting as invalid instead of using up the stack."""
        body: object = orjson.loads(data)
        if not isinstance(body, dict):
            raise HTTPException(400, "The body must be a JSON object with the operation as “query”.")
        return body

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data, default=str)

    @method_decorator(ensure_csrf_cookie)
    def render_graphql_ide(self, request: HttpRequest) -> HttpResponse:  # noqa: ARG002
        return HttpResponse(self.graphql_ide_html)


def answer(problem: Problem) -> HttpResponse:
    """A problem of the whole request, in GraphQL's words."""
    body = {"data": None, "errors": [{"message": problem.message, "extensions": problem.extensions()}]}
    response = HttpResponse(orjson.dumps(body), status=problem.status, content_type="application/json")
    if problem.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response
