"""What tuning tried, and how each try did."""

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from marketing.admin.cells import NOTHING, badge, moment
from marketing.admin.page import MachineMadePage, column
from recsys.models import TuningTrial


@admin.register(TuningTrial)
class TuningTrialAdmin(MachineMadePage):
    list_display = ["trial", "run", "settings_tried", "result", "took", "tried_at"]
    list_select_related = ["run"]
    list_filter = ["run"]
    ordering = ["-run__created_at", "number"]
    fields = ["run", "number", "settings_tried", "result", "failure", "took", "tried_at"]

    @column("Try", ordering="number")
    def trial(self, trial: TuningTrial) -> int:
        return trial.number + 1

    @column("Settings")
    def settings_tried(self, trial: TuningTrial) -> SafeString:
        return format_html_join(
            ", ", "{} <strong>{}</strong>", ((name, said(value)) for name, value in trial.params.items())
        )

    @column("NDCG@10 on validation rows", ordering="value")
    def result(self, trial: TuningTrial) -> SafeString:
        if trial.value is None:
            return badge("failed", "danger")
        return format_html("{}", f"{trial.value:.4f}")

    @column("Took", ordering="seconds")
    def took(self, trial: TuningTrial) -> str:
        return f"{trial.seconds:.1f} s"

    @column("When", ordering="created_at")
    def tried_at(self, trial: TuningTrial) -> SafeString:
        return moment(trial.created_at) if trial.created_at else NOTHING


def said(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
