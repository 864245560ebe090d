"""Events that wait: looked at, mended, sent in again or let go."""

import json
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextareaWidget

from marketing.admin.cells import badge, moment
from marketing.admin.page import Page, Variant, button, call_service, column, go_to, staff_of
from marketing.errors import AttuneError, InvalidInput
from marketing.models import QuarantinedEvent
from marketing.services.quarantine import checked_raw, discard_events, mend_event, replay_events

COLOURS: dict[str, str] = {
    QuarantinedEvent.Status.WAITING: "warning",
    QuarantinedEvent.Status.REPLAYED: "success",
    QuarantinedEvent.Status.DISCARDED: "",
}


class Indented(json.JSONEncoder):
    """As a person reads and mends it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "indent": 2, "ensure_ascii": False})


class EventForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    raw = forms.JSONField(
        label="Event",
        encoder=Indented,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 18, "spellcheck": "false"}),
        help_text="What the sender said. Mend it here, then replay it.",
    )

    class Meta:
        model = QuarantinedEvent
        fields = ["raw"]

    def clean_raw(self) -> dict[str, Any]:
        """Tell at the field what the service would refuse."""
        try:
            return checked_raw(self.cleaned_data["raw"])
        except InvalidInput as error:
            raise ValidationError(error.message) from None


@admin.register(QuarantinedEvent)
class QuarantinedEventAdmin(Page):
    form = EventForm
    list_display = ["came_at", "event_id", "field", "message", "source", "state"]
    list_display_links = ["came_at", "event_id"]
    list_select_related = ["source"]
    list_filter = ["status", "source", "field", ("received_at", RangeDateTimeFilter)]
    list_filter_submit = True
    search_fields = ["event_id"]
    search_help_text = "An event's id"
    sortable_by = ["came_at"]
    fields = ["raw", "field", "message", "source", "subject", "received_at", "status", "resolved_at", "resolved_by"]
    readonly_fields = ["field", "message", "source", "subject", "received_at", "status", "resolved_at", "resolved_by"]
    actions = ["replay_chosen", "discard_chosen"]
    actions_detail = ["replay", "discard"]

    @column("Came", ordering="received_at")
    def came_at(self, event: QuarantinedEvent) -> SafeString:
        return moment(event.received_at)

    @column("Status")
    def state(self, event: QuarantinedEvent) -> SafeString:
        return badge(event.status, COLOURS[event.status])

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: QuarantinedEvent | None = None) -> bool:
        """Only what waits can be mended."""
        return super().has_change_permission(request, obj) and (
            obj is None or obj.status == QuarantinedEvent.Status.WAITING
        )

    def has_steer_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("marketing.change_quarantinedevent")

    def offers(self, button: str, object_id: Any) -> bool:
        return QuarantinedEvent.objects.filter(pk=object_id, status=QuarantinedEvent.Status.WAITING).exists()

    def save_model(self, request: HttpRequest, obj: QuarantinedEvent, form: Any, change: Any) -> None:
        mend_event(obj.pk, raw=form.cleaned_data["raw"])

    @action(description="Replay", permissions=["steer"], icon="replay")  # type: ignore[untyped-decorator]  # unfold's own
    def replay_chosen(self, request: HttpRequest, queryset: "QuerySet[QuarantinedEvent]") -> None:
        self._replay(request, list(queryset.values_list("pk", flat=True)))

    @action(description="Discard", permissions=["steer"], icon="delete")  # type: ignore[untyped-decorator]  # unfold's own
    def discard_chosen(self, request: HttpRequest, queryset: "QuerySet[QuarantinedEvent]") -> None:
        count = discard_events(list(queryset.values_list("pk", flat=True)), by=staff_of(request))
        messages.success(request, f"{count} discarded.")

    @button(
        "Replay",
        permission="steer",
        explain="The event is sent in again as it stands here.",
        icon="replay",
        submit="Replay",
        variant=Variant.PRIMARY,
    )
    def replay(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        self._replay(request, [UUID(object_id)])
        return go_to(request, reverse("admin:marketing_quarantinedevent_change", args=[object_id]))

    @button(
        "Discard",
        permission="steer",
        explain="The event is not stored. It stays in this list, and is not held again when it comes again.",
        icon="delete",
        submit="Discard",
        variant=Variant.DANGER,
    )
    def discard(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        call_service(request, lambda: discard_events([UUID(object_id)], by=staff_of(request)), done="Discarded.")
        return go_to(request, reverse("admin:marketing_quarantinedevent_changelist"))

    def _replay(self, request: HttpRequest, ids: list[UUID]) -> None:
        try:
            outcome = replay_events(ids, by=staff_of(request))
        except AttuneError as error:
            messages.error(request, str(error))
            return
        if outcome.stored:
            messages.success(request, f"{outcome.stored} stored.")
        if outcome.waiting:
            messages.warning(request, f"{outcome.waiting} still can't be stored; each says why.")
