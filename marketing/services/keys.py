"""API keys: made once, shown once, kept as a hash, replaced by a second one and revoked."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.utils import timezone

from marketing.errors import InvalidInput
from marketing.models import ApiKey, Source

PREFIX: Final = "atk_"
# Characters of the key that stay readable in lists: too few to guess the rest from.
SHOWN: Final = len(PREFIX) + 6


def create_api_key(
    *, source: Source, name: str, scopes: Sequence[str], expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """Make a key of the source with the scopes, and give the row and the secret, which is never shown again.

    Raises:
        InvalidInput: for a scope that doesn't exist, an empty name, or an end in the past.

    """
    unknown = sorted(set(scopes) - set(ApiKey.Scope.values))
    if unknown:
        raise InvalidInput("scopes", f"“{unknown[0]}” is none of {', '.join(ApiKey.Scope.values)}")
    if not name.strip():
        raise InvalidInput("name", "is empty; expected where the key is used, e.g. “shop server, production”")
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidInput("expires_at", "lies in the past")
    secret = PREFIX + secrets.token_urlsafe(32)
    row = ApiKey.objects.create(
        source=source,
        name=name.strip(),
        prefix=secret[:SHOWN],
        secret_hash=hash_secret(secret),
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
    )
    return row, secret


def revoke_api_key(api_key: ApiKey) -> ApiKey:
    """End the key at once. Revoking it again changes nothing."""
    if api_key.revoked_at is None:
        api_key.revoked_at = timezone.now()
        api_key.save(update_fields=["revoked_at"])
    return api_key


def hash_secret(secret: str) -> bytes:
    """Plain SHA-256 is enough: the secret has 256 random bits, so there is nothing to guess slowly."""
    return hashlib.sha256(secret.encode()).digest()
