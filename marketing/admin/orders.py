"""What was sold, with its lines and refunds, and what currencies are worth."""

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import F, Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import DropdownFilter, RangeDateTimeFilter

from marketing.admin.cells import badge, moment, source_cell
from marketing.admin.exports import Exportable
from marketing.admin.page import MachineMadePage, Page, column
from marketing.currencies import currency_code, displayed
from marketing.errors import InvalidInput
from marketing.models import ExchangeRate, Identity, Order, OrderLine, Refund
from marketing.orders import line_total, pieces
from marketing.services.exchange_rates import delete_rates, save_rate


class RefundedFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    title = "refunded"
    parameter_name = "refunded"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "nothing"), ("part", "in part"), ("all", "all of it")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "no":
                return queryset.filter(refunded=0)
            case "part":
                return queryset.filter(refunded__gt=0, refunded__lt=F("total"))
            case "all":
                return queryset.filter(refunded__gt=0, refunded=F("total"))
        return queryset


class ReadOnlyInline(TabularInline):  # type: ignore[misc]  # unfold has no types
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class LineInline(ReadOnlyInline):
    model = OrderLine
    fields = ["number", "item", "quantity_shown", "unit_price_shown", "discount_shown", "total"]
    readonly_fields = fields
    ordering = ["number"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[OrderLine]":
        rows: QuerySet[OrderLine] = super().get_queryset(request).select_related("item", "order")
        return rows

    @column("Quantity")
    def quantity_shown(self, line: OrderLine) -> str:
        return pieces(line.quantity)

    @column("Unit price")
    def unit_price_shown(self, line: OrderLine) -> SafeString:
        return money(line.unit_price, line.order.currency)

    @column("Discount")
    def discount_shown(self, line: OrderLine) -> SafeString:
        return money(line.discount, line.order.currency)

    @column("Total")
    def total(self, line: OrderLine) -> SafeString:
        return money(line_total(line, line.order.currency), line.order.currency)


class RefundInline(ReadOnlyInline):
    model = Refund
    fields = ["external_id", "line_number", "quantity_shown", "amount_shown", "reason", "refunded_at"]
    readonly_fields = fields
    ordering = ["-refunded_at", "-id"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Refund]":
        rows: QuerySet[Refund] = super().get_queryset(request).select_related("line", "order")
        return rows

    @column("Line")
    def line_number(self, refund: Refund) -> int | None:
        return refund.line.number if refund.line else None

    @column("Quantity")
    def quantity_shown(self, refund: Refund) -> str | None:
        return None if refund.quantity is None else pieces(refund.quantity)

    @column("Amount")
    def amount_shown(self, refund: Refund) -> SafeString:
        return money(refund.amount, refund.order.currency)


@admin.register(Order)
class OrderAdmin(Exportable, MachineMadePage):
    """Orders come from the shop, which is where they are changed."""

    export = "orders"
    list_display = ["external_id", "who", "placed", "total_shown", "refunded_shown", "status_badge", "source_name"]
    list_select_related = ["identity__customer", "source"]
    list_filter = ["status", RefundedFilter, "source", ("placed_at", RangeDateTimeFilter)]
    list_filter_submit = True
    ordering = ["-placed_at", "-id"]
    sortable_by = ["placed"]
    search_fields = ["external_id"]
    search_help_text = "An order's number, or a customer's or visitor's id, in full"
    inlines = [LineInline, RefundInline]
    fieldsets = [
        (None, {"fields": [("external_id", "status_badge"), ("who", "source_name"), ("placed", "received_at")]}),
        (
            "Money",
            {
                "fields": [
                    ("items_total_shown", "discount_shown"),
                    ("shipping_shown", "tax_shown"),
                    ("total_shown", "refunded_shown"),
                ]
            },
        ),
        ("More", {"classes": ["collapse"], "fields": ["attributes", "identity", "updated_at"]}),
    ]

    @column("Customer")
    def who(self, order: Order) -> str:
        return str(order.identity.customer or order.identity)

    @column("Placed", ordering="placed_at")
    def placed(self, order: Order) -> SafeString:
        return moment(order.placed_at)

    @column("Status", ordering="status")
    def status_badge(self, order: Order) -> SafeString:
        return badge(order.status, "danger" if order.status == Order.Status.CANCELLED else "success")

    @column("Source", ordering="source__code")
    def source_name(self, order: Order) -> SafeString:
        return source_cell(order)

    @column("Items")
    def items_total_shown(self, order: Order) -> SafeString:
        return money(order.items_total, order.currency)

    @column("Discount")
    def discount_shown(self, order: Order) -> SafeString:
        return money(order.discount, order.currency)

    @column("Shipping")
    def shipping_shown(self, order: Order) -> SafeString:
        return money(order.shipping, order.currency)

    @column("Tax")
    def tax_shown(self, order: Order) -> SafeString:
        return money(order.tax, order.currency)

    @column("Total")
    def total_shown(self, order: Order) -> SafeString:
        return money(order.total, order.currency)

    @column("Refunded")
    def refunded_shown(self, order: Order) -> SafeString | None:
        return money(order.refunded, order.currency) if order.refunded else None

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Order]", search_term: str
    ) -> "tuple[QuerySet[Order], bool]":
        """People are found by their own index first; a join would read all orders."""
        term = search_term.strip()
        if not term:
            return queryset, False
        people = list(Identity.objects.filter(value=term).values_list("pk", flat=True)[:20])
        return queryset.filter(Q(external_id=term) | Q(identity__in=people)), False


class ExchangeRateForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own class can't be subscripted at run time
    class Meta:
        model = ExchangeRate
        fields = ["currency", "day", "rate", "base"]

    def clean_currency(self) -> str:
        return self._code("currency")

    def clean_base(self) -> str:
        return self._code("base")

    def _code(self, name: str) -> str:
        try:
            return currency_code(self.cleaned_data[name], field=name)
        except InvalidInput as error:
            raise forms.ValidationError(error.message) from error

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("currency") and said.get("currency") == said.get("base"):
            raise forms.ValidationError({"currency": "Another currency than the base is expected."})
        return said


@admin.register(ExchangeRate)
class ExchangeRateAdmin(Page):
    """A rate holds from its day until the next one."""

    form = ExchangeRateForm
    list_display = ["currency", "day", "worth", "base"]
    list_filter = ["currency", "base"]
    ordering = ["-day", "currency"]
    search_fields = ["currency"]
    fields = [("currency", "day"), ("rate", "base")]

    def save_model(self, request: HttpRequest, obj: ExchangeRate, form: Any, change: bool) -> None:  # noqa: FBT001
        save_rate(obj)

    def delete_model(self, request: HttpRequest, obj: ExchangeRate) -> None:
        delete_rates(ExchangeRate.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ExchangeRate]) -> None:
        delete_rates(queryset)

    @column("Rate", ordering="rate")
    def worth(self, rate: ExchangeRate) -> str:
        return f"{rate.rate.normalize():f}"

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"base": settings.BASE_CURRENCY, **super().get_changeform_initial_data(request)}


def money(amount: Decimal, currency: str) -> SafeString:
    return format_html('<span class="attune-nowrap">{} {}</span>', displayed(amount, currency), currency)
