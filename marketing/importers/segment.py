"""Segment's raw export: one call a line. Track calls in the words of its e-commerce spec, page, identify."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from marketing.importers.frame import import_parts
from marketing.importers.job import Job
from marketing.importers.json_lines import json_part
from marketing.importers.records import checked_encoding
from marketing.importers.report import ImportReport

KINDS: Final = {
    "Product Viewed": "view",
    "Product Clicked": "click",
    "Product Added": "add_to_cart",
    "Product Removed": "remove_from_cart",
    "Product Shared": "share",
    "Product Reviewed": "review",
    "Product Added to Wishlist": "like",
    "Products Searched": "search",
    "Order Completed": "purchase",
    "Order Refunded": "refund",
    "Promotion Viewed": "ad_impression",
    "Promotion Clicked": "ad_click",
}
COUNTED: Final = ("add_to_cart", "remove_from_cart", "purchase", "refund")
# Traits that are fields of a customer; all others are kept as attributes.
TRAITS: Final = {"email": "email", "name": "name", "locale": "locale", "timezone": "timeZone"}
TIMES: Final = ("timestamp", "originalTimestamp", "sentAt", "receivedAt")

Said = Mapping[str, Sequence[dict[str, Any]]]
NOTHING: Said = {}


def import_segment(path: Path, *, job: Job) -> ImportReport:
    """Store track and page calls that we have a kind for as events, identify calls as customers; others are left out.

    Raises:
        InvalidInput: there is no such file, or nothing in it.

    """
    part = json_part(path, encoding=checked_encoding(job.options.encoding), meaning=meaning)
    return import_parts([part], layout="Segment", job=job, make_items=job.options.make_items)


def meaning(call: dict[str, Any]) -> Said:
    """What a call says in our words."""
    match call.get("type"):
        case "identify" if call.get("userId"):
            return {"customers": (_customer(call),)}
        case "track" if call.get("event") in KINDS:
            return {"events": _events(call, kind=KINDS[call["event"]])}
        case "page" if _sku(_properties(call)):
            return {"events": (_event(call, kind="view", about=_properties(call)),)}
    return NOTHING


def _events(call: dict[str, Any], *, kind: str) -> Sequence[dict[str, Any]]:
    """One event, or one for each product of an order."""
    products = _properties(call).get("products")
    if kind not in ("purchase", "refund") or not isinstance(products, list) or not products:
        return (_event(call, kind=kind, about=_properties(call)),)
    return [
        _event(call, kind=kind, about=product if isinstance(product, dict) else {}, number=number)
        for number, product in enumerate(products, 1)
    ]


def _event(call: dict[str, Any], *, kind: str, about: dict[str, Any], number: int = 0) -> dict[str, Any]:
    named = call.get("messageId")
    event = {
        "id": f"{named}:{number}" if named is not None and number else named,
        "kind": kind,
        "occurredAt": next((call[name] for name in TIMES if call.get(name) is not None), None),
        "item": _sku(about),
        "value": about.get("quantity") if kind in COUNTED else None,
        "customer": call.get("userId"),
        "visitor": None if call.get("userId") else call.get("anonymousId"),
        "context": _context(call),
        "payload": _payload(kind, about=about, order=_properties(call)),
    }
    return {name: value for name, value in event.items() if value is not None}


def _payload(kind: str, *, about: dict[str, Any], order: dict[str, Any]) -> dict[str, Any] | None:
    said: dict[str, Any] = {}
    match kind:
        case "purchase":
            said = {"order": _named(order), "currency": order.get("currency"), "price": about.get("price")}
        case "refund":
            amount = None if about is not order else order.get("total")
            said = {"order": _named(order), "currency": order.get("currency"), "amount": amount}
        case "search":
            said = {"query": about.get("query")}
        case "review":
            said = {"text": about.get("review_body"), "stars": about.get("rating")}
        case "share":
            said = {"channel": about.get("share_via")}
        case "ad_impression" | "ad_click":
            said = {"creative": about.get("creative"), "placement": about.get("position")}
    return {name: value for name, value in said.items() if value is not None} or None


def _named(order: dict[str, Any]) -> str | None:
    return None if order.get("order_id") is None else str(order["order_id"])


def _context(call: dict[str, Any]) -> dict[str, Any] | None:
    context = call.get("context")
    if not isinstance(context, dict):
        return None
    page, campaign = context.get("page"), context.get("campaign")
    said = {"page": page.get("url") if isinstance(page, dict) else None, "campaign": campaign or None}
    return {name: value for name, value in said.items() if value is not None} or None


def _customer(call: dict[str, Any]) -> dict[str, Any]:
    traits = call.get("traits")
    given = dict(traits) if isinstance(traits, dict) else {}
    if "name" not in given and (name := f"{given.get('firstName', '')} {given.get('lastName', '')}".strip()):
        given["name"] = name
    fields = {ours: given.pop(theirs) for theirs, ours in TRAITS.items() if given.get(theirs)}
    return {"externalId": call["userId"], **fields, "attributes": given}


def _properties(call: dict[str, Any]) -> dict[str, Any]:
    properties = call.get("properties")
    return properties if isinstance(properties, dict) else {}


def _sku(about: dict[str, Any]) -> Any:
    return about.get("sku") or about.get("product_id")
