"""The admin's home page: how many people and items, what happens, what serves, how training went.

Every part is shown only to those who may see its rows, and costs a fixed number of queries.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Max
from django.db.models.functions import TruncDate
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from marketing.admin.artefacts import serving_now
from marketing.admin.cells import run_badge, thumbnail
from marketing.admin.metrics import metric_rows
from marketing.admin.paginator import estimated_count
from marketing.admin.runs import duration_of
from marketing.models import Customer, Event, Item, TrainingRun
from marketing.reports.data_quality import usable_of

DAYS = 30
TRENDING_DAYS = 7
ROWS = 6
# The chart's own coordinates; the page scales it.
CHART_WIDTH, CHART_HEIGHT, BAR_GAP = 720.0, 190.0, 4.0


@dataclass(frozen=True)
class Figure:
    name: str
    value: int
    note: str
    url: str

    @property
    def grouped(self) -> str:
        return f"{self.value:,}"


@dataclass(frozen=True)
class Bar:
    """One day of the chart, in its coordinates."""

    day: date
    count: int
    x: float
    y: float
    width: float
    height: float


def home(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What marketing/templates/admin/index.html shows; unfold calls it (UNFOLD["DASHBOARD_CALLBACK"])."""
    may = request.user.has_perm
    if may("marketing.view_event"):
        context |= {"live": True, **events_of_late()}
        context["quality"] = quality_of_yesterday()
    if may("marketing.view_deployment"):
        context["serving"] = champions()
    if may("marketing.view_trainingrun"):
        context["runs"] = newest_runs()
    context["figures"] = [
        *([people()] if may("marketing.view_customer") else []),
        *([offer()] if may("marketing.view_item") else []),
        *context.pop("event_figures", []),
    ]
    notices = [import_string(path)(request) for path in settings.HOME_NOTICES]
    context["notices"] = [notice for notice in notices if notice]
    context["may_train"] = may("marketing.add_trainingrun")
    return context


def people() -> Figure:
    week_ago = timezone.now() - timedelta(days=7)
    new = estimated_count(Customer.objects.filter(created_at__gte=week_ago))
    url = reverse("admin:marketing_customer_changelist")
    return Figure("Customers", estimated_count(Customer.objects.all()), f"{new:,} new in 7 days", url)


def offer() -> Figure:
    items = estimated_count(Item.objects.filter(deleted_at__isnull=True))
    offered = estimated_count(Item.objects.offered())
    return Figure("Items", items, f"{offered:,} offered now", reverse("admin:marketing_item_changelist"))


def events_of_late() -> dict[str, Any]:
    """Figures, chart and trending items of the days up to today, or up to the newest event when that is long ago."""
    newest = Event.objects.aggregate(newest=Max("occurred_at"))["newest"]
    today = timezone.localdate()
    last = today
    if newest is not None and timezone.localdate(newest) < today - timedelta(days=DAYS):
        last = timezone.localdate(newest)
    days = [last - timedelta(days=back) for back in reversed(range(DAYS))]
    counts = daily_counts(days[0], last)
    week = sum(counts.get(day, 0) for day in days[-7:])
    before = sum(counts.get(day, 0) for day in days[-14:-7])
    url = reverse("admin:marketing_event_changelist")
    when = "today" if last == today else f"on {last:%d %b %Y}"
    return {
        "event_figures": [
            Figure(f"Events {when}", counts.get(last, 0), f"{counts.get(days[-2], 0):,} the day before", url),
            Figure("Events in 7 days", week, change(week, before), url),
        ],
        "bars": (drawn := bars([(day, counts.get(day, 0)) for day in days])),
        "last_bar": drawn[-1],
        "busiest": max(counts.values(), default=0),
        "chart_is_past": last != today,
        "trending": trending_items(last) if counts else [],
    }


def quality_of_yesterday() -> dict[str, Any]:
    """Whether staff should look at what came in yesterday."""
    usable = usable_of(timezone.localdate() - timedelta(days=1))
    share = None if usable.share is None else f"{100 * usable.share:.1f}%"
    return {"share": share, "low": usable.is_low, "url": reverse("report", args=["data_quality"])}


def change(now: int, before: int) -> str:
    """How a week compares with the one before it."""
    if not before:
        return "none in the 7 days before"
    percent = round(100 * (now - before) / before)
    sign = "+" if percent > 0 else "−"
    return f"{sign}{abs(percent)}% on the 7 days before" if percent else "as in the 7 days before"


def daily_counts(first: date, last: date) -> dict[date, int]:
    """Events per day of the business's time zone, both days included."""
    happened = Event.objects.filter(
        occurred_at__gte=midnight(first), occurred_at__lt=midnight(last + timedelta(days=1))
    )
    rows = happened.annotate(day=TruncDate("occurred_at")).values("day").annotate(n=Count("pk")).order_by()
    return {row["day"]: row["n"] for row in rows}


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def bars(days: list[tuple[date, int]]) -> list[Bar]:
    """Counts as rectangles that stand on the chart's floor."""
    tallest = max((count for _day, count in days), default=0) or 1
    step = CHART_WIDTH / len(days)
    return [
        Bar(day, count, place * step, CHART_HEIGHT - height, step - BAR_GAP, height)
        for place, (day, count) in enumerate(days)
        for height in [CHART_HEIGHT * count / tallest]
    ]


def trending_items(last: date) -> list[dict[str, Any]]:
    """The items that most events of the last TRENDING_DAYS days were about."""
    since = midnight(last - timedelta(days=TRENDING_DAYS - 1))
    recent = Event.objects.filter(occurred_at__gte=since, item__isnull=False)
    rows = recent.values("item").annotate(n=Count("pk")).order_by("-n", "item")[:ROWS]
    counts = {row["item"]: row["n"] for row in rows}
    items = Item.objects.select_related("category").in_bulk(list(counts))
    return [{"item": items[pk], "count": n, "picture": thumbnail(items[pk])} for pk, n in counts.items() if pk in items]


def champions() -> list[dict[str, Any]]:
    """What serves each slot, since when, with its telling numbers."""
    return [
        {
            "deployment": deployment,
            "algorithm": str(deployment.champion.manifest.get("algorithm", "")).replace("_", " "),
            "metrics": metric_rows(deployment.champion.metrics, limit=5),
        }
        for deployment in serving_now().select_related("champion", "canary", "deployed_by")
    ]


def newest_runs() -> list[dict[str, Any]]:
    runs: Iterable[TrainingRun] = TrainingRun.objects.select_related("requested_by")[:ROWS]
    return [{"run": run, "badge": run_badge(run), "duration": duration_of(run)} for run in runs]
