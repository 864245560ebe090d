"""Webhooks: who listens to what, and what became of each delivery."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminURLInputWidget

from marketing.admin.cells import badge, moment
from marketing.admin.page import MachineMadePage, Page, button, call_service, column, go_to, link
from marketing.errors import InvalidInput
from marketing.models import Outbox, WebhookEndpoint
from marketing.services.deliveries import replay
from marketing.services.webhook_endpoints import create_endpoint, ping, rotate_secret
from marketing.services.webhooks import TOPICS
from marketing.webhooks import check_url

COLOURS: dict[str, str] = {
    Outbox.Status.WAITING: "info",
    Outbox.Status.DELIVERED: "success",
    Outbox.Status.PARKED: "danger",
}


class WebhookEndpointForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    url = forms.URLField(max_length=500, assume_scheme="https", widget=UnfoldAdminURLInputWidget)
    topics = forms.MultipleChoiceField(
        choices=[(topic, topic) for topic in TOPICS],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="What it hears about.",
    )

    class Meta:
        model = WebhookEndpoint
        fields = ["name", "url", "topics", "active"]

    def clean_url(self) -> str:
        """Tell at the field what no delivery could reach."""
        url: str = self.cleaned_data["url"]
        try:
            check_url(url, private_allowed=settings.WEBHOOK_PRIVATE_ADDRESSES)
        except InvalidInput as error:
            raise ValidationError(error.message) from error
        return url


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(Page):
    """A secret is shown once, in the answer to the form that made it."""

    form = WebhookEndpointForm
    list_display = ["name", "url", "topic_names", "state", "created_at"]
    list_filter = ["active"]
    search_fields = ["name", "url"]
    actions_detail = ["ping", "rotate"]

    @column("Topics")
    def topic_names(self, endpoint: WebhookEndpoint) -> str:
        return ", ".join(endpoint.topics)

    @column("State", ordering="active")
    def state(self, endpoint: WebhookEndpoint) -> SafeString:
        return badge("on", "success") if endpoint.active else badge("off")

    def has_rotate_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request)

    @button(
        "Send a test",
        permission="rotate",
        explain="A delivery with the topic “ping” is sent to this endpoint. The outbox shows what became of it.",
        icon="network_ping",
        submit="Send it",
    )
    def ping(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        endpoint = get_object_or_404(WebhookEndpoint, pk=object_id)
        sent = call_service(request, lambda: ping(endpoint), done="The test is on its way: see the outbox.")
        outbox = f"{reverse('admin:marketing_outbox_changelist')}?endpoint__id__exact={object_id}"
        return go_to(request, outbox if sent else reverse("admin:marketing_webhookendpoint_change", args=[object_id]))

    @link("New secret", permission="rotate", icon="autorenew")
    def rotate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask first; the answer to the form is the one place where the new secret stands."""
        endpoint = get_object_or_404(WebhookEndpoint, pk=object_id)
        secret = rotate_secret(endpoint) if request.method == "POST" else None
        return self._secret_page(request, endpoint, secret=secret)

    def save_model(self, request: HttpRequest, obj: WebhookEndpoint, form: Any, change: Any) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        row, secret = create_endpoint(name=obj.name, url=obj.url, topics=obj.topics, active=obj.active)
        obj.pk = row.pk
        obj.refresh_from_db()
        # Lives as long as this request: response_add shows it, and nothing else sees it.
        request.new_secret = secret  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: WebhookEndpoint, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._secret_page(request, obj, secret=request.new_secret)  # type: ignore[attr-defined]

    def _secret_page(self, request: HttpRequest, endpoint: WebhookEndpoint, *, secret: str | None) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Secret of the webhook",
            "endpoint": endpoint,
            "secret": secret,
            "list_url": reverse("admin:marketing_webhookendpoint_changelist"),
        }
        return TemplateResponse(
            request, "marketing/webhook_secret.html", context, headers={"Cache-Control": "no-store"}
        )


@admin.register(Outbox)
class OutboxAdmin(MachineMadePage):
    list_display = ["topic", "endpoint", "state", "attempts", "created", "next_or_done", "last_error"]
    list_filter = ["status", "topic", "endpoint", ("created_at", RangeDateTimeFilter)]
    list_filter_submit = True
    list_select_related = ["endpoint"]
    search_fields = ["id"]
    search_help_text = "The id of a delivery (webhook-id), in full"
    actions = ["replay_chosen"]
    actions_detail = ["replay"]
    fields = ["id", "endpoint", "topic", "payload", "state", "attempts", "last_error", "created", "next_or_done"]

    @column("State", ordering="status")
    def state(self, delivery: Outbox) -> SafeString:
        return badge(delivery.status, COLOURS[delivery.status], hint=delivery.get_status_display())

    @column("Told", ordering="created_at")
    def created(self, delivery: Outbox) -> SafeString:
        return moment(delivery.created_at)

    @column("Next attempt, or delivered")
    def next_or_done(self, delivery: Outbox) -> SafeString:
        return moment(delivery.due_at if delivery.status == Outbox.Status.WAITING else delivery.delivered_at)

    def offers(self, button: str, object_id: Any) -> bool:
        return not Outbox.objects.filter(pk=object_id, status=Outbox.Status.WAITING).exists()

    def has_replay_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("marketing.change_outbox")

    @button(
        "Send again",
        permission="replay",
        explain="The same delivery with the same id is tried anew, from the first attempt.",
        icon="replay",
        submit="Send it again",
    )
    def replay(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        chosen = Outbox.objects.filter(pk=object_id)
        call_service(request, lambda: replay(chosen), done="The delivery waits to be sent again.")
        return go_to(request, reverse("admin:marketing_outbox_change", args=[object_id]))

    @admin.action(description="Send again", permissions=["replay"])
    def replay_chosen(self, request: HttpRequest, queryset: "QuerySet[Outbox]") -> None:
        again = replay(queryset)
        self.message_user(request, f"{again} wait to be sent again; those that wait already stay as they are.")
