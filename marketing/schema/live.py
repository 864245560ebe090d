"""What happens right now, for staff."""

from datetime import datetime
from typing import Self

import strawberry

from marketing import models, stream
from marketing.graphql import Staff, field
from marketing.schema.types import ItemType
from marketing.stream.live import MINUTES

VIEWERS = Staff("marketing.view_event")


@strawberry.type(description="How many events there were of one kind.")
class KindCount:
    kind: str
    count: int


@strawberry.type(description="One minute.")
class LiveMinute:
    minute: datetime = strawberry.field(description="When it began.")
    count: int
    kinds: list[KindCount] = strawberry.field(description="The kinds that there were events of.")


@strawberry.type(description="An item, and how many events were about it.")
class LiveItem:
    item: ItemType
    count: int


@strawberry.type(description="Events that count, by the minute that they occurred in; seconds after they are stored.")
class LiveCounts:
    count: int
    minutes: list[LiveMinute] = strawberry.field(description="The current one last.")
    kinds: list[KindCount] = strawberry.field(description="The most frequent first.")
    items: list[LiveItem] = strawberry.field(description="Those that most events were about.")

    @classmethod
    def from_counters(cls, found: stream.Live) -> Self:
        rows = models.Item.objects.select_related("category").in_bulk([pk for pk, _count in found.items])
        return cls(
            count=found.total,
            minutes=[LiveMinute(minute=row.minute, count=row.total, kinds=_kinds(row.kinds)) for row in found.minutes],
            kinds=_kinds(found.kinds),
            items=[LiveItem(item=ItemType.from_row(rows[pk]), count=count) for pk, count in found.items if pk in rows],
        )


@strawberry.type
class Query:
    @field(rule=VIEWERS, description="What happened in the last minutes, 1 to 180, with the current one.")
    def live_counts(self, minutes: int = MINUTES) -> LiveCounts:
        return LiveCounts.from_counters(stream.live(minutes))


def _kinds(counts: dict[str, int]) -> list[KindCount]:
    return [KindCount(kind=kind, count=count) for kind, count in counts.items()]
