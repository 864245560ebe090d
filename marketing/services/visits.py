"""Tokens given out: to a shop's server for one of its customers, and to anybody for an anonymous visit."""

import uuid
from dataclasses import dataclass

from django.conf import settings

from marketing.identities import customer_identity
from marketing.models import Identity, Source
from marketing.services.event_people import nobody_of
from marketing.tokens import SignedToken, mint_token


@dataclass(frozen=True)
class Visit:
    """An anonymous visit: the visitor's name and the token that proves it."""

    visitor: str
    signed: SignedToken


def mint_customer_token(*, source: Source, external_id: str) -> SignedToken:
    """A short-lived token for the customer whom the shop calls `external_id`; an unknown one gets a stub."""
    identity = customer_identity(source, external_id, create=True)
    return sign_customer(identity)


def sign_customer(identity: Identity) -> SignedToken:
    """The token of a customer who is already known."""
    return mint_token("customer", source=identity.source.code, subject=identity.value)


def start_visit(*, source: Source | None = None) -> Visit:
    """A new visitor of the source; without one, of the browsers' own. The visitor's row is made by the first event."""
    source = source or browser_source()
    visitor = str(uuid.uuid4())
    return Visit(visitor=visitor, signed=mint_token("visitor", source=source.code, subject=visitor))


def browser_source() -> Source:
    """The source of people who come without a shop's key."""
    source, _created = Source.objects.get_or_create(code=settings.BROWSER_SOURCE, defaults={"name": "Browsers"})
    return source


def nobody_in_particular(source: Source) -> Identity:
    """The identity that events count under whose person did not agree to be known, in this source."""
    return Identity.objects.select_related("source").get(pk=nobody_of(source))
