"""GET /api/exports/<selection>: rows as a file, streamed."""

from collections.abc import Iterable
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from marketing.errors import InvalidInput
from marketing.exports import EXPORTS, FORMATS, prepare
from marketing.exports.download import download
from marketing.models import ApiKey
from marketing.rest import docs
from marketing.rest.docs import answers
from marketing.rest.frame import RestView
from marketing.rules import Key


class FormatIsOurs(BaseContentNegotiation):
    """Errors are JSON. DRF would take the parameter `format` for one of its renderers and find none."""

    def select_renderer(
        self,
        request: Request,  # noqa: ARG002
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,  # noqa: ARG002
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:  # noqa: ARG002
        return next(iter(parsers))


def _parameter(name: str, description: str, **options: Any) -> OpenApiParameter:
    return OpenApiParameter(name, str, description=description, **options)


class ExportsView(RestView):
    rule = Key(ApiKey.Scope.DATA_READ)
    content_negotiation_class = FormatIsOurs

    @extend_schema(
        operation_id="exportRows",
        summary="Rows as a file",
        description="Streamed, in no particular order, all of one instant. An answer that breaks off is not whole: its"
        " last chunk is missing. "
        + " ".join(f"`{selection.name}`: {selection.description}" for selection in EXPORTS.values()),
        parameters=[
            _parameter("selection", "What to export.", location=OpenApiParameter.PATH, enum=list(EXPORTS)),
            _parameter(
                "format",
                "In CSV, text that a spreadsheet would run gets an apostrophe.",
                required=True,
                enum=list(FORMATS),
            ),
            _parameter("from", "A day (2026-05-01) or an instant with its offset; inclusive."),
            _parameter("to", "The same; exclusive."),
            _parameter("source", "The code of a source."),
            _parameter("kind", "A kind of event; for `events` only."),
        ],
        responses={
            **answers(s404=("There is no such selection.", docs.PROBLEM)),
            **{
                (200, format_.media_type.partition(";")[0]): OpenApiResponse(
                    {"type": "string", "format": "binary"}, description="The file."
                )
                for format_ in FORMATS.values()
            },
        },
    )
    def get(self, request: Request, selection: str) -> StreamingHttpResponse:
        given = request.query_params
        if repeated := next((name for name, values in given.lists() if len(values) > 1), None):
            raise InvalidInput(repeated[:64], "given more than once")
        filters = {name: given[name] for name in given if name != "format"}
        return download(prepare(selection, format_name=given.get("format", ""), filters=filters))
