"""What was sold: orders with their lines, what was given back, and what currencies were worth."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from marketing.models.access import Source
from marketing.models.catalogue import Item
from marketing.models.customers import Identity
from marketing.models.decimals import plain
from marketing.models.keys import created_now, opaque_key

CURRENCY = Q(currency__regex=r"^[A-Z]{3}$")


class Order(models.Model):
    """One order. It is the truth about a sale; purchase events are projected from its lines.

    Money is in the order's own currency: `total` = `items_total` - `discount` + `shipping` + `tax`.
    """

    class Status(models.TextChoices):
        PLACED = "placed", "placed"
        CANCELLED = "cancelled", "cancelled"

    id = opaque_key()
    source = models.ForeignKey(Source, models.PROTECT, related_name="orders")
    external_id = models.CharField(max_length=128, help_text="The shop's own number of the order.")
    identity = models.ForeignKey(Identity, models.PROTECT, related_name="orders")
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.PLACED, db_default=Status.PLACED)
    placed_at = models.DateTimeField()
    currency = models.CharField(max_length=3, help_text="ISO 4217.")
    items_total = models.DecimalField(max_digits=14, decimal_places=4, help_text="Sum of the lines.")
    discount = models.DecimalField(max_digits=14, decimal_places=4, default=0, db_default=0)
    shipping = models.DecimalField(max_digits=14, decimal_places=4, default=0, db_default=0)
    tax = models.DecimalField(max_digits=14, decimal_places=4, default=0, db_default=0)
    total = models.DecimalField(max_digits=14, decimal_places=4)
    refunded = models.DecimalField(max_digits=14, decimal_places=4, default=0, db_default=0)
    body = models.UUIDField(editable=False, help_text="Hash of the parsed values: tells a repeated order from another.")
    attributes = models.JSONField(default=dict, blank=True)
    received_at = created_now()
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())

    class Meta:
        ordering = ["-placed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                name="order_external_id_unique",
                violation_error_message="This source has an order of this number.",
            ),
            models.CheckConstraint(condition=CURRENCY, name="order_currency_is_iso"),
            models.CheckConstraint(
                condition=Q(items_total__gte=0, discount__gte=0, shipping__gte=0, tax__gte=0, total__gte=0),
                name="order_money_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(total=F("items_total") - F("discount") + F("shipping") + F("tax")),
                name="order_total_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=F("total")),
                name="order_refunded_within_total",
                violation_error_message="More can't be refunded than was paid.",
            ),
        ]
        indexes = [
            models.Index(fields=["-placed_at"], name="order_placed_at"),
            models.Index(fields=["identity", "-placed_at"], name="order_identity_placed_at"),
            models.Index(fields=["updated_at"], name="order_updated_at"),
        ]

    def __str__(self) -> str:
        return self.external_id


class OrderLine(models.Model):
    """Some pieces of one item in an order."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    number = models.PositiveSmallIntegerField(help_text="Its place in the order, from 1.")
    item = models.ForeignKey(Item, models.PROTECT, related_name="order_lines")
    quantity = models.DecimalField(max_digits=12, decimal_places=3)
    unit_price = models.DecimalField(max_digits=14, decimal_places=4)
    discount = models.DecimalField(max_digits=14, decimal_places=4, default=0, db_default=0)

    class Meta:
        ordering = ["order", "number"]
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="order_line_number_unique"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="order_line_quantity_positive"),
            models.CheckConstraint(
                condition=Q(unit_price__gte=0, discount__gte=0), name="order_line_money_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{plain(self.quantity)} × {self.item}"


class Refund(models.Model):
    """Money given back for an order, for one line of it or for the whole."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="refunds")
    external_id = models.CharField(max_length=128)
    line = models.ForeignKey(OrderLine, models.CASCADE, null=True, blank=True, related_name="refunds")
    quantity = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=4)
    reason = models.CharField(max_length=200, blank=True, default="")
    refunded_at = models.DateTimeField()
    body = models.UUIDField(editable=False)
    received_at = created_now()

    class Meta:
        ordering = ["-refunded_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "external_id"],
                name="refund_external_id_unique",
                violation_error_message="This order has a refund of this number.",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_positive"),
            models.CheckConstraint(
                condition=Q(quantity__isnull=True) | Q(quantity__gt=0), name="refund_quantity_positive"
            ),
        ]
        indexes = [
            models.Index(fields=["refunded_at"], name="refund_refunded_at"),
            models.Index(fields=["received_at"], name="refund_received_at"),
        ]

    def __str__(self) -> str:
        return f"{plain(self.amount)} of {self.order}"


class ExchangeRate(models.Model):
    """What one unit of a currency was worth in the base currency on a day; it holds until the next one."""

    base = models.CharField(max_length=3)
    currency = models.CharField(max_length=3)
    day = models.DateField()
    rate = models.DecimalField(max_digits=20, decimal_places=10, help_text="Units of base for one unit of currency.")

    class Meta:
        ordering = ["-day", "currency"]
        constraints = [
            models.UniqueConstraint(
                fields=["base", "currency", "day"],
                name="exchange_rate_unique",
                violation_error_message="There is a rate of this day.",
            ),
            models.CheckConstraint(condition=Q(rate__gt=0), name="exchange_rate_positive"),
            models.CheckConstraint(
                condition=CURRENCY & Q(base__regex=r"^[A-Z]{3}$"), name="exchange_rate_currencies_are_iso"
            ),
        ]

    def __str__(self) -> str:
        return f"1 {self.currency} = {plain(self.rate)} {self.base}"
