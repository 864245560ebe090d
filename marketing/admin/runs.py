"""Training runs: how they stand, live, and what staff may do about them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldBooleanSwitchWidget

from marketing.admin.cells import NOTHING, RUN_COLOURS, moment, progress_bar, run_badge
from marketing.admin.metrics import metric_rows
from marketing.admin.page import MachineMadePage, Variant, button, call_service, column, go_to, staff_of
from marketing.models import TrainingRun
from marketing.runs.kinds import load_kind
from marketing.runs.services import cancel_run, replay_run, request_run

# The live page is asked every second, so it carries the end of a long log, characters.
LOG_SHOWN = 20_000
ENDED_BADLY = (TrainingRun.Status.PARKED, TrainingRun.Status.FAILED, TrainingRun.Status.CANCELLED)


class TrainNowForm(BaseDialogForm):  # type: ignore[misc]  # unfold has no types
    """What to train, and what that kind lets staff choose. An empty choice leaves it to the kind's defaults."""

    slot = forms.ChoiceField(label="What to train", widget=UnfoldAdminSelectWidget)
    forced = forms.BooleanField(
        label="Deploy even when the gate would hold it back",
        required=False,
        widget=UnfoldBooleanSwitchWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slot"].choices = [(slot, slot.replace("_", " ")) for slot in settings.RUN_KINDS]
        for slot in settings.RUN_KINDS:
            for key, values in choices_of(slot).items():
                self.fields[f"{slot}.{key}"] = forms.ChoiceField(
                    label=key.replace("_", " ").capitalize(),
                    required=False,
                    choices=[("", "as configured"), *((value, value.replace("_", " ")) for value in values)],
                    widget=UnfoldAdminSelectWidget,
                )
        self.order_fields([name for name in self.fields if name != "forced"])
        if len(settings.RUN_KINDS) == 1:
            self.fields["slot"].initial = next(iter(settings.RUN_KINDS))
            self.fields["slot"].widget = forms.HiddenInput()

    def config(self) -> dict[str, str]:
        """The choices that were made for the chosen slot."""
        prefix = f"{self.cleaned_data['slot']}."
        chosen = ((name.removeprefix(prefix), value) for name, value in self.cleaned_data.items() if prefix in name)
        return {key: value for key, value in chosen if value}


@admin.register(TrainingRun)
class TrainingRunAdmin(MachineMadePage):
    list_display = ["name", "state", "progress_cell", "verdict_line", "trigger_cell", "asked_at", "duration"]
    list_filter = ["status", "slot", "trigger"]
    list_select_related = ["requested_by"]
    search_fields = ["verdict", "stage"]
    date_hierarchy = "created_at"
    actions_list = ["train_now"]
    actions_detail = ["cancel", "replay"]
    change_form_template = "marketing/training_run.html"
    fields = [
        "name",
        "forced",
        "trigger",
        "requested_by",
        "config",
        "attempts",
        "created_at",
        "started_at",
        "finished_at",
    ]

    @column("Run")
    def name(self, run: TrainingRun) -> str:
        algorithm = run.config.get("algorithm", "") if isinstance(run.config, dict) else ""
        return f"{run.slot} · {algorithm.replace('_', ' ')}" if algorithm else run.slot

    @column("Status", ordering="status")
    def state(self, run: TrainingRun) -> SafeString:
        return run_badge(run)

    @column("Progress")
    def progress_cell(self, run: TrainingRun) -> SafeString:
        return progress_bar(run.progress) if run.is_active else NOTHING

    @column("Verdict")
    def verdict_line(self, run: TrainingRun) -> SafeString:
        text = run.verdict or run.stage
        return format_html('<span class="attune-line" title="{}">{}</span>', text, text) if text else NOTHING

    @column("Asked by", ordering="trigger")
    def trigger_cell(self, run: TrainingRun) -> str:
        return str(run.requested_by or run.get_trigger_display())

    @column("Asked for", ordering="created_at")
    def asked_at(self, run: TrainingRun) -> SafeString:
        return moment(run.created_at)

    @column("Took")
    def duration(self, run: TrainingRun) -> SafeString | None:
        took = duration_of(run)
        return format_html('<span class="attune-nowrap">{}</span>', took) if took else None

    def get_urls(self) -> list[Any]:
        progress = self.admin_site.admin_view(self.progress_view)
        own = [path("<uuid:run_id>/progress/", progress, name="marketing_trainingrun_progress")]
        return own + list(super().get_urls())

    def progress_view(self, request: HttpRequest, run_id: UUID) -> JsonResponse:
        """How the run stands now, for the live page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return JsonResponse(standing(get_object_or_404(TrainingRun, pk=run_id)), headers={"Cache-Control": "no-store"})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        run = self.get_object(request, object_id)
        live: dict[str, Any] = {}
        if run is not None:
            url = reverse("admin:marketing_trainingrun_progress", args=[run.pk])
            live = {"standing": standing(run), "progress_url": url, "metrics": metric_rows(run.metrics)}
            live["badge"] = run_badge(run)
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **live})

    def offers(self, button: str, object_id: Any) -> bool:
        """An active run can be cancelled, one that ended badly replayed."""
        fitting = {"cancel": TrainingRun.ACTIVE, "replay": ENDED_BADLY}[button]
        return TrainingRun.objects.filter(pk=object_id, status__in=fitting).exists()

    def has_train_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("marketing.add_trainingrun")

    def has_steer_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("marketing.change_trainingrun")

    @button(
        "Train now",
        permission="train",
        explain="A worker trains on all data of now, judges the result against what serves, and deploys it if it holds.",
        icon="play_arrow",
        submit="Train",
        variant=Variant.PRIMARY,
        form=TrainNowForm,
    )
    def train_now(self, request: HttpRequest, form: TrainNowForm) -> HttpResponse:
        runs: list[TrainingRun] = []

        def ask() -> None:
            run = request_run(
                slot=form.cleaned_data["slot"],
                trigger=TrainingRun.Trigger.ADMIN,
                config=form.config(),
                forced=form.cleaned_data["forced"],
                user=staff_of(request),
            )
            runs.append(run)

        if call_service(request, ask, done="A run is under way; this page follows it."):
            return go_to(request, reverse("admin:marketing_trainingrun_change", args=[runs[0].pk]))
        return go_to(request, reverse("admin:marketing_trainingrun_changelist"))

    @button(
        "Cancel",
        permission="steer",
        explain="The run stops at its next report. What serves now keeps serving.",
        icon="stop_circle",
        submit="Cancel this run",
        variant=Variant.DANGER,
    )
    def cancel(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        run = get_object_or_404(TrainingRun, pk=object_id)
        call_service(request, lambda: cancel_run(run_id=run.pk), done="The run is cancelled.")
        return go_to(request, reverse("admin:marketing_trainingrun_change", args=[object_id]))

    @button(
        "Run again",
        permission="steer",
        explain="The run is queued again with the same configuration and fresh attempts.",
        icon="replay",
        submit="Run again",
    )
    def replay(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        run = get_object_or_404(TrainingRun, pk=object_id)
        call_service(request, lambda: replay_run(run_id=run.pk), done="The run is queued again.")
        return go_to(request, reverse("admin:marketing_trainingrun_changelist"))


def choices_of(slot: str) -> Mapping[str, Sequence[str]]:
    """What a kind of run lets staff choose: its attribute `choices`, configuration key → values, if it has one."""
    choices: Mapping[str, Sequence[str]] = getattr(load_kind(slot), "choices", {})
    return choices


def standing(run: TrainingRun) -> dict[str, Any]:
    """What the live page shows of a run, as JSON."""
    return {
        "status": run.get_status_display(),
        "colour": RUN_COLOURS[run.status],
        "active": run.is_active,
        "percent": round(100 * run.progress),
        "stage": run.stage,
        "attempts": run.attempts,
        "duration": duration_of(run) or "",
        "verdict": run.verdict,
        "log": run.log[-LOG_SHOWN:],
        "metrics": [[name, value] for name, value in metric_rows(run.metrics)],
    }


def duration_of(run: TrainingRun) -> str | None:
    """How long the run took, or takes so far."""
    if run.started_at is None:
        return None
    seconds = round(((run.finished_at or timezone.now()) - run.started_at).total_seconds())
    minutes, seconds = divmod(max(seconds, 0), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02} h" if hours else f"{minutes}:{seconds:02} min"
