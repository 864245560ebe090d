"""Which rows of a selection are wanted: parameters as text in, values for its SQL out."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from marketing.errors import InvalidInput
from marketing.event_kinds import KINDS
from marketing.exports.selections import Selection
from marketing.models import CustomEventKind, Source

EXPECTED = "a day (2026-05-01) or an instant with its offset (2026-05-01T12:00:00Z) expected"


def parse_filters(selection: Selection, given: Mapping[str, str]) -> dict[str, Any]:
    """The values of the filters that were given; blank ones count as left out.

    `from` is inclusive, `to` is not. Days are cut in the business's time zone.

    Raises:
        InvalidInput: naming the parameter: unknown to this selection, unreadable, or of something that isn't there.

    """
    said = {name: value.strip() for name, value in given.items() if value.strip()}
    if unknown := sorted(set(said) - set(selection.filters)):
        raise InvalidInput(unknown[0][:64], f"no such parameter; there are {', '.join(selection.filters)}")
    values: dict[str, Any] = {name: _READERS[name](value, name) for name, value in said.items()}
    if "from" in values and "to" in values and values["from"] >= values["to"]:
        raise InvalidInput("to", "a time after “from” expected")
    return values


def _instant(value: str, name: str) -> datetime:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        pass
    else:
        return timezone.make_aware(datetime.combine(day, time.min))
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        raise InvalidInput(name, f"{EXPECTED}, got “{value[:40]}”") from None
    if instant.tzinfo is None:
        # A “+” that was not escaped in an address arrives as a space, which is no offset either.
        raise InvalidInput(name, f"{EXPECTED}, got one without an offset")
    return instant


def _source(value: str, name: str) -> int:
    found = Source.objects.filter(code=value).values_list("pk", flat=True).first() if "\0" not in value else None
    if found is None:
        raise InvalidInput(name, f"the code of a source expected; none has “{value[:64]}”")
    return found


def _kind(value: str, name: str) -> str:
    if value in KINDS or ("\0" not in value and CustomEventKind.objects.filter(name=value).exists()):
        return value
    raise InvalidInput(name, f"a kind of event expected, e.g. {', '.join(list(KINDS)[:5])}; got “{value[:32]}”")


_READERS = {"from": _instant, "to": _instant, "source": _source, "kind": _kind}
