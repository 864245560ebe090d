"""An order of Shopify's export: a record a line, and all that is about the whole order in its first one."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

SHOPIFY_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) ([+-]\d\d):?(\d\d)")
# Told by refunds: the order itself stays what it was when it was paid, and is known again.
REFUNDED: Final = ("refunded", "partially_refunded")
DATES: Final = ("Created at", "Paid at", "Fulfilled at")
KEPT: Final = {"Financial Status": "financialStatus", "Source": "source", "Discount Code": "discountCode"}


def order_of(rows: Sequence[dict[str, str]]) -> dict[str, Any] | None:
    """The order in the words of the orders' door; None for one that was cancelled or voided.

    Where taxes are part of the prices, which the sums tell, they are kept as an attribute, not added again.
    """
    first = rows[0]
    if first.get("Cancelled at") or first.get("Financial Status") == "voided":
        return None
    if first.get("Financial Status") in REFUNDED:
        first = {**first, "Financial Status": "paid"}
    email = first.get("Email", "").strip().lower()
    order: dict[str, Any] = {
        "id": first["Name"],
        "placedAt": instant(first["Created at"]),
        "currency": first["Currency"],
        "lines": [_line(row) for row in rows if row["Lineitem quantity"]],
        "discount": first.get("Discount Amount") or "0",
        "shipping": first.get("Shipping") or "0",
        "attributes": {ours: first[theirs] for theirs, ours in KEPT.items() if first.get(theirs)},
    }
    # A guest without an address is somebody all the same: the one who placed this order.
    order |= {"customer": email} if email else {"visitor": f"order {first['Name']}"}
    taxes = first.get("Taxes") or "0"
    if _included(first, taxes=taxes):
        order["attributes"]["includedTax"] = taxes
    else:
        order["tax"] = taxes
    return order | ({"total": first["Total"]} if first.get("Total") else {})


def refunded_of(first: dict[str, str]) -> dict[str, Any] | None:
    """What was given back of the order so far, in the words of the refunds' door; None for nothing.

    The export says how much, not when nor for which line: it is dated by the last that the export tells of the order.
    """
    amount = first.get("Refunded Amount", "").strip()
    if not amount or not amount.strip("0.,"):
        return None
    return {
        "id": f"refunded {amount}",
        "order": first["Name"],
        "amount": amount,
        "currency": first["Currency"],
        "refundedAt": max((instant(first[name]) for name in DATES if first.get(name)), key=_moment, default=""),
        "reason": "Shopify's export",
    }


def instant(text: str) -> str:
    """Shopify's spelling of a time, “2026-01-31 10:00:00 +0100”, as ISO 8601."""
    found = SHOPIFY_TIME.fullmatch(text.strip())
    return f"{found[1]}T{found[2]}{found[3]}:{found[4]}" if found else text


def _moment(text: str) -> datetime:
    """By which times are compared; what is none comes last, so that its own check will say so."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.max.replace(tzinfo=UTC)


def _line(row: dict[str, str]) -> dict[str, Any]:
    return {
        "item": row["Lineitem sku"].removeprefix("'") or row.get("Lineitem name", ""),
        "quantity": row["Lineitem quantity"],
        "unitPrice": row["Lineitem price"],
        "discount": row.get("Lineitem discount") or "0",
    }


def _included(first: dict[str, str], *, taxes: str) -> bool:
    try:
        without = Decimal(first.get("Subtotal") or "0") + Decimal(first.get("Shipping") or "0")
        return Decimal(first.get("Total") or "0") == without and Decimal(taxes) > 0
    except InvalidOperation:  # the order's own check will say which amount is none
        return False
