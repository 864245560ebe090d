"""How people feel in what they write, over time. Plain objects: no field asks the database."""

from datetime import date, timedelta
from enum import Enum
from typing import Annotated, Self
from uuid import UUID

import strawberry
from django.utils import timezone
from strawberry import relay
from strawberry.types import Info

from marketing import models
from marketing.access import Caller
from marketing.errors import InvalidInput, NotAllowed, NotFound
from marketing.graphql import (
    DEFAULT_PAGE,
    CustomerRef,
    Customers,
    ItemRef,
    Key,
    Staff,
    caller,
    field,
    find_customer,
    node_id,
)
from marketing.reading.trends import About, Period, mood_trend, over_all

READERS = Staff("marketing.view_textreading") | Key(models.ApiKey.Scope.DATA_READ)
USUAL = timedelta(days=90)


@strawberry.enum(description="How long the periods of a trend are. Weeks begin on Monday.")
class Grain(Enum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@strawberry.type(description="What was written in a span of time, and in which mood.")
class SentimentPeriod:
    begins: date = strawberry.field(description="A day of the business's time zone; it ends where the next one begins.")
    texts: int = strawberry.field(description="Those whose mood could be told.")
    mean: float | None = strawberry.field(description="From -1, against, to 1, for; null without texts.")
    positive: int = strawberry.field(description="Texts clearly for what they are about.")
    negative: int = strawberry.field(description="Texts clearly against it.")
    negative_share: float | None

    @classmethod
    def from_period(cls, period: Period) -> Self:
        return cls(
            begins=period.begins,
            texts=period.texts,
            mean=period.mean,
            positive=period.positive,
            negative=period.negative,
            negative_share=period.negative_share,
        )


@strawberry.type(description="The mood of reviews and comments over time.")
class SentimentTrend:
    overall: SentimentPeriod | None = strawberry.field(description="All periods as one; null without texts.")
    periods: list[SentimentPeriod] = strawberry.field(description="All of them, the oldest first, also empty ones.")


@strawberry.type(name="Topic", description="What many texts are about.")
class TopicType:
    id: relay.GlobalID
    name: str = strawberry.field(description="As staff named it, else its strongest terms.")
    terms: list[str]
    size: int = strawberry.field(description="Texts that it was found in.")

    @classmethod
    def from_row(cls, row: models.Topic) -> Self:
        return cls(id=relay.GlobalID("Topic", str(row.pk)), name=str(row), terms=row.terms, size=row.size)


@strawberry.type
class Query:
    @field(rule=READERS, description="What customers write about, found without labels; the largest topic first.")
    def topics(self, first: int = DEFAULT_PAGE) -> list[TopicType]:
        rows = models.Topic.objects.filter(active=True).defer("centroid").order_by("-size", "pk")
        return [TopicType.from_row(row) for row in rows[:first]]

    @field(
        rule=Customers() | READERS,
        description=(
            "How the mood of what was written went: of a customer, an item, a topic, or all that is written. A customer "
            "sees their own."
        ),
    )
    def sentiment_trend(
        self,
        info: Info,
        *,
        customer: CustomerRef | None = None,
        item: ItemRef | None = None,
        topic: relay.GlobalID | None = None,
        from_: Annotated[
            date | None,
            strawberry.argument(name="from", description="The first day; left out, 90 days before `until`."),
        ] = None,
        until: Annotated[
            date | None,
            strawberry.argument(description="The first day that doesn't count any more; left out, tomorrow."),
        ] = None,
        grain: Grain = Grain.WEEK,
    ) -> SentimentTrend:
        about = _about(caller(info), customer=customer, item=item, topic=topic)
        end = until or timezone.localdate() + timedelta(days=1)
        periods = mood_trend(about, first=from_ or _before(end), end=end, grain=grain.value)
        overall = over_all(periods)
        return SentimentTrend(
            overall=SentimentPeriod.from_period(overall) if overall else None,
            periods=[SentimentPeriod.from_period(period) for period in periods],
        )


def _before(end: date) -> date:
    try:
        return end - USUAL
    except OverflowError:
        raise InvalidInput("until", f"is {end}; expected a day since 1970") from None


def _about(
    asking: Caller, *, customer: CustomerRef | None, item: ItemRef | None, topic: relay.GlobalID | None
) -> About:
    if asking.kind != "customer":
        READERS.check(asking)
    elif item or topic:
        raise NotAllowed("item, topic: what others wrote is not a customer's to see.")
    elif asking.customer is None:
        raise NotFound("customer: nothing is known of you yet.")
    person: UUID | None = asking.customer.pk if asking.customer else None
    if customer is not None:
        person = find_customer(asking, customer, readers=READERS, field="customer").pk
    return About(customer=person, item=_item(item), topic=_topic(topic))


def _item(ref: ItemRef | None) -> UUID | None:
    if ref is None:
        return None
    rows = models.Item.objects.all()
    found = rows.filter(pk=node_id(ref.id, "Item", field="item.id")) if ref.id else rows.filter(sku=_text(ref.sku))
    row = found.only("pk").first()
    if row is None:
        raise NotFound("item: there is no such item.")
    return row.pk


def _topic(given: relay.GlobalID | None) -> UUID | None:
    if given is None:
        return None
    pk = node_id(given, "Topic", field="topic")
    if not models.Topic.objects.filter(pk=pk).exists():
        raise NotFound("topic: there is no such topic.")
    return pk


def _text(sku: str | None) -> str:
    if not sku or "\0" in sku:
        raise InvalidInput("item.sku", "is empty or holds a NUL character; expected the SKU of an item")
    return sku
