"""What a customer does and turns to: a panel on the customer's page (settings.CUSTOMER_PANELS)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from marketing.features.person import CustomerFeatures, Interest, features_of_customer
from marketing.models import Category, Customer, DailyActivity

WEEKS = 26
# The chart's own coordinates; the page scales it.
CHART_WIDTH, CHART_HEIGHT, BAR_GAP = 520.0, 96.0, 4.0
# Low enough to be seen as “hardly anything”, high enough to be seen.
BAR_FLOOR = 2.0


@dataclass(frozen=True)
class Figure:
    name: str
    value: str
    note: str


@dataclass(frozen=True)
class Bar:
    """One week of the chart, in its coordinates."""

    starts: date
    count: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Leaning:
    """An interest as a bar: `share` is that of the strongest one, in percent."""

    name: str
    share: int


def interest_and_activity(request: HttpRequest, customer: Customer) -> SafeString:
    """The panel, for whoever may see the customer's events."""
    if not request.user.has_perm("marketing.view_event"):
        return SafeString()
    features = features_of_customer(customer.pk, at=timezone.now())
    weeks = weekly_events(customer, last=timezone.localdate())
    return render_to_string(
        "marketing/customer_features.html",
        {
            "features": features,
            "figures": figures(features),
            "bars": (drawn := bars(weeks)),
            "first_bar": drawn[0],
            "busiest": max(count for _starts, count in weeks),
            "weeks": WEEKS,
            "leanings": [
                ("Categories", leanings(named(features.categories))),
                ("Tags", leanings(features.tags)),
            ],
        },
    )


def figures(features: CustomerFeatures) -> list[Figure]:
    """The numbers that tell most, each with what makes sense of it."""
    active = ", ".join(f"{span.active_days} of {span.days}" for span in features.spans)
    mean = f"{features.mean_order:,.2f} an order" if features.mean_order is not None else "no order yet"
    rated = f"{features.ratings.mean:.1f} ★" if features.ratings.mean is not None else "–"
    return [
        Figure("Last seen", days_ago(features.last_seen_days), f"active days: {active}"),
        Figure("Last purchase", days_ago(features.last_purchase_days), f"{features.purchases:,} items in all"),
        Figure(f"Revenue, {features.currency}", f"{features.revenue:,.2f}", f"{features.orders:,} orders, {mean}"),
        Figure("Looked", duration(features.dwell_seconds), f"{features.views:,} views, {features.clicks:,} clicks"),
        Figure("Rates", rated, f"{features.ratings.count:,} ratings, spread {features.ratings.spread:.1f}"),
    ]


def days_ago(days: int | None) -> str:
    if days is None:
        return "never"
    return {0: "today", 1: "yesterday"}.get(days, f"{days:,} days ago")


def duration(seconds: float) -> str:
    """Rounded to the unit that matters: 48 s, 12 min, 3.5 h."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def weekly_events(customer: Customer, *, last: date) -> list[tuple[date, int]]:
    """(first day, events) of each of the last WEEKS spans of seven days, the last one ending with `last`."""
    first = last - timedelta(days=7 * WEEKS - 1)
    rows = DailyActivity.objects.filter(identity__customer=customer, day__range=(first, last))
    counts = [0] * WEEKS
    for day, events in rows.values_list("day").annotate(Sum("events")).order_by("day"):
        counts[(day - first).days // 7] += events
    return [(first + timedelta(weeks=number), count) for number, count in enumerate(counts)]


def bars(weeks: list[tuple[date, int]]) -> list[Bar]:
    """Counts as rectangles that stand on the chart's floor."""
    tallest = max(count for _starts, count in weeks) or 1
    step = CHART_WIDTH / len(weeks)
    return [
        Bar(starts, count, place * step, CHART_HEIGHT - height, step - BAR_GAP, height)
        for place, (starts, count) in enumerate(weeks)
        for height in [max(CHART_HEIGHT * count / tallest, BAR_FLOOR)]
    ]


def named(interests: Sequence[Interest]) -> list[Interest]:
    """Categories by the names that the shop gives them."""
    slugs = [interest.name for interest in interests]
    names = dict(Category.objects.filter(slug__in=slugs).values_list("slug", "name"))
    return [Interest(names.get(interest.name, interest.name), interest.weight) for interest in interests]


def leanings(interests: Sequence[Interest]) -> list[Leaning]:
    strongest = max((interest.weight for interest in interests), default=1.0)
    return [Leaning(interest.name, round(100 * interest.weight / strongest)) for interest in interests]
