"""Signed tokens of customers and visitors: what browsers and apps show instead of a shop's key.

A token's audience says whose it is, so that a visitor's token never passes for a customer's. Nothing is stored: a token
holds until it expires, so customers' tokens are short-lived.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

import jwt
from django.conf import settings
from django.utils.crypto import salted_hmac

from marketing.errors import NotAuthenticated

TokenKind = Literal["customer", "visitor"]

KINDS: Final[tuple[TokenKind, ...]] = ("customer", "visitor")
ALGORITHM: Final = "HS256"
# A token of ours has some 300 characters; what is much longer is not worth a hash.
MAX_LENGTH: Final = 2048


@dataclass(frozen=True)
class SignedToken:
    token: str
    expires_at: datetime


@dataclass(frozen=True)
class Claims:
    """What a token vouches for: `subject` is a customer's external id, or a visitor's random name."""

    kind: TokenKind
    source: str
    subject: str


def mint_token(kind: TokenKind, *, source: str, subject: str) -> SignedToken:
    """Sign a token of the kind for the subject in the source (its code). Who may ask is decided by the doors."""
    now = datetime.now(UTC)
    lifetime = {"customer": settings.CUSTOMER_TOKEN_LIFETIME, "visitor": settings.VISITOR_TOKEN_LIFETIME}[kind]
    claims = {"aud": _audience(kind), "src": source, "sub": subject, "iat": now, "exp": now + lifetime}
    token = jwt.encode(claims, _key(settings.SECRET_KEY), algorithm=ALGORITHM)
    return SignedToken(token=token, expires_at=(now + lifetime).replace(microsecond=0))


def read_token(token: str, *, kinds: tuple[TokenKind, ...] = KINDS) -> Claims:
    """What the token vouches for.

    Raises:
        NotAuthenticated: when it is not ours, of another kind, changed or expired.

    """
    if len(token) > MAX_LENGTH:
        raise NotAuthenticated(f"The token is longer than {MAX_LENGTH} characters, so it is none of ours.")
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return _claims(token, secret=secret, kinds=kinds)
        except jwt.InvalidSignatureError:
            continue
        except jwt.ExpiredSignatureError as error:
            raise NotAuthenticated("The token has expired; ask for a new one.") from error
        except jwt.InvalidAudienceError as error:
            raise NotAuthenticated(f"The token is not a {' or '.join(kinds)}'s.") from error
        except jwt.InvalidTokenError as error:
            raise NotAuthenticated("The credential is neither an API key nor a token that can be read.") from error
    raise NotAuthenticated("The token's signature is not ours.")


def _claims(token: str, *, secret: str, kinds: tuple[TokenKind, ...]) -> Claims:
    claims = jwt.decode(
        token,
        _key(secret),
        algorithms=[ALGORITHM],
        audience=[_audience(kind) for kind in kinds],
        options={"require": ["aud", "src", "sub", "iat", "exp"], "strict_aud": False},
    )
    (kind,) = [kind for kind in kinds if _audience(kind) == claims["aud"]]
    return Claims(kind=kind, source=claims["src"], subject=claims["sub"])


def _audience(kind: TokenKind) -> str:
    return f"attune:{kind}"


def _key(secret: str) -> bytes:
    """A key of its own, so that nothing else that Django signs with the secret can pass for a token."""
    return salted_hmac("marketing.tokens", "", secret=secret, algorithm="sha256").digest()
