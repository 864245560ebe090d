"""POST /api/catalogue/sync: the whole catalogue as JSON lines, read as a stream."""

from collections.abc import Iterator

import msgspec
from django.conf import settings
from django.http import HttpRequest
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from marketing.access import caller_of
from marketing.errors import InvalidInput
from marketing.importers.json_lines import object_of
from marketing.importers.parts import Place
from marketing.importers.records import LONGEST_LINE
from marketing.models import ApiKey
from marketing.problems import Problem
from marketing.rest.docs import PROBLEM, answers, schema_of
from marketing.rest.frame import RestView, answer, source_of
from marketing.rules import Key
from marketing.services.catalogue import ItemIn
from marketing.services.catalogue_sync import RefusedRow, SyncReport, SyncRow, sync_catalogue

TRUE = {"true": True, "1": True, "false": False, "0": False, "": False}


class SyncAnswer(msgspec.Struct, frozen=True, rename="camel"):
    """What became of a catalogue: rows by outcome, and the first hundred faults."""

    counts: dict[str, int]
    restored: int
    retired: int
    faults: list[RefusedRow]
    dry_run: bool


class CatalogueSyncView(RestView):
    rule = Key(ApiKey.Scope.CATALOGUE_WRITE)

    @extend_schema(
        operation_id="syncCatalogue",
        summary="Make the catalogue what the body says",
        description="One item a line, as `POST /api/items` takes it. Items are made or changed; those of the key's"
        " source that the body lacks are retired, in one transaction at the end, and come back when a later one has"
        " them again. Items of other sources stay as they are. When more would be retired than the installation allows"
        " at once, or any while a line can't be read, nothing is retired and the answer is 409; `force` does it.",
        parameters=[
            OpenApiParameter("dryRun", bool, description="Say what would be done and do nothing."),
            OpenApiParameter("force", bool, description="Retire as many as are missing."),
        ],
        request={"application/x-ndjson": schema_of(ItemIn)},
        responses=answers(
            s200=("What became of the catalogue.", schema_of(SyncAnswer)),
            s409=("Too much is missing, or another sync is running.", PROBLEM),
            s413=("The body is too large.", PROBLEM),
        ),
    )
    def post(self, request: Request) -> Response:
        http: HttpRequest = request._request  # noqa: SLF001
        size, limit = int(http.headers.get("Content-Length") or 0), settings.CATALOGUE_SYNC_MAX_BYTES
        if not size:
            raise InvalidInput("body", "JSON lines expected, got none; Content-Length must say their bytes")
        if size > limit:
            message = f"The body is larger than {limit // (1024 * 1024)} MB; use manage.py sync_catalogue for it."
            return answer(Problem(code="TOO_LARGE", message=message, status=413))
        report = sync_catalogue(
            _rows(http),
            source=source_of(caller_of(request)),
            force=_truth(request, "force"),
            dry_run=_truth(request, "dryRun"),
        )
        return Response(msgspec.to_builtins(_answer(report)))


def _answer(report: SyncReport) -> SyncAnswer:
    return SyncAnswer(dict(report.counts), report.restored, report.retired, report.refused, report.dry_run)


def _truth(request: Request, name: str) -> bool:
    said = request.query_params.get(name, "").lower()
    if said not in TRUE:
        raise InvalidInput(name, f"true or false expected, got “{said[:20]}”")
    return TRUE[said]


def _rows(http: HttpRequest) -> Iterator[SyncRow]:
    number = offset = 0
    while raw := http.readline(LONGEST_LINE):
        number, offset = number + 1, offset + len(raw)
        found = object_of(raw.removeprefix(b"\xef\xbb\xbf"), following=Place(offset, number), encoding="utf-8")
        if isinstance(found, dict):
            yield SyncRow(number, found)
        elif found[0]:
            yield SyncRow(number, reason=": ".join(part for part in found if part))
