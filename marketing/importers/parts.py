"""What a format makes of its files: parts, each a stream of rows that say events, orders, items or customers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple


class Place(NamedTuple):
    """Where reading goes on: bytes into a text file (rows into a table), and the line's number there, from 0."""

    offset: int = 0
    line: int = 0


class Row(NamedTuple):
    """One row of a file: what it says in the words of the REST doors, or the reason why it says nothing.

    With neither it is a line that is left out on purpose. `following` is the place behind it.
    """

    line: int  # where it starts, from 1
    following: Place
    text: bytes = b""
    reason: str = ""
    detail: str = ""
    events: Sequence[dict[str, Any]] = ()
    items: Sequence[dict[str, Any]] = ()
    customers: Sequence[dict[str, Any]] = ()
    orders: Sequence[dict[str, Any]] = ()
    refunded: Sequence[dict[str, Any]] = ()  # refunds whose amounts are all that was given back of their orders so far


@dataclass(frozen=True)
class Part:
    """A file, or several that are read as one. `read` gives its rows from a place on."""

    name: str
    size: int  # bytes
    read: Callable[[Place], Iterator[Row]]
    # What one step of a place's offset is worth in bytes, for the progress bar.
    bytes_per_step: float = 1.0
