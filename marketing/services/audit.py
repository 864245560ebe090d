"""What staff and keys did, written in the transaction of what they did, so that neither stands without the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from marketing.models import ApiKey, AuditEntry, User


@dataclass(frozen=True)
class Change:
    """A row and how it was before and after, as JSON's values; None: it was not there."""

    row: Model
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def record(
    *,
    action: str,
    row: Model,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    user: User | None = None,
    api_key: ApiKey | None = None,
) -> AuditEntry:
    """Add one entry: `action` is a verb and what it was done to, e.g. merge-customers."""
    (entry,) = record_all(action=action, changes=[Change(row, before, after)], user=user, api_key=api_key)
    return entry


def record_all(
    *, action: str, changes: Sequence[Change], user: User | None = None, api_key: ApiKey | None = None
) -> list[AuditEntry]:
    """As `record`, for many rows that one call changed, in one statement."""
    entries = [
        AuditEntry(
            user=user,
            api_key=api_key,
            action=action,
            object_type=change.row._meta.label_lower,  # noqa: SLF001 – Django documents it as public
            object_id=str(change.row.pk),
            before=change.before,
            after=change.after,
        )
        for change in changes
    ]
    return AuditEntry.objects.bulk_create(entries)
