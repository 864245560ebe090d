"""The shop's people: who they are, by which names they are known, what they agreed to, what they did."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RangeDateTimeFilter

from marketing.admin.cells import badge, moment, source_cell
from marketing.admin.page import MachineMadePage, Page, column
from marketing.models import Consent, Customer, Event, Identity

# A panel on a customer's page, which an app above gives by dotted path: settings.CUSTOMER_PANELS.
CustomerPanel = Callable[[HttpRequest, Customer], SafeString]
NEWEST_EVENTS = 15


@admin.register(Customer)
class CustomerAdmin(Page):
    """Erasing a person is more than deleting a row, so there is no delete button here."""

    list_display = ["who", "external_id", "email", "locale", "source_name", "since"]
    list_filter = ["source", ("created_at", RangeDateTimeFilter)]
    list_filter_submit = True
    list_select_related = ["source"]
    search_fields = ["external_id", "email", "name"]
    search_help_text = "Shop's id, e-mail or name"
    readonly_fields = ["source", "created_at", "updated_at"]
    change_form_outer_after_template = "marketing/customer_panels.html"
    fieldsets = [
        (None, {"fields": [("name", "external_id"), ("email", "locale"), ("time_zone", "source")]}),
        ("More", {"classes": ["collapse"], "fields": ["attributes", ("created_at", "updated_at")]}),
    ]

    @column("Customer", ordering="name", header=True)
    def who(self, customer: Customer) -> list[str | None]:
        name = customer.name or customer.external_id
        return [name, None, "".join(word[0] for word in name.split()[:2])]

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
    panels: list[CustomerPanel] = [import_string(path) for path in settings.CUSTOMER_PANELS]
    may_see_events = request.user.has_perm("marketing.view_event")
    return {
        "identities": identities,
        "consents": consents_of(identities),
        "recent_events": events[:NEWEST_EVENTS] if may_see_events else None,
        "panels": [html for html in (panel(request, customer) for panel in panels) if html],
    }


def consents_of(identities: list[Identity]) -> list[dict[str, Any]]:
    """Per purpose the newest answer of any of a person's identities, else what their source assumes."""
    answers = Consent.objects.filter(identity__in=identities).order_by("purpose", "-given_at", "-id")
    newest = {answer.purpose: answer for answer in answers.distinct("purpose")}
    rows = []
    for purpose, label in Consent.Purpose.choices:
        answer = newest.get(purpose)
        # As marketing.selectors decides it: every source that knows the person must assume it.
        assumed = bool(identities) and all(identity.source.consent.get(purpose, False) for identity in identities)
        rows.append(
            {
                "purpose": label,
                "granted": answer.granted if answer else assumed,
                "given_at": answer.given_at if answer else None,
            }
        )
    return rows


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


@admin.register(Consent)
class ConsentAdmin(Page):
    """Answers are added, never changed: the newest counts, and the history is the proof."""

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
