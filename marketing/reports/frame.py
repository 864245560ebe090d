"""What a report is: parameters in; rows, a figure and a sentence out.

class Sales(Report[Days]):
code, title, description = "sales", "Sales", "What was bought, day by day."
permission = "marketing.view_order"
parameters = Days
columns = (Column("day", "Day", "date"), Column("orders", "Orders", "count"))

def rows(self, parameters: Days) -> list[Row]: ...
def figure(self, rows: list[Row]) -> Figure | None: ...
def summary(self, rows: list[Row]) -> str: ...
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar, Generic, Literal, TypeVar

from marketing.reports.figures import Figure
from marketing.reports.parameters import Days

Value = str | int | float | Decimal | date | None
Row = dict[str, Value]  # by the columns' names
Parameters = TypeVar("Parameters", bound=Days)


@dataclass(frozen=True)
class Column:
    """`kind` says how a value is written: a share of 0.25 is 25.0%."""

    name: str
    title: str
    kind: Literal["text", "date", "count", "share", "number"] = "count"
    explain: str = ""

    def shown(self, value: Value) -> str:
        """As people read it."""
        if value is None:
            return "–"
        if isinstance(value, date):
            return f"{value:%a} {value.day} {value:%b %Y}"
        if self.kind == "share":
            return f"{100 * float(value):.1f}%"
        if self.kind == "count":
            return f"{int(value):,}"
        return str(value)

    def plain(self, value: Value) -> str:
        """As programs read it: no grouping, a full stop, ISO dates; nothing for nothing."""
        if value is None:
            return ""
        return value.isoformat() if isinstance(value, date) else str(value)


@dataclass(frozen=True)
class Outcome:
    """A report that was computed."""

    columns: tuple[Column, ...]
    rows: list[Row]
    figure: Figure | None
    summary: str


class Report(ABC, Generic[Parameters]):
    code: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    permission: ClassVar[str]
    columns: ClassVar[tuple[Column, ...]]
    parameters: type[Parameters]

    @abstractmethod
    def rows(self, parameters: Parameters) -> list[Row]:
        """In the order in which they are shown."""

    @abstractmethod
    def summary(self, rows: list[Row]) -> str:
        """One sentence that somebody can say in a meeting."""

    def figure(self, rows: list[Row]) -> Figure | None:  # noqa: ARG002 - for those who have one
        return None

    def compute(self, parameters: Parameters) -> Outcome:
        rows = self.rows(parameters)
        return Outcome(self.columns, rows, self.figure(rows), self.summary(rows))
