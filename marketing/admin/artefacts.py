"""What training left, and what serves."""

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
from marketing.models import Artefact, Deployment
from marketing.runs.deployments import deploy, roll_back

DEPLOYMENT_COLOURS = {
    Deployment.Reason.GATE: "success",
    Deployment.Reason.FORCED: "warning",
    Deployment.Reason.STAFF: "info",
    Deployment.Reason.ROLL_BACK: "warning",
}


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
    actions_detail = ["deploy_this"]
    fieldsets = [
        (None, {"fields": [("name", "algorithm"), ("serves", "run"), "metric_table"]}),
        ("Storage", {"fields": ["storage_name", "sha256", "size_cell", "created_at"]}),
        ("Manifest", {"classes": ["collapse"], "fields": ["manifest"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Artefact]":
        newest = Deployment.objects.filter(slot=OuterRef("kind")).order_by("-id").values("champion")[:1]
        queryset: QuerySet[Artefact] = super().get_queryset(request)
        return queryset.annotate(champion_of_kind=Subquery(newest))

    @column("Artefact", ordering=F("version"))
    def name(self, artefact: Artefact) -> str:
        return f"{artefact.kind} v{artefact.version}"

    @column("Algorithm")
    def algorithm(self, artefact: Artefact) -> str | None:
        name: str = artefact.manifest.get("algorithm", "")
        return name.replace("_", " ") or None

    @column("Serves")
    def serves(self, artefact: Any) -> SafeString | None:
        return badge("serving now", "success") if artefact.champion_of_kind == artefact.pk else None

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
        """What serves already can't be put in its own place."""
        return str(object_id) not in {str(pk) for pk in serving_now().values_list("champion", flat=True)}

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


@admin.register(Deployment)
class DeploymentAdmin(MachineMadePage):
    """The history of what served; the newest row of a slot counts."""

    list_display = ["champion", "slot", "standing", "reason_badge", "previous_champion", "deployed_by", "since"]
    list_filter = ["slot", "reason"]
    list_select_related = ["champion", "previous__champion", "deployed_by"]
    fields = ["slot", "champion", "reason", "previous_champion", "canary", "canary_share", "deployed_by", "created_at"]
    actions_detail = ["roll_back"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Deployment]":
        newest = Deployment.objects.filter(slot=OuterRef("slot")).order_by("-id").values("pk")[:1]
        queryset: QuerySet[Deployment] = super().get_queryset(request)
        return queryset.annotate(newest_of_slot=Subquery(newest))

    @column("Now")
    def standing(self, deployment: Any) -> SafeString | None:
        return badge("serving now", "success") if deployment.newest_of_slot == deployment.pk else None

    @column("Since", ordering="created_at")
    def since(self, deployment: Deployment) -> SafeString:
        return moment(deployment.created_at)

    @column("Why", ordering="reason")
    def reason_badge(self, deployment: Deployment) -> SafeString:
        return badge(deployment.get_reason_display(), DEPLOYMENT_COLOURS[Deployment.Reason(deployment.reason)])

    @column("Before it")
    def previous_champion(self, deployment: Deployment) -> str | None:
        return str(deployment.previous.champion) if deployment.previous else None

    def offers(self, button: str, object_id: Any) -> bool:
        """Rolling back starts from what serves; older rows only tell the story."""
        return str(object_id) in {str(pk) for pk in serving_now().values_list("pk", flat=True)}

    def has_deploy_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_deploy(request)

    @button(
        "Roll back",
        permission="deploy",
        explain="What served before this serves again within seconds. Nothing is lost: both stay deployable.",
        icon="undo",
        submit="Roll back",
        variant=Variant.DANGER,
    )
    def roll_back(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        slot = get_object_or_404(Deployment, pk=object_id).slot
        call_service(request, lambda: roll_back(slot=slot, user=staff_of(request)), done="Rolled back.")
        return go_to(request, reverse("admin:marketing_deployment_changelist"))
