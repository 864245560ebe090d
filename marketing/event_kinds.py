"""What can happen: the kinds of events, what their value means and what their payload holds. No database here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal, get_args
from urllib.parse import urlsplit

import msgspec

from marketing.errors import InvalidInput
from marketing.plain_text import CONTROL, clean, kind_of, short_text

FieldType = Literal["text", "number", "integer", "boolean", "url"]

TEXT_LIMIT: Final = 20_000
NUMBER_LIMIT: Final = 1e12
URL_LIMIT: Final = 2_000


@dataclass(frozen=True)
class ValueRule:
    """What an event's `value` means and which numbers it may be."""

    unit: str
    minimum: float
    maximum: float
    exclusive: bool = False  # the minimum itself is no value
    required: bool = False
    default: float | None = None

    def check(self, value: float) -> float:
        """The value, when the rule allows it.

        Raises:
            InvalidInput: naming `value`.

        """
        # NaN compares false with everything, so the rule is asked for what it allows.
        allowed = (self.minimum < value if self.exclusive else self.minimum <= value) and value <= self.maximum
        if not allowed:
            start = f"above {self.minimum:g}" if self.exclusive else f"from {self.minimum:g}"
            raise InvalidInput("value", f"{self.unit} {start} to {self.maximum:g} expected, got {value:g}")
        return value + 0.0  # -0.0 becomes 0.0


@dataclass(frozen=True)
class Field:
    """A field of a payload. `maximum` is the largest number, or of a text its most characters."""

    type: FieldType
    description: str = ""
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None

    def check(self, value: Any, *, field: str) -> str | float | int | bool:
        """The value, clean.

        Raises:
            InvalidInput: naming `field`.

        """
        match self.type:
            case "text":
                return short_text(value, field=field, limit=self.length, blank=not self.required)
            case "url":
                return _web_address(value, field=field, limit=self.length)
            case "boolean":
                if not isinstance(value, bool):
                    raise InvalidInput(field, f"true or false expected, got {kind_of(value)}")
                return value
        return self._number(value, field=field)

    @property
    def length(self) -> int:
        return int(self.maximum or (URL_LIMIT if self.type == "url" else TEXT_LIMIT))

    @property
    def bounds(self) -> tuple[float, float]:
        least = -NUMBER_LIMIT if self.minimum is None else self.minimum
        return least, NUMBER_LIMIT if self.maximum is None else self.maximum

    def _number(self, value: Any, *, field: str) -> float | int:
        whole = self.type == "integer"
        expected = "a whole number" if whole else "a number"
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InvalidInput(field, f"{expected} expected, got {kind_of(value)}")
        least, most = self.bounds
        if not least <= value <= most:  # NaN is between nothing
            raise InvalidInput(field, f"{expected} from {least:g} to {most:g} expected, got another")
        if not whole:
            return float(value) + 0.0
        if value != int(value):
            raise InvalidInput(field, f"{expected} expected, got a fraction")
        return int(value)


NO_PAYLOAD: Final[Mapping[str, Field]] = MappingProxyType({})


