"""How people feel in what they write: a panel on a customer's, an item's and a topic's page."""

from datetime import timedelta
from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from marketing.admin.cells import NOTHING, badge
from marketing.models import Customer, Item, TextReading, Topic
from marketing.reading.moods import Name, name_of
from marketing.reading.topics import Example, examples
from marketing.reading.trends import About, Period, mood_trend, over_all
from marketing.reports.lines import Line, LineChart, Point

WEEKS: Final = 26
NEWEST: Final = 5
COLOURS: Final[dict[Name, str]] = {"positive": "success", "neutral": "", "negative": "danger"}


def mood_badge(mood: float | None) -> SafeString:
    """A mood as a word in its colour, with the number for who wants it."""
    if mood is None:
        return NOTHING
    return badge(f"{name_of(mood)} {mood:+.2f}", COLOURS[name_of(mood)], hint="From -1, against, to 1, for.")


def mood_of_customer(request: HttpRequest, customer: Customer) -> SafeString:
    """The panel on a customer's page (settings.CUSTOMER_PANELS)."""
    written = TextReading.objects.filter(identity__customer=customer)
    return mood_panel(
        request, About(customer=customer.pk), written=written, nothing="This customer has written nothing."
    )


def mood_of_item(request: HttpRequest, item: Item) -> SafeString:
    written = TextReading.objects.filter(item=item)
    return mood_panel(request, About(item=item.pk), written=written, nothing="Nobody has written about this item yet.")


def mood_of_topic(request: HttpRequest, topic: Topic) -> SafeString:
    written = TextReading.objects.filter(topic=topic)
    return mood_panel(request, About(topic=topic.pk), written=written, nothing="Nothing was written about it lately.")


def mood_panel(request: HttpRequest, about: About, *, written: "QuerySet[TextReading]", nothing: str) -> SafeString:
    """Mood now, its trend by weeks, and the newest texts; empty for who may not see readings."""
    if not request.user.has_perm("marketing.view_textreading"):
        return SafeString()
    end = timezone.localdate() + timedelta(days=1)
    weeks = mood_trend(about, first=end - timedelta(weeks=WEEKS), end=end, grain="week")
    overall = over_all(weeks)
    return render_to_string(
        "marketing/mood_panel.html",
        {
            "nothing": nothing,
            "overall": overall,
            "figures": _figures(weeks) if overall else [],
            "chart": chart(weeks) if overall else "",
            "weeks": WEEKS,
            "newest": [_shown(example) for example in examples(list(written.order_by("-said_at")[:NEWEST]))]
            if request.user.has_perm("marketing.view_event")
            else [],
        },
    )


def chart(weeks: list[Period]) -> SafeString:
    """The weeks' means as a line with gaps where nothing was written."""
    points = [Point(week.mean) if week.mean is not None else None for week in weeks]
    label = f"Mood by week, the last {len(weeks)} weeks, from -1, against, to 1, for"
    return LineChart(
        label=label,
        steps=[f"Week from {week.begins:%d %b %Y}, {week.texts} written" for week in weeks],
        lines=[Line("mood", "good", points)],
        marks=[f"{week.begins.day} {week.begins:%b}" for week in weeks],
    ).svg()


def _figures(weeks: list[Period]) -> list[tuple[str, SafeString | str, str]]:
    """(name, value, what makes sense of it): the last month beside all of it."""
    overall, lately = over_all(weeks), over_all(weeks[-5:])
    assert overall is not None
    assert overall.mean is not None
    now = lately.mean if lately else None
    lately_said = f"of {_texts(lately.texts)} in the last five weeks" if lately else "nothing was written in five weeks"
    return [
        ("Mood now", mood_badge(now), lately_said),
        ("In half a year", mood_badge(overall.mean), f"of {_texts(overall.texts)}"),
        ("Negative", f"{overall.negative / overall.texts:.0%}", _texts(overall.negative)),
    ]


def _texts(count: int) -> str:
    return "1 text" if count == 1 else f"{count:,} texts"


def _shown(example: Example) -> dict[str, Any]:
    return {"text": example.text, "said_at": example.said_at, "badge": mood_badge(example.sentiment)}


def change_cell(now: float | None, before: float | None) -> SafeString:
    """How a mood moved, as an arrow with the number."""
    if now is None or before is None:
        return NOTHING
    moved = now - before
    arrow, said = ("▲", "better than before") if moved > 0 else ("▼", "worse than before")
    if abs(moved) < 0.05:
        arrow, said = "●", "about as before"
    return format_html(
        '<span class="attune-nowrap" title="{}"><span aria-hidden="true">{}</span> {}</span>',
        said,
        arrow,
        f"{moved:+.2f}",
    )
