"""The shop's people: who they are, by which names they are known, what they agreed to, what they did."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RangeDateTimeFilter

from marketing.admin.cells import badge, moment, source_cell
from marketing.admin.exports import Exportable
from marketing.admin.merges import merge_page, merges_of
from marketing.admin.page import MachineMadePage, Page, column, link, staff_of
from marketing.models import Consent, Customer, Event, Identity
from marketing.selectors import consents_of
from marketing.services.consent import Actor, record_consent

# A panel on a customer's page, which an app above gives by dotted path: settings.CUSTOMER_PANELS.
CustomerPanel = Callable[[HttpRequest, Customer], SafeString]
NEWEST_EVENTS = 15
NEWEST_ANSWERS = 10


@admin.register(Customer)
class CustomerAdmin(Exportable, Page):
    """Erasing a person is more than deleting a row, so there is no delete button here."""

    export = "customers"
    list_display = ["who", "external_id", "email", "locale", "source_name", "since"]
    list_filter = ["source", ("created_at", RangeDateTimeFilter)]
    list_filter_submit = True
    list_select_related = ["source", "merged_into"]
    search_fields = ["external_id", "email", "name"]
    search_help_text = "Shop's id, e-mail or name"
    readonly_fields = ["source", "created_at", "updated_at"]
    change_form_outer_after_template = "marketing/customer_panels.html"
    actions_detail = ["merge"]
    fieldsets = [
        (None, {"fields": [("name", "external_id"), ("email", "locale"), ("time_zone", "source")]}),
        ("More", {"classes": ["collapse"], "fields": ["attributes", ("created_at", "updated_at")]}),
    ]

    @column("Customer", ordering="name", header=True)
    def who(self, customer: Customer) -> list[str | None]:
        name = customer.name or customer.external_id
        fate = f"merged into {customer.merged_into}" if customer.merged_into else None
        return [name, fate, "".join(word[0] for word in name.split()[:2])]

    @column("Since", ordering="created_at")
    def since(self, customer: Customer) -> SafeString:
        return moment(customer.created_at)

    @column("Source", ordering="source__code")
    def source_name(self, customer: Customer) -> SafeString:
        return source_cell(customer)

    def has_delete_permission(self, request: HttpRequest, obj: Customer | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Customer | None = None) -> list[str]:
        # The shop's id is how events find this person; the source says who vouches for it.
        return ["external_id", *self.readonly_fields] if obj else ["created_at", "updated_at"]

    def get_urls(self) -> list[Any]:
        merge = self.admin_site.admin_view(self.merge_view)
        return [path("<uuid:customer_id>/merge/", merge, name="marketing_customer_merge"), *super().get_urls()]

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Customer]", search_term: str
    ) -> tuple["QuerySet[Customer]", bool]:
        """Where a customer is to be chosen, those who were merged away are not among them."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        return found.filter(merged_into=None) if "field_name" in request.GET else found, may_repeat

    def has_merge_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("marketing.change_customer")

    def offers(self, button: str, object_id: Any) -> bool:
        """Who is merged away already can't be merged again."""
        return Customer.objects.filter(pk=object_id, merged_into=None).exists()

    @link("Merge into…", permission="merge", icon="merge")
    def merge(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Lead to where the other customer is chosen and both are shown before anything happens."""
        return HttpResponseRedirect(reverse("admin:marketing_customer_merge", args=[object_id]))

    def merge_view(self, request: HttpRequest, customer_id: Any) -> HttpResponse:
        return merge_page(self, request, customer_id=customer_id)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        customer = self.get_object(request, object_id)
        panels = panels_of(request, customer) if customer and self.has_view_permission(request, customer) else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **panels})


def panels_of(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    """What stands beside a customer's own fields. Each part asks for its own permission."""
    identities = list(customer.identities.select_related("source").order_by("kind", "created_at"))
    events = Event.objects.filter(identity__in=identities).select_related("item", "source").order_by("-occurred_at")
    answers = Consent.objects.filter(identity__in=identities).select_related("identity").order_by("-given_at", "-id")
    panels: list[CustomerPanel] = [import_string(path) for path in settings.CUSTOMER_PANELS]
    may_see_events = request.user.has_perm("marketing.view_event")
    return {
        "identities": identities,
        "consents": standing_consents(identities),
        "answers": answers[:NEWEST_ANSWERS],
        "merges": merges_of(customer),
        "may_see_merges": request.user.has_perm("marketing.view_customermerge"),
        "recent_events": events[:NEWEST_EVENTS] if may_see_events else None,
        "panels": [html for html in (panel(request, customer) for panel in panels) if html],
    }


def standing_consents(identities: list[Identity]) -> list[dict[str, Any]]:
    """What holds for a person about each purpose, in words."""
    labels = dict(Consent.Purpose.choices)
    found = consents_of(identity.pk for identity in identities)
    return [{"purpose": labels[row.purpose], "granted": row.granted, "given_at": row.given_at} for row in found]


@admin.register(Identity)
class IdentityAdmin(MachineMadePage):
    list_display = ["value", "kind_badge", "customer", "source_name", "created_at"]
    list_filter = ["kind", "source"]
    list_select_related = ["customer", "source"]
    search_fields = ["value"]

    @column("Kind", ordering="kind")
    def kind_badge(self, identity: Identity) -> SafeString:
        return badge(identity.kind, "info" if identity.kind == Identity.Kind.CUSTOMER else "")

    @column("Source", ordering="source__code")
    def source_name(self, identity: Identity) -> SafeString:
        return source_cell(identity)


class ConsentForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    class Meta:
        model = Consent
        fields = ["identity", "purpose", "granted", "given_at"]

    def clean_identity(self) -> Identity:
        identity: Identity = self.cleaned_data["identity"]
        if identity.kind == Identity.Kind.NOBODY:
            raise ValidationError("This stands for everybody who refused analytics; choose a customer or visitor.")
        return identity

    def clean_given_at(self) -> datetime:
        given_at: datetime = self.cleaned_data["given_at"]
        if given_at > timezone.now():
            raise ValidationError("This lies ahead; say when the answer was given.")
        return given_at


@admin.register(Consent)
class ConsentAdmin(Page):
    """Answers are added, never changed: the newest counts, and the history is the proof."""

    form = ConsentForm
    list_display = ["identity", "purpose", "is_granted", "given_at"]
    list_filter = ["purpose", "granted", ("identity", AutocompleteSelectFilter)]
    list_filter_submit = True
    list_select_related = ["identity"]
    search_fields = ["identity__value"]
    autocomplete_fields = ["identity"]
    fields = ["identity", "purpose", "granted", "given_at"]

    @column("Answer", ordering="granted")
    def is_granted(self, consent: Consent) -> SafeString:
        return badge("yes", "success") if consent.granted else badge("no", "danger")

    def has_change_permission(self, request: HttpRequest, obj: Consent | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Consent | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Consent, form: Any, change: Any) -> None:
        """Let the service add the answer, which audits and tells it; the form's row is the one that stands then."""
        said: dict[str, Any] = {"purpose": obj.purpose, "granted": obj.granted, "given_at": obj.given_at}
        record_consent(identity=obj.identity, **said, actor=Actor(user=staff_of(request)))
        obj.pk = Consent.objects.filter(identity=obj.identity, **said).latest("id").pk