@dataclass(frozen=True)
class EventKind:
    name: str
    label: str
    value: ValueRule | None = None
    needs_item: bool = True
    payload: Mapping[str, Field] = field(default_factory=lambda: NO_PAYLOAD)

    def check_payload(self, value: Any) -> dict[str, Any]:
        """What the event says besides its value, clean. A field that is null is left out.

        Raises:
            InvalidInput: naming `payload`, or `payload.` and the field.

        """
        if value is None:
            value = {}
        if not isinstance(value, Mapping):
            raise InvalidInput("payload", f"a JSON object expected, got {kind_of(value)}")
        for name in value:
            if name not in self.payload:
                there = f"there are {', '.join(self.payload)}" if self.payload else f"a {self.name} has none"
                raise InvalidInput(f"payload.{clean(str(name))[:64]}", f"no such field; {there}")
        checked = {}
        for name, rule in self.payload.items():
            if (given := value.get(name)) is not None:
                checked[name] = rule.check(given, field=f"payload.{name}")
            elif rule.required:
                raise InvalidInput(f"payload.{name}", "missing")
        return checked

    def without_words(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """The payload less its texts and addresses, which may say who somebody is."""
        return {name: value for name, value in payload.items() if not isinstance(value, str)}


def custom_kind(
    *,
    name: str,
    label: str,
    needs_item: bool,
    value_unit: str,
    value_minimum: float | None,
    value_maximum: float | None,
    payload: Any,
) -> EventKind:
    """A kind that staff describe.

    Raises:
        InvalidInput: naming the argument that describes none.

    """
    least = 0.0 if value_minimum is None else value_minimum
    most = NUMBER_LIMIT if value_maximum is None else value_maximum
    if not -NUMBER_LIMIT <= least < most <= NUMBER_LIMIT:
        raise InvalidInput("value_maximum", f"a number above the minimum, {least:g}, expected, got {most:g}")
    value = ValueRule(value_unit, least, most) if value_unit else None
    return EventKind(name, label, value, needs_item, _described_fields(payload))


def _described_fields(payload: Any) -> dict[str, Field]:
    try:
        described = msgspec.convert(payload, dict[str, _Described])
    except msgspec.ValidationError as error:
        raise InvalidInput("payload", str(error)) from None
    for name, one in described.items():
        if not name.isidentifier() or len(name) > 64:
            raise InvalidInput("payload", f"names of letters, digits and “_” expected, got “{name[:64]}”")
        if one.maximum is not None and not (one.minimum or 0) < one.maximum <= NUMBER_LIMIT:
            raise InvalidInput("payload", f"{name}: a maximum above the minimum expected, got {one.maximum:g}")
        if one.type in ("text", "url") and (one.maximum or 0) > TEXT_LIMIT:
            raise InvalidInput("payload", f"{name}: at most {TEXT_LIMIT} characters expected, got {one.maximum:g}")
    return {name: Field(**msgspec.structs.asdict(one)) for name, one in described.items()}


class _Described(msgspec.Struct, forbid_unknown_fields=True):
    type: FieldType
    description: str = ""
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None


def _web_address(value: Any, *, field: str, limit: int) -> str:
    text = short_text(value, field=field, limit=limit, blank=False)
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or CONTROL.search(text):
        raise InvalidInput(field, "an http(s) address expected")
    return text


FIELD_TYPES: Final = get_args(FieldType)
PIECES = ValueRule("pieces", 0, 1_000_000, exclusive=True, default=1.0)
STARS = ValueRule("stars", 0.5, 5, required=True)
DWELL = ValueRule("seconds", 0, 86_400)

_order = {
    "order": Field("text", "The shop's number of the order.", maximum=128),
    "currency": Field("text", "ISO 4217.", maximum=3),
}
_advertisement = {
    "creative": Field("text", "Which advertisement.", maximum=128),
    "placement": Field("text", "Where it stood.", maximum=128),
}
KINDS: Final[Mapping[str, EventKind]] = {
    kind.name: kind
    for kind in (
        EventKind("view", "viewed", DWELL),
        EventKind("page_view", "looked at a page", DWELL, needs_item=False),
        EventKind("click", "clicked"),
        EventKind("add_to_cart", "added to the cart", PIECES),
        EventKind("remove_from_cart", "removed from the cart", PIECES),
        EventKind(
            "purchase",
            "bought",
            PIECES,
            payload={**_order, "price": Field("number", "Of one piece.", minimum=0)},
        ),
        EventKind(
            "refund",
            "gave back",
            ValueRule("pieces", 0, 1_000_000, exclusive=True),
            needs_item=False,
            payload={**_order, "amount": Field("number", "Money paid back.", minimum=0)},
        ),
        EventKind("rating", "rated", STARS),
        EventKind(
            "review",
            "reviewed",
            payload={
                "text": Field("text", "What they wrote.", required=True, maximum=10_000),
                "stars": Field("number", minimum=STARS.minimum, maximum=STARS.maximum),
            },
        ),
        EventKind("like", "liked"),
        EventKind(
            "not_interested",
            "was not interested in",
            payload={"reason": Field("text", "Why not, in their words or the shop's.", maximum=500)},
        ),
        EventKind(
            "comment",
            "commented on",
            payload={"text": Field("text", "What they wrote.", required=True, maximum=5_000)},
        ),
        EventKind("share", "shared", payload={"channel": Field("text", "Where, e.g. “whatsapp”.", maximum=64)}),
        EventKind(
            "follow",
            "followed",
            needs_item=False,
            payload={"what": Field("text", "A brand, a person, a list.", required=True, maximum=200)},
        ),
        EventKind(
            "subscribe",
            "subscribed to",
            needs_item=False,
            payload={"list": Field("text", "Which list, e.g. “newsletter”.", required=True, maximum=128)},
        ),
        EventKind(
            "search",
            "searched",
            needs_item=False,
            payload={
                "query": Field("text", "What they typed.", required=True, maximum=500),
                "results": Field("integer", "How many they got.", minimum=0, maximum=1e9),
            },
        ),
        EventKind("ad_impression", "saw an ad", needs_item=False, payload=_advertisement),
        EventKind("ad_click", "clicked an ad", needs_item=False, payload=_advertisement),
        EventKind(
            "message",
            "exchanged a message",
            needs_item=False,
            payload={
                "channel": Field("text", "e.g. “email”, “chat”.", required=True, maximum=64),
                "direction": Field("text", "“in” from the person, “out” to them.", maximum=16),
            },
        ),
    )
}
