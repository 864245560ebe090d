"""All kinds of events of this installation: the built-in ones, and those that staff added."""

import logging
import time
from collections.abc import Mapping
from typing import Any, Final

from django.db import connection
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from marketing.errors import InvalidInput
from marketing.event_kinds import KINDS, EventKind, custom_kind
from marketing.models import CustomEventKind

# Every process learns within this time of what another one changed; its own changes hold at once.
KEPT_SECONDS: Final = 5.0

logger = logging.getLogger("attune.events")
_known: dict[str, tuple[float, Mapping[str, EventKind]]] = {}


def kinds() -> Mapping[str, EventKind]:
    """Name → kind. One query in a few seconds."""
    database = str(connection.settings_dict["NAME"])
    until, known = _known.get(database, (0.0, KINDS))
    if time.monotonic() < until:
        return known
    known = {**_added(), **KINDS}
    if not connection.in_atomic_block:  # else it may yet be rolled back
        _known[database] = (time.monotonic() + KEPT_SECONDS, known)
    return known


def find_kind(name: str) -> EventKind | None:
    """The kind of this name. A built-in one is found without a query."""
    return KINDS.get(name) or kinds().get(name)


def kind_of_row(row: CustomEventKind) -> EventKind:
    """The kind that a row describes.

    Raises:
        InvalidInput: naming the field that describes none.

    """
    return custom_kind(
        name=row.name,
        label=row.label,
        needs_item=row.needs_item,
        value_unit=row.value_unit,
        value_minimum=row.value_minimum,
        value_maximum=row.value_maximum,
        payload=row.payload,
    )


def _added() -> dict[str, EventKind]:
    added = {}
    for row in CustomEventKind.objects.filter(active=True).order_by("name"):
        try:
            added[row.name] = kind_of_row(row)
        except InvalidInput:  # written past the admin; the other kinds must work all the same
            logger.exception("The event kind “%s” can't be used.", row.name)
    return added


@receiver([post_save, post_delete], sender=CustomEventKind, dispatch_uid="marketing.event_registry")
def forget(**_: Any) -> None:
    _known.clear()
