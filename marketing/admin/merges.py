"""Two customers who are one: chosen, shown side by side, merged; the history of merges, and undoing one."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RangeDateTimeFilter

from marketing.admin.cells import badge, moment
from marketing.admin.page import MachineMadePage, Page, Variant, button, call_service, column, go_to, staff_of
from marketing.models import Customer, CustomerMerge
from marketing.services.merges import merge_customers, undo_merge

NEWEST_MERGES = 10
FACTS: list[Any] = ["merged", "kept", "state", "identities", "when", "merged_by", "undone_at", "undone_by"]


class MergeForm(forms.Form):
    """Whom the customer is to be merged into."""

    kept = forms.ModelChoiceField(
        queryset=Customer.objects.filter(merged_into=None).select_related("source"),
        label="The customer who is kept",
        help_text="By the shop's id, e-mail or name.",
        error_messages={"invalid_choice": "No such customer, or one who is merged away."},
    )

    def __init__(self, *args: Any, merged: Customer, page: Page, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.merged = merged
        field = cast("forms.ModelChoiceField[Customer]", self.fields["kept"])
        # The relation says where the browser asks for customers by what is typed.
        relation = Customer._meta.get_field("merged_into")  # noqa: SLF001 – Django documents it as public
        field.widget = AutocompleteSelect(relation, page.admin_site, choices=field.choices)

    def clean_kept(self) -> Customer:
        kept: Customer = self.cleaned_data["kept"]
        if kept == self.merged:
            raise forms.ValidationError("This is the customer to be merged; choose the other one.")
        return kept


def merge_page(page: Page, request: HttpRequest, *, customer_id: UUID) -> HttpResponse:
    """Asks for the other customer, then shows both; only a POST from there merges."""
    if not request.user.has_perm("marketing.change_customer"):
        raise PermissionDenied
    merged = get_object_or_404(Customer.objects.select_related("source"), pk=customer_id)
    form = MergeForm(_choice(request.POST) or _choice(request.GET), merged=merged, page=page)
    kept = form.cleaned_data["kept"] if form.is_valid() else None
    if kept and request.method == "POST":
        done = f"{merged} is merged into {kept}: all that either did is theirs together."
        merge = call_service(
            request, lambda: merge_customers(kept=kept, merged=merged, user=staff_of(request)), done=done
        )
        return go_to(request, reverse("admin:marketing_customer_change", args=[kept.pk if merge else merged.pk]))
    context = {
        **page.admin_site.each_context(request),
        "opts": Customer._meta,  # noqa: SLF001
        "title": f"Merge {merged}",
        "form": form,
        "kept": kept,
        "sides": sides_of(merged, kept) if kept else [],
        "back_url": reverse("admin:marketing_customer_change", args=[merged.pk]),
    }
    return TemplateResponse(request, "marketing/customer_merge.html", context)


def _choice(sent: QueryDict) -> dict[str, str] | None:
    """The form's field as sent. The widget can't show again what is no key at all."""
    if "kept" not in sent:
        return None
    try:
        return {"kept": str(UUID(str(sent["kept"])))}
    except ValueError:
        return {"kept": ""}


def sides_of(merged: Customer, kept: Customer) -> list[dict[str, Any]]:
    """Both customers as the page shows them before they become one."""
    names = {"Merged": "Everything moves away from here.", "Kept": "Everything is this customer's afterwards."}
    rows = dict(zip(names, (merged, kept), strict=True))
    return [
        {
            "role": role,
            "fate": names[role],
            "customer": row,
            "identities": row.identities.count(),
            "url": reverse("admin:marketing_customer_change", args=[row.pk]),
        }
        for role, row in rows.items()
    ]


def merges_of(customer: Customer) -> "QuerySet[CustomerMerge]":
    """The newest merges that a customer was part of."""
    merges = CustomerMerge.objects.filter(Q(kept=customer) | Q(merged=customer))
    return merges.select_related("kept", "merged", "merged_by", "undone_by")[:NEWEST_MERGES]


@admin.register(CustomerMerge)
class CustomerMergeAdmin(MachineMadePage):
    list_display = ["merged", "kept", "state", "identities", "when", "merged_by", "undone_by"]
    list_filter = [("undone_at", admin.EmptyFieldListFilter), ("merged_at", RangeDateTimeFilter)]
    list_filter_submit = True
    list_select_related = ["merged", "kept", "merged_by", "undone_by"]
    search_fields = ["merged__external_id", "merged__name", "kept__external_id", "kept__name"]
    search_help_text = "Shop's id or name of either customer"
    actions_detail = ["undo"]
    fields = FACTS

    @column("State")
    def state(self, merge: CustomerMerge) -> SafeString:
        return badge("undone", "warning") if merge.undone_at else badge("stands", "success")

    @column("Identities moved")
    def identities(self, merge: CustomerMerge) -> int:
        return len(merge.moved)

    @column("Merged", ordering="merged_at")
    def when(self, merge: CustomerMerge) -> SafeString:
        return moment(merge.merged_at)

    def offers(self, button: str, object_id: Any) -> bool:
        """Only a merge that stands can be undone."""
        return CustomerMerge.objects.filter(pk=object_id, undone_at=None).exists()

    def has_undo_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("marketing.change_customer")

    def get_readonly_fields(self, request: HttpRequest, obj: CustomerMerge | None = None) -> list[str]:
        return FACTS

    @button(
        "Undo",
        permission="undo",
        explain="The two are parted: what moved by this merge goes back to the customer who was merged away.",
        icon="undo",
        submit="Undo this merge",
        variant=Variant.DANGER,
    )
    def undo(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        merge = get_object_or_404(CustomerMerge, pk=object_id)
        call_service(request, lambda: undo_merge(merge=merge, user=staff_of(request)), done="The two are parted again.")
        return go_to(request, reverse("admin:marketing_customermerge_change", args=[object_id]))
