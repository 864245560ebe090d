"""Reports as pages of the admin, and as CSV files. They belong to no model, so they stand beside the models' pages."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from marketing.errors import InvalidInput, NotFound
from marketing.reports import load_report
from marketing.reports.csv_file import csv_lines
from marketing.reports.frame import Outcome, Report
from marketing.reports.parameters import Days

# Days of the ranges that one click away.
RANGES = (7, 30, 90)


@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    """A report's page. Days that don't hold are told above the report of the usual ones."""
    report = _report(request, code)
    said, problem = {name: request.GET.get(name, "") for name in ("first", "last")}, ""
    try:
        days = report.parameters.parse(said)
    except InvalidInput as error:
        problem, days = str(error), report.parameters.parse({})
    context = {
        **admin.site.each_context(request),
        "title": report.title,
        "report": report,
        "problem": problem,
        "days": days,
        "ranges": list(_ranges(report, days)),
        "csv_url": f"{reverse('report_csv', args=[report.code])}?first={days.first}&last={days.last}",
        **_shown(report.compute(days)),
    }
    return TemplateResponse(request, "marketing/report.html", context)


@require_safe
def csv_file(request: HttpRequest, code: str) -> HttpResponseBase:
    report = _report(request, code)
    try:
        days = report.parameters.parse({name: request.GET.get(name, "") for name in ("first", "last")})
    except InvalidInput as error:
        return HttpResponse(str(error), status=422, content_type="text/plain; charset=utf-8")
    name = f"{report.code}-{days.first}-{days.last}.csv"
    return StreamingHttpResponse(
        csv_lines(report.compute(days)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _report(request: HttpRequest, code: str) -> Report[Any]:
    """The report, if there is one and this person may see it."""
    try:
        report = load_report(code)
    except NotFound as error:
        raise Http404(str(error)) from error
    if not request.user.has_perm(report.permission):
        raise PermissionDenied
    return report


def _shown(outcome: Outcome) -> dict[str, Any]:
    return {
        "summary": outcome.summary,
        "columns": outcome.columns,
        "figure": outcome.figure,
        "rows": [[(column, column.shown(row[column.name])) for column in outcome.columns] for row in outcome.rows],
    }


def _ranges(report: Report[Any], days: Days) -> Any:
    today = timezone.localdate()
    for length in RANGES:
        first = today - timedelta(days=length - 1)
        url = f"{reverse('report', args=[report.code])}?first={first}&last={today}"
        yield f"{length} days", url, (days.first, days.last) == (first, today)


urlpatterns = [
    path("<slug:code>/", admin.site.admin_view(page), name="report"),
    path("<slug:code>.csv", admin.site.admin_view(csv_file), name="report_csv"),
]
