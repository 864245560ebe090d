"""Items taken out of every list without losing what happened with them, and put back."""

from collections.abc import Collection
from uuid import UUID

from django.db.models.functions import Now

from marketing.models import Item


def retire_items(*, item_ids: Collection[UUID]) -> int:
    """Show these items to nobody from now on; gives how many were offered until then. Their events stay."""
    return Item.objects.filter(pk__in=item_ids, deleted_at__isnull=True).update(deleted_at=Now(), updated_at=Now())


def restore_items(*, item_ids: Collection[UUID]) -> int:
    """Offer retired items again, within their own dates; gives how many were retired."""
    return Item.objects.filter(pk__in=item_ids, deleted_at__isnull=False).update(deleted_at=None, updated_at=Now())
