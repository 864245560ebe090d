"""What training left, and what serves."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from marketing.admin.cells import badge, moment
from marketing.admin.metrics import metric_rows
from marketing.admin.page import MachineMadePage, Variant, button, call_service, column, go_to, staff_of
from marketing.admin.trials import CanaryForm, NewCanaryForm, RollBackForm
from marketing.models import Artefact, Deployment
from marketing.runs.deployments import (
    champion_before,
    current,
    deploy,
    promote_canary,
    roll_back,
    start_canary,
    stop_canary,
)

DEPLOYMENT_COLOURS = {
    Deployment.Reason.GATE: "success",
    Deployment.Reason.FORCED: "warning",
    Deployment.Reason.STAFF: "info",
    Deployment.Reason.ROLL_BACK: "warning",
    Deployment.Reason.CANARY: "info",
    Deployment.Reason.STOPPED: "danger",
    Deployment.Reason.PROMOTED: "success",
}
# Buttons stand in the list as well, so that putting a champion back takes one click and one confirmation.
IN_LIST = (("roll_back", "Roll back"), ("promote", "Promote"), ("stop", "Stop"), ("try_canary", "Try as canary"))


def serving_now() -> "QuerySet[Deployment]":
    """The newest deployment of each slot."""
    return Deployment.objects.order_by("slot", "-id").distinct("slot")


def may_deploy(request: HttpRequest) -> bool:
    return request.user.has_perm("marketing.add_deployment")


@admin.register(Artefact)
class ArtefactAdmin(MachineMadePage):
    list_display = ["name", "algorithm", "serves", "headline", "size_cell", "run", "made_at"]
    list_filter = ["kind"]
    list_select_related = ["run"]
    search_fields = ["kind", "sha256"]
    search_help_text = "Kind or SHA-256"
    actions_detail = ["deploy_this", "try_this"]
    fieldsets = [
        (None, {"fields": [("name", "algorithm"), ("serves", "run"), "metric_table"]}),
        ("Storage", {"fields": ["storage_name", "sha256", "size_cell", "created_at"]}),
        ("Manifest", {"classes": ["collapse"], "fields": ["manifest"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Artefact]":
        newest = Deployment.objects.filter(slot=OuterRef("kind")).order_by("-id").values("champion")[:1]
        queryset: QuerySet[Artefact] = super().get_queryset(request)
        on_trial = Deployment.objects.filter(slot=OuterRef("kind")).order_by("-id").values("canary")[:1]
        return queryset.annotate(champion_of_kind=Subquery(newest), canary_of_kind=Subquery(on_trial))

    @column("Artefact", ordering=F("version"))
    def name(self, artefact: Artefact) -> str:
        return f"{artefact.kind} v{artefact.version}"

    @column("Algorithm")
    def algorithm(self, artefact: Artefact) -> str | None:
        name: str = artefact.manifest.get("algorithm", "")
        return name.replace("_", " ") or None

    @column("Serves")
    def serves(self, artefact: Any) -> SafeString | None:
        if artefact.champion_of_kind == artefact.pk:
            return badge("serving now", "success")
        return badge("canary", "info") if artefact.canary_of_kind == artefact.pk else None

    @column("Metrics")
    def headline(self, artefact: Artefact) -> str:
        return " · ".join(f"{name} {value}" for name, value in metric_rows(artefact.metrics, limit=2))

    @column("Metrics")
    def metric_table(self, artefact: Artefact) -> SafeString:
        rows = format_html_join("", "<tr><th>{}</th><td>{}</td></tr>", metric_rows(artefact.metrics))
        return format_html('<table class="attune-metrics">{}</table>', rows)

    @column("Made", ordering="created_at")
    def made_at(self, artefact: Artefact) -> SafeString:
        return moment(artefact.created_at)

    @column("Size", ordering="size")
    def size_cell(self, artefact: Artefact) -> str:
        return filesizeformat(artefact.size)

    def has_deploy_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_deploy(request)

    def offers(self, button: str, object_id: Any) -> bool:
        """What serves already can't be put in its own place; a canary stands beside a champion."""
        artefact = get_object_or_404(Artefact, pk=object_id)
        standing = current(artefact.kind)
        if standing is None:
            return button == "deploy_this"
        return artefact.pk not in (standing.champion_id, standing.canary_id if button == "try_this" else None)

    @button(
        "Deploy",
        permission="deploy",
        explain="The artefact is verified, answers a trial question, and then serves within seconds.",
        icon="rocket_launch",
        submit="Deploy it",
        variant=Variant.PRIMARY,
    )
    def deploy_this(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        artefact = get_object_or_404(Artefact, pk=object_id)

        def put_in_place() -> None:
            deploy(slot=artefact.kind, artefact=artefact, user=staff_of(request), reason=Deployment.Reason.STAFF)

        call_service(request, put_in_place, done=f"{artefact} serves now.")
        return go_to(request, reverse("admin:marketing_artefact_change", args=[object_id]))

    @button(
        "Try as canary",
        permission="deploy",
        explain="A share of the people gets this artefact's lists beside the champion's; the two are compared.",
        icon="egg",
        submit="Try it",
        form=CanaryForm,
    )
    def try_this(self, request: HttpRequest, form: CanaryForm, object_id: str) -> HttpResponse:
        artefact = get_object_or_404(Artefact, pk=object_id)

        def put_beside() -> None:
            start_canary(slot=artefact.kind, artefact=artefact, share=form.share, user=staff_of(request))

        call_service(request, put_beside, done=f"{artefact} is on trial with {form.share:.0%} of the people.")
        return go_to(request, reverse("admin:marketing_artefact_change", args=[object_id]))


@admin.register(Deployment)
class DeploymentAdmin(MachineMadePage):
    """The history of what served; the newest row of a slot counts."""

    list_display = ["serving", "trial", "reason_badge", "deployed_by", "since", "steps"]
    list_filter = ["slot", "reason"]
    list_select_related = ["champion", "canary", "previous__champion", "deployed_by"]
    fields = ["slot", "champion", "reason", "previous_champion", "canary", "share", "deployed_by", "created_at"]
    actions_detail = ["roll_back", "promote", "stop", "try_canary"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Deployment]":
        newest = Deployment.objects.filter(slot=OuterRef("slot")).order_by("-id").values("pk")[:1]
        queryset: QuerySet[Deployment] = super().get_queryset(request)
        return queryset.annotate(newest_of_slot=Subquery(newest))

    def get_list_display(self, request: HttpRequest) -> Any:
        """Who only looks is shown no buttons."""
        return [name for name in self.list_display if name != "steps" or may_deploy(request)]

    @column("Champion", ordering="champion")
    def serving(self, deployment: Any) -> SafeString:
        now = badge("serving now", "success") if deployment.newest_of_slot == deployment.pk else ""
        return format_html('<span class="attune-nowrap">{} {}</span>', deployment.champion, now)

    @column("Canary")
    def trial(self, deployment: Deployment) -> SafeString | None:
        if deployment.canary is None:
            return None
        said = f"{deployment.canary}, {deployment.canary_share:.0%}"
        return format_html('<span class="attune-nowrap">{}</span>', said)

    @column("Share of the people")
    def share(self, deployment: Deployment) -> str | None:
        return f"{deployment.canary_share:.0%}" if deployment.canary else None

    @column("Since", ordering="created_at")
    def since(self, deployment: Deployment) -> SafeString:
        return moment(deployment.created_at)

    @column("Why", ordering="reason")
    def reason_badge(self, deployment: Deployment) -> SafeString:
        return badge(deployment.get_reason_display(), DEPLOYMENT_COLOURS[Deployment.Reason(deployment.reason)])

    @column("Before it")
    def previous_champion(self, deployment: Deployment) -> str | None:
        return str(deployment.previous.champion) if deployment.previous else None

    @column("")
    def steps(self, deployment: Any) -> SafeString:
        if deployment.newest_of_slot != deployment.pk:
            return SafeString(" ")
        return format_html_join(
            "",
            '<a class="attune-step" href="{0}" hx-get="{0}" hx-target="#modal-content" hx-select="#dialog"'
            ' x-on:htmx:after-on-load="openModal = true">{1}</a>',
            (
                (reverse(f"admin:marketing_deployment_{name}", args=[deployment.pk]), title)
                for name, title in IN_LIST
                if fits(name, deployment)
            ),
        )

    def offers(self, button: str, object_id: Any) -> bool:
        """Every step starts from what serves; older rows only tell the story."""
        standing = current(get_object_or_404(Deployment, pk=object_id).slot)
        return standing is not None and str(standing.pk) == str(object_id) and fits(button, standing)

    def has_deploy_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_deploy(request)

    @button(
        "Roll back",
        permission="deploy",
        explain="Within seconds the one before serves again. Nothing is lost: both stay deployable.",
        icon="undo",
        submit="Roll back",
        variant=Variant.DANGER,
        form=RollBackForm,
    )
    def roll_back(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        slot = get_object_or_404(Deployment, pk=object_id).slot
        call_service(request, lambda: roll_back(slot=slot, user=staff_of(request)), done="Rolled back.")
        return go_to(request, reverse("admin:marketing_deployment_changelist"))

    @button(
        "Try as canary",
        permission="deploy",
        explain="A share of the people gets its lists beside the champion's; the two are compared.",
        icon="egg",
        submit="Try it",
        form=NewCanaryForm,
    )
    def try_canary(self, request: HttpRequest, form: NewCanaryForm, object_id: str) -> HttpResponse:
        slot, artefact = get_object_or_404(Deployment, pk=object_id).slot, form.cleaned_data["artefact"]

        def put_beside() -> None:
            start_canary(slot=slot, artefact=artefact, share=form.share, user=staff_of(request))

        call_service(request, put_beside, done=f"{artefact} is on trial with {form.share:.0%} of the people.")
        return go_to(request, reverse("admin:marketing_deployment_changelist"))

    @button(
        "Promote",
        permission="deploy",
        explain="The canary becomes the champion and serves everybody within seconds.",
        icon="trending_up",
        submit="Promote it",
        variant=Variant.PRIMARY,
    )
    def promote(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return _end_trial(request, object_id, by=promote_canary, done="{canary} serves everybody now.")

    @button(
        "Stop",
        permission="deploy",
        explain="The canary's trial ends: the champion serves everybody again within seconds.",
        icon="stop_circle",
        submit="Stop the trial",
        variant=Variant.DANGER,
    )
    def stop(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return _end_trial(request, object_id, by=stop_canary, done="The trial of {canary} has ended.")


def _end_trial(request: HttpRequest, object_id: str, *, by: Callable[..., object], done: str) -> HttpResponse:
    """End the trial that staff looked at, not another one that began meanwhile."""
    judged = get_object_or_404(Deployment.objects.select_related("canary"), pk=object_id)
    call_service(
        request,
        lambda: by(slot=judged.slot, user=staff_of(request), judged=judged),
        done=done.format(canary=judged.canary),
    )
    return go_to(request, reverse("admin:marketing_deployment_changelist"))


def fits(button: str, standing: Deployment) -> bool:
    """Whether a step makes sense from what serves now."""
    if button in ("promote", "stop"):
        return standing.canary_id is not None
    return button == "try_canary" or champion_before(standing.slot) is not None
