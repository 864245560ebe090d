"""Judgements: how configurations did on held-out rows, as a list and one by one."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RangeDateTimeFilter

from marketing.admin.cells import moment
from marketing.admin.page import MachineMadePage, column, go_to, link
from recsys.admin.judgement_pages import curves_page, together_page
from recsys.admin.judgement_rows import holdout_cell, metric_table, role_badge, segment_table, spread
from recsys.models import Evaluation
from recsys.selectors.judged import figure_of


@admin.register(Evaluation)
class EvaluationAdmin(MachineMadePage):
    list_display = ["name", "part", "ndcg", "recall", "coverage", "held_out_of", "when"]
    list_filter = ["role", "algorithm", "holdout", ("created_at", RangeDateTimeFilter)]
    list_filter_submit = True
    search_fields = ["label", "data", "run__id", "judged_together"]
    search_help_text = "Algorithm with its settings, data, or the id of a run"
    sortable_by = ["when"]
    actions_list = ["curves"]
    actions_detail = ["compare"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("name", "part"),
                    ("held_out", "data"),
                    ("customers", "artefact"),
                    ("run", "when"),
                    "metric_cells",
                ]
            },
        ),
        ("By segment", {"fields": ["segment_cells"]}),
        ("Cost and settings", {"fields": [("fit_cell", "rank_cell"), "params"]}),
    ]

    @column("Configuration")
    def name(self, evaluation: Evaluation) -> SafeString:
        return format_html('<span class="attune-line" title="{0}">{0}</span>', evaluation.label)

    @column("Part", ordering="role")
    def part(self, evaluation: Evaluation) -> SafeString:
        return role_badge(evaluation)

    @column("NDCG")
    def ndcg(self, evaluation: Evaluation) -> SafeString:
        return spread(figure_of(evaluation, "ndcg"))

    @column("Recall")
    def recall(self, evaluation: Evaluation) -> SafeString:
        return spread(figure_of(evaluation, "recall"))

    @column("Coverage")
    def coverage(self, evaluation: Evaluation) -> SafeString:
        return spread(figure_of(evaluation, "coverage"))

    @column("Held out")
    def held_out(self, evaluation: Evaluation) -> SafeString:
        return holdout_cell(evaluation.holdout)

    @column("Held out of")
    def held_out_of(self, evaluation: Evaluation) -> SafeString:
        return format_html(
            '<span class="attune-spread">{}<span class="attune-muted">{}</span></span>',
            evaluation.data,
            holdout_cell(evaluation.holdout),
        )

    @column("Customers")
    def customers(self, evaluation: Evaluation) -> str:
        return f"{evaluation.judged:,}"

    @column("When", ordering=F("id"))
    def when(self, evaluation: Evaluation) -> SafeString:
        return moment(evaluation.created_at)

    @column("Metrics")
    def metric_cells(self, evaluation: Evaluation) -> SafeString:
        context = {"rows": metric_table(evaluation.metrics)}
        return SafeString(render_to_string("recsys/judgement_metrics.html", context))

    @column("Segments")
    def segment_cells(self, evaluation: Evaluation) -> SafeString:
        context = {"segments": segment_table(evaluation.segments)}
        return SafeString(render_to_string("recsys/judgement_segments.html", context))

    @column("Fitting took")
    def fit_cell(self, evaluation: Evaluation) -> str:
        return f"{evaluation.fit_s:.2f} s"

    @column("Scoring for one person took")
    def rank_cell(self, evaluation: Evaluation) -> str:
        return f"{evaluation.rank_ms:.2f} ms"

    def get_urls(self) -> list[Any]:
        own = [
            path("curves/", self.admin_site.admin_view(self.curves_view), name="recsys_evaluation_curves"),
            path(
                "together/<uuid:together>/",
                self.admin_site.admin_view(self.together_view),
                name="recsys_evaluation_together",
            ),
        ]
        return own + list(super().get_urls())

    def curves_view(self, request: HttpRequest) -> HttpResponse:
        return curves_page(self, request)

    def together_view(self, request: HttpRequest, together: UUID) -> HttpResponse:
        return together_page(self, request, together=together)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Judgements", **(extra_context or {})})

    @link("Curves over runs", permission="view", icon="show_chart")
    def curves(self, request: HttpRequest) -> HttpResponse:
        return go_to(request, reverse("admin:recsys_evaluation_curves"))

    @link("Compare", permission="view", icon="compare_arrows")
    def compare(self, request: HttpRequest, object_id: str) -> HttpResponse:
        evaluation = get_object_or_404(Evaluation, pk=object_id)
        return go_to(request, reverse("admin:recsys_evaluation_together", args=[evaluation.judged_together]))
