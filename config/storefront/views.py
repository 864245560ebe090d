"""The shop's pages. They hold a frame; what is in it comes through the public GraphQL, as in any other shop."""

from dataclasses import asdict
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from config.storefront.shop import Shopper, shop, shoppers
from config.storefront.shop import training as how_training_goes
from marketing.models import Customer, Item
from marketing.services.visits import mint_customer_token

# Nothing from elsewhere, nothing inline; items may have their pictures on another host.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' https: data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return page(request, item=None)


@require_safe
def product(request: HttpRequest, sku: str) -> HttpResponse:
    item = Item.objects.offered().select_related("category").filter(sku=sku).first()
    if item is None:
        raise Http404("There is no such product, or it is not offered now.")
    return page(request, item=item)


@require_POST
def session(request: HttpRequest) -> HttpResponse:
    """A customer's token for the browser. A real shop's server would know who logged in; here anybody may be anybody."""
    external_id = request.POST.get("customer", "")
    customer = Customer.objects.select_related("source").filter(external_id=external_id).first()
    if customer is None:
        return JsonResponse({"error": "customer: nobody has this id"}, status=404)
    signed = mint_customer_token(source=customer.source, external_id=customer.external_id)
    return JsonResponse({"token": signed.token, "expiresAt": signed.expires_at}, headers={"Cache-Control": "no-store"})


@require_safe
def training(request: HttpRequest) -> HttpResponse:
    return JsonResponse(how_training_goes(), headers={"Cache-Control": "no-store"})


def page(request: HttpRequest, *, item: Item | None) -> HttpResponse:
    people = shoppers()
    context = {"shop": shop(), "item": item, "shoppers": people, "page": for_browser(request, people, item)}
    answer = render(request, "storefront/page.html", context)
    answer["Content-Security-Policy"] = POLICY
    return answer


def for_browser(request: HttpRequest, people: list[Shopper], item: Item | None) -> dict[str, Any]:
    """What the page's scripts start from."""
    return {
        "item": {"id": str(item.pk), "sku": item.sku, "title": item.title} if item else None,
        "shoppers": [asdict(person) for person in people],
        "productUrl": reverse("storefront:product", args=["SKU"]),
        "sessionUrl": reverse("storefront:session"),
        "trainingUrl": reverse("storefront:training"),
        "csrfToken": get_token(request),
    }
