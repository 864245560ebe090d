"""Lines over a roll-out: what came of champion's and canary's lists day by day, and how sure a trial is by now."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from marketing.models import Deployment
from marketing.reports.lines import Line, LineChart, Point
from recsys.models import CanaryCheck, OnlineResult

DAYS = 30
# Looks of a trial that are drawn: one an hour, so a week and more.
LOOKS = 200

Rate = Callable[[OnlineResult], float]


@dataclass(frozen=True)
class Titled:
    title: str
    chart: LineChart


@dataclass(frozen=True)
class TrialChart:
    title: str
    reason: str
    chart: LineChart


RATES: tuple[tuple[str, Rate], ...] = (
    ("Lists that were clicked, %", lambda result: 100 * result.clicked_lists / result.lists),
    ("Lists that were bought from, %", lambda result: 100 * result.bought_lists / result.lists),
    ("Revenue per list", lambda result: float(result.revenue) / result.lists),
)


def result_charts() -> list[Titled]:
    """A chart for each rate over the last thirty days; none without lists. Two queries."""
    since = timezone.localdate() - timedelta(days=DAYS)
    results = list(OnlineResult.objects.filter(day__gte=since, lists__gt=0).order_by("day", "-lists"))
    if not results:
        return []
    tried = set(Deployment.objects.filter(canary__isnull=False).values_list("canary", flat=True).distinct())
    champions: dict[date, OnlineResult] = {}
    canaries: dict[date, OnlineResult] = {}
    # The champion of a day gave out most of its lists, whoever serves now.
    for result in results:
        if result.day not in champions:
            champions[result.day] = result
        elif result.artefact_id in tried:
            canaries.setdefault(result.day, result)
    first, last = results[0].day, results[-1].day
    days = [first + timedelta(days=place) for place in range((last - first).days + 1)]
    return [Titled(title, _chart(title, days, champions, canaries, rate)) for title, rate in RATES]


def check_chart() -> TrialChart | None:
    """The interval of the difference in clicks at the looks of the newest trial; None before a first one. One query."""
    newest = CanaryCheck.objects.order_by("-id").values("deployment")[:1]
    looks = CanaryCheck.objects.filter(deployment=newest, metric="click-through").order_by("-id")
    checks = list(looks.select_related("deployment__canary", "deployment__champion")[:LOOKS])[::-1]
    if not checks:
        return None
    deployment = checks[-1].deployment
    canary = [_difference(check) for check in checks]
    no_difference = [Point(0.0) for _ in checks]
    steps = [f"{timezone.localtime(check.checked_at):%d %b %H:%M}" for check in checks]
    return TrialChart(
        title=f"{deployment.canary} beside {deployment.champion}: clicks, difference in points",
        reason=checks[-1].reason,
        chart=LineChart(
            label=f"Difference in click-through of {deployment.canary} at {len(checks)} looks. {checks[-1].reason}",
            steps=steps,
            lines=[Line("no difference", "muted", no_difference, dashed=True), Line("canary", "good", canary)],
        ),
    )


def _difference(check: CanaryCheck) -> Point | None:
    if check.difference_low is None or check.difference_high is None:
        return None
    found = 100 * (check.canary_mean - check.champion_mean)
    return Point(found, 100 * check.difference_low, 100 * check.difference_high)


def _chart(
    title: str,
    days: Sequence[date],
    champions: dict[date, OnlineResult],
    canaries: dict[date, OnlineResult],
    rate: Rate,
) -> LineChart:
    def line(name: str, tone: str, found: dict[date, OnlineResult]) -> Line:
        return Line(name, tone, [Point(rate(found[day])) if day in found else None for day in days])

    lines = [line("champion", "good", champions)]
    if canaries:
        lines.append(line("canary", "warn", canaries))
    return LineChart(
        label=f"{title}, {days[0]:%d %b} to {days[-1]:%d %b %Y}",
        steps=[f"{day:%a %d %b %Y}" for day in days],
        lines=lines,
        marks=[f"{day.day} {day:%b}" for day in days],
    )
