"""Sources and the keys of their systems."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from marketing.admin.cells import badge
from marketing.admin.page import Page, Variant, button, call_service, column, go_to, link
from marketing.models import ApiKey, Source
from marketing.services.keys import create_api_key, revoke_api_key


@admin.register(Source)
class SourceAdmin(Page):
    list_display = ["name", "code", "is_simulated", "created_at"]
    list_filter = ["simulated"]
    search_fields = ["code", "name"]
    readonly_fields = ["created_at"]

    @column("Data", ordering="simulated")
    def is_simulated(self, source: Source) -> SafeString:
        return badge("simulated", "warning") if source.simulated else badge("real", "success")

    def get_readonly_fields(self, request: HttpRequest, obj: Source | None = None) -> list[str]:
        # Identities and event ids are unique within a source's code; a new code would make all of them strangers.
        return ["created_at", "code"] if obj else ["created_at"]


class ApiKeyForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    scopes = forms.MultipleChoiceField(
        choices=ApiKey.Scope.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="What the key opens. Give each system only what it needs.",
    )

    class Meta:
        model = ApiKey
        fields = ["source", "name", "scopes", "expires_at"]

    def clean_expires_at(self) -> datetime | None:
        """Tell at the field what the service would refuse."""
        expires_at: datetime | None = self.cleaned_data["expires_at"]
        if expires_at is not None and expires_at <= timezone.now():
            raise ValidationError("This lies in the past; leave it empty for a key without an end.")
        return expires_at


@admin.register(ApiKey)
class ApiKeyAdmin(Page):
    """A key's secret is shown once, in the answer to the form that made it, and never stored."""

    form = ApiKeyForm
    list_display = ["name", "prefix", "source", "scope_names", "state", "last_used_at", "created_at"]
    list_filter = ["source"]
    list_select_related = ["source"]
    search_fields = ["name", "prefix"]
    actions_detail = ["rotate", "revoke"]

    @column("Scopes")
    def scope_names(self, key: ApiKey) -> str:
        return ", ".join(key.scopes)

    @column("State")
    def state(self, key: ApiKey) -> SafeString:
        if key.revoked_at:
            return badge("revoked", "danger")
        if key.expires_at and key.expires_at <= timezone.now():
            return badge("expired", "warning")
        return badge("active", "success")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_fieldsets(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        if obj is None:
            return [(None, {"fields": ["source", "name", "scopes", "expires_at"]})]
        about = ["name", "prefix", "source", "scope_names", "state"]
        times = ["created_at", "last_used_at", "expires_at", "revoked_at"]
        return [(None, {"fields": about}), ("Times", {"fields": times})]

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> list[str]:
        return ["prefix", "scope_names", "state", "created_at", "last_used_at", "revoked_at"] if obj else []

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What a rotation hands over: the old key's source, name and scopes."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        if "scopes" in initial:
            initial["scopes"] = initial["scopes"].split(",")
        return initial

    @link("Rotate", permission="issue", icon="autorenew")
    def rotate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Lead to the form of a second key like this one; both work until the old one is revoked."""
        key = get_object_or_404(ApiKey, pk=object_id)
        successor = {"source": key.source_id, "name": key.name, "scopes": ",".join(key.scopes)}
        return HttpResponseRedirect(f"{reverse('admin:marketing_apikey_add')}?{urlencode(successor)}")

    def has_issue_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request)

    def has_revoke_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("marketing.change_apikey")

    @button(
        "Revoke",
        permission="revoke",
        explain="Requests with this key are refused from now on. This can't be undone.",
        icon="block",
        submit="Revoke this key",
        variant=Variant.DANGER,
    )
    def revoke(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        key = get_object_or_404(ApiKey, pk=object_id)
        call_service(request, lambda: revoke_api_key(key), done="The key is revoked.")
        return go_to(request, reverse("admin:marketing_apikey_change", args=[object_id]))

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: Any) -> None:
        """Let the service make the row; what the form built is filled from it."""
        key, secret = create_api_key(source=obj.source, name=obj.name, scopes=obj.scopes, expires_at=obj.expires_at)
        obj.pk = key.pk
        obj.refresh_from_db()
        # Lives as long as this request: response_add shows it, and nothing else sees it.
        request.new_secret = secret  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "New API key",
            "key": obj,
            "secret": request.new_secret,  # type: ignore[attr-defined]
            "list_url": reverse("admin:marketing_apikey_changelist"),
        }
        return TemplateResponse(
            request, "marketing/api_key_secret.html", context, headers={"Cache-Control": "no-store"}
        )
