"""Endpoints of webhooks: made with a secret that is shown once, given a new one, pinged."""

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction

from marketing.errors import InvalidInput
from marketing.models import Outbox, WebhookEndpoint
from marketing.services.webhooks import TOPICS, wake
from marketing.webhooks import check_url, new_secret

PING = "ping"


def create_endpoint(*, name: str, url: str, topics: Sequence[str], active: bool = True) -> tuple[WebhookEndpoint, str]:
    """Make an endpoint, and give the row and its secret, which is never shown again.

    Raises:
        InvalidInput: for an address that deliveries may not go to, an unknown topic or an empty name.

    """
    if not name.strip():
        raise InvalidInput("name", "is empty; expected who listens, e.g. “warehouse”")
    check_url(url, private_allowed=settings.WEBHOOK_PRIVATE_ADDRESSES)
    if unknown := sorted(set(topics) - set(TOPICS)):
        raise InvalidInput("topics", f"“{unknown[0]}” is none of {', '.join(TOPICS)}")
    secret = new_secret()
    row = WebhookEndpoint.objects.create(
        name=name.strip(), url=url, topics=sorted(set(topics)), active=active, secret=secret
    )
    return row, secret


def rotate_secret(endpoint: WebhookEndpoint) -> str:
    """Give the endpoint a new secret. Deliveries are signed with the one before too, until the next rotation.

    So the listener can change over in its own time; a signature more tells nobody anything.
    """
    secret = new_secret()
    with transaction.atomic():
        locked = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
        before = locked.secret.split()[:1]
        locked.secret = " ".join([secret, *before])
        locked.save(update_fields=["secret"])
    return secret


def ping(endpoint: WebhookEndpoint) -> Outbox:
    """Send the endpoint a delivery that says nothing, whatever its topics are.

    Raises:
        InvalidInput: the endpoint is not active, so that nothing is sent to it.

    """
    if not endpoint.active:
        raise InvalidInput("active", "this endpoint is off; switch it on first")
    delivery = Outbox.objects.create(endpoint=endpoint, topic=PING, payload={"endpoint": endpoint.name})
    transaction.on_commit(wake)
    return delivery
