"""How what serves does with customers: results day by day, the canary's checks, drift."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RangeDateFilter

from marketing.admin.cells import badge, moment
from marketing.admin.page import MachineMadePage, column
from marketing.runs import deployments
from recsys.admin.rollout_charts import check_chart, result_charts
from recsys.admin.rollout_words import DRIFT_COLOURS, day_cell, drift_rows, drift_state, drift_summary, points, share
from recsys.models import CanaryCheck, DriftReport, OnlineResult
from recsys.serving.bundle import SLOT

VERDICT_COLOURS = {
    CanaryCheck.Verdict.WAIT: "",
    CanaryCheck.Verdict.STOP: "danger",
    CanaryCheck.Verdict.PROMOTE: "success",
}


@admin.register(OnlineResult)
class OnlineResultAdmin(MachineMadePage):
    list_display = [
        *["of_day", "made_by", "lists_cell", "people_cell", "click_through", "conversion", "revenue_per_list"],
        "revenue_cell",
    ]
    list_filter = ["artefact", ("day", RangeDateFilter)]
    list_filter_submit = True
    list_select_related = ["artefact"]
    list_before_template = "recsys/online_results.html"
    sortable_by = ["of_day"]
    ordering = ["-day", "-lists", "-id"]
    fields = [
        *["day", "artefact", "people", "lists", "clicked_lists", "bought_lists", "items", "clicked_items", "revenue"],
        "counted_at",
    ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "charts": result_charts()})

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Say with every row what serves now, asked once."""
        changelist = super().get_changelist_instance(request)
        standing = deployments.current(SLOT)
        for result in changelist.result_list:
            result.standing = standing
        return changelist

    @column("Day", ordering="day")
    def of_day(self, result: OnlineResult) -> SafeString:
        return day_cell(result.day)

    @column("Lists by", ordering="artefact")
    def made_by(self, result: Any) -> SafeString:
        standing = result.standing
        if standing and result.artefact_id == standing.champion_id:
            return format_html("{} {}", result.artefact, badge("serving now", "success"))
        if standing and result.artefact_id == standing.canary_id:
            return format_html("{} {}", result.artefact, badge("canary now", "info"))
        return format_html("{}", result.artefact)

    @column("Lists")
    def lists_cell(self, result: OnlineResult) -> str:
        return f"{result.lists:,}"

    @column("People")
    def people_cell(self, result: OnlineResult) -> str:
        return f"{result.people:,}"

    @column("Clicked")
    def click_through(self, result: OnlineResult) -> str:
        return share(result.clicked_lists, result.lists)

    @column("Bought from")
    def conversion(self, result: OnlineResult) -> str:
        return share(result.bought_lists, result.lists)

    @column("Revenue per list")
    def revenue_per_list(self, result: OnlineResult) -> str:
        return f"{result.revenue / result.lists:,.2f}" if result.lists else "–"

    @column("Revenue")
    def revenue_cell(self, result: OnlineResult) -> str:
        return f"{result.revenue:,.2f}"


@admin.register(CanaryCheck)
class CanaryCheckAdmin(MachineMadePage):
    list_display = ["when", "canary", "metric", "verdict_badge", "champion_cell", "canary_cell", "difference", "people"]
    list_filter = ["verdict", "metric"]
    list_select_related = ["deployment__champion", "deployment__canary"]
    list_before_template = "recsys/canary_checks.html"
    sortable_by = ["when"]
    fields = [
        *["deployment", "canary", "metric", "verdict", "reason"],
        *["champion_cell", "canary_cell", "difference", "people", "checked_at"],
    ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "trial": check_chart()})

    @column("When", ordering="checked_at")
    def when(self, check: CanaryCheck) -> SafeString:
        return moment(check.checked_at)

    @column("Canary")
    def canary(self, check: CanaryCheck) -> str:
        return str(check.deployment.canary)

    @column("Verdict", ordering="verdict")
    def verdict_badge(self, check: CanaryCheck) -> SafeString:
        colour = VERDICT_COLOURS[CanaryCheck.Verdict(check.verdict)]
        return badge(check.get_verdict_display(), colour, hint=check.reason)

    @column("Champion’s lists")
    def champion_cell(self, check: CanaryCheck) -> str:
        return f"{check.champion_mean:.2%}"

    @column("Canary’s lists")
    def canary_cell(self, check: CanaryCheck) -> str:
        return f"{check.canary_mean:.2%}"

    @column("Difference, in points")
    def difference(self, check: CanaryCheck) -> str:
        return points(check.difference_low, check.difference_high)

    @column("People")
    def people(self, check: CanaryCheck) -> str:
        return f"{check.champion_people:,} and {check.canary_people:,}"


@admin.register(DriftReport)
class DriftReportAdmin(MachineMadePage):
    list_display = ["of_day", "artefact", "state", "said"]
    list_filter = ["alert", ("day", RangeDateFilter)]
    list_filter_submit = True
    list_select_related = ["artefact"]
    list_before_template = "recsys/drift_notice.html"
    sortable_by = ["of_day"]
    fields = [("day", "artefact"), "state", "measure_table", "created_at"]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "drifting": drifting()})

    @column("Day", ordering="day")
    def of_day(self, report: DriftReport) -> SafeString:
        return day_cell(report.day)

    @column("State", ordering="alert")
    def state(self, report: DriftReport) -> SafeString:
        state = drift_state(report.measures)
        return badge(state, DRIFT_COLOURS[state])

    @column("Farthest off")
    def said(self, report: DriftReport) -> str:
        return drift_summary(report.measures)

    @column("Measures")
    def measure_table(self, report: DriftReport) -> SafeString:
        return SafeString(render_to_string("recsys/drift_measures.html", {"rows": drift_rows(report.measures)}))


def drifting() -> DriftReport | None:
    """The newest day's report that staff should look at; none when all is as it was."""
    newest = DriftReport.objects.order_by("-day").values("day")[:1]
    return DriftReport.objects.filter(day=newest, alert=True).select_related("artefact").first()


def drift_notice(request: HttpRequest) -> SafeString:
    """A line on the home page, where there is something to look at (settings.HOME_NOTICES)."""
    if not request.user.has_perm("recsys.view_driftreport") or (report := drifting()) is None:
        return SafeString()
    url = reverse("admin:recsys_driftreport_change", args=[report.pk])
    return format_html(
        '{} <a class="attune-link" href="{}">What serves is drifting</a> {}',
        badge("drift", "danger"),
        url,
        f"{drift_summary(report.measures)} ({report.day:%d %b %Y})",
    )
