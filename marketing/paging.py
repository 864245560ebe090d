"""Lists in pages: keyset cursors, which cost the same on page 1 and page 10,000, unlike offsets."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import orjson
from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet
from strawberry import relay

from marketing.errors import InvalidInput


@dataclass(frozen=True)
class Page:
    """Some rows of a list in its order, and whether more follow."""

    rows: Sequence[Any]
    cursors: Sequence[str]
    has_next: bool
    has_previous: bool

    @property
    def info(self) -> relay.PageInfo:
        return relay.PageInfo(
            has_next_page=self.has_next,
            has_previous_page=self.has_previous,
            start_cursor=self.cursors[0] if self.cursors else None,
            end_cursor=self.cursors[-1] if self.cursors else None,
        )


def keyset_page(rows: QuerySet[Any], *, order: tuple[str, str], first: int, after: str | None) -> Page:
    """The `first` rows behind the cursor `after`.

    `order` is (column, unique column), each with "-" in front when it falls; both must fall or both rise.

    Raises:
        InvalidInput: when `after` is no cursor of such a list.

    """
    names = [name.removeprefix("-") for name in order]
    if after is not None:
        rows = rows.filter(_behind(order, _read_cursor(rows.model, names, after)))
    found = list(rows.order_by(*order)[: first + 1])
    shown = found[:first]
    cursors = [_cursor([getattr(row, name) for name in names]) for row in shown]
    return Page(rows=shown, cursors=cursors, has_next=len(found) > first, has_previous=after is not None)


def _behind(order: tuple[str, str], values: Sequence[Any]) -> Q:
    """(a, b) behind (x, y), written so that an index on the first column bounds it."""
    falling = order[0].startswith("-")
    first, second = (name.removeprefix("-") for name in order)
    beyond = "lt" if falling else "gt"
    bound = Q(**{f"{first}__{beyond}e": values[0]})
    return bound & (Q(**{f"{first}__{beyond}": values[0]}) | Q(**{f"{second}__{beyond}": values[1]}))


def _cursor(values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([str(value) for value in values])).decode()


def _read_cursor(model: type[Model], names: Sequence[str], cursor: str) -> list[Any]:
    try:
        values = msgspec.json.decode(base64.urlsafe_b64decode(cursor), type=tuple[str, str])
        return [_value(model, name, value) for name, value in zip(names, values, strict=True)]
    except (ValueError, ValidationError) as error:
        raise InvalidInput("after", "is no cursor of this list; expected an endCursor that it gave") from error


def _value(model: type[Model], name: str, text: str) -> Any:
    if "\0" in text:
        raise ValueError(name)
    field: Field[Any, Any] = model._meta.get_field(name)  # type: ignore[assignment]  # noqa: SLF001
    return field.to_python(text)
