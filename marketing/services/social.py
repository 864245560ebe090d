"""What people do with an item on a social platform, told as an event of ours, and who may tell it."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.utils.crypto import salted_hmac
from standardwebhooks import Webhook, WebhookVerificationError

from marketing.errors import NotAuthenticated
from marketing.models import Source

SALT: Final = "marketing.services.social"

FIELDS: Final = ("id", "platform", "item", "user", "kind", "time", "text", "post")
# What platforms call it → our kind. Anything else goes on as it is, and the parser says which kinds there are.
KINDS: Final = {
    "like": "like",
    "favorite": "like",
    "reaction": "like",
    "comment": "comment",
    "reply": "comment",
    "share": "share",
    "repost": "share",
    "retweet": "share",
}


def as_event(row: dict[str, Any]) -> dict[str, Any]:
    """The interaction in the words of the events' door. Who it was is a visitor named platform:user.

    Without an id of its own it gets one of what it says, so that a relay may send it again.
    """
    platform, kind, text = (_text(row.get(name)) for name in ("platform", "kind", "text"))
    kind = KINDS.get(kind.lower(), kind)
    event: dict[str, Any] = {
        "id": f"{platform}:{row['id']}" if row.get("id") not in (None, "") else _derived(row),
        "kind": kind,
        "occurredAt": row.get("time"),
        "item": row.get("item"),
        "visitor": f"{platform}:{_text(row.get('user')).removeprefix('@')}" if row.get("user") else None,
        "context": {"platform": platform} | ({"post": row["post"]} if row.get("post") else {}),
    }
    if kind == "comment":
        event["payload"] = {"text": text or None}
    elif kind == "share":
        event["payload"] = {"channel": platform or None}
    return {name: value for name, value in event.items() if value is not None}


def signing_secret(source_code: str, *, key: str | None = None) -> str:
    """What a relay signs with for this source, in Standard Webhooks' notation. It changes with SECRET_KEY."""
    digest = salted_hmac(SALT, source_code, secret=key, algorithm="sha256").digest()
    return f"whsec_{base64.b64encode(digest).decode()}"


def signed_source(raw: bytes, *, code: str, headers: Mapping[str, str]) -> Source:
    """The source of this code, when its secret signed the body within the last five minutes.

    Raises:
        NotAuthenticated: it did not, or there is no such source.

    """
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if any(_verifies(raw, signing_secret(code, key=key), headers) for key in keys):
        source = Source.objects.filter(code=code).first()
        if source is not None:
            return source
    raise NotAuthenticated("This needs a body that was signed within five minutes with the source's secret.")


def _verifies(raw: bytes, secret: str, headers: Mapping[str, str]) -> bool:
    try:
        Webhook(secret).verify(raw, dict(headers), json_parse=False)
    except (WebhookVerificationError, ValueError):  # ValueError: a signature that is not of the standard's form
        return False
    return True


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _derived(row: dict[str, Any]) -> str:
    said = "\x1f".join(str(row.get(name) or "") for name in FIELDS[1:])
    return hashlib.sha256(said.encode("utf-8", errors="replace")).hexdigest()[:32]
