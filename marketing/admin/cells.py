"""What stands in a list's cells: badges, bars, pictures, moments."""

from datetime import datetime
from typing import Any, Protocol

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from marketing.models import Item, TrainingRun

RUN_COLOURS: dict[str, str] = {
    TrainingRun.Status.QUEUED: "info",
    TrainingRun.Status.RUNNING: "primary",
    TrainingRun.Status.DEPLOYED: "success",
    TrainingRun.Status.HELD: "warning",
    TrainingRun.Status.FAILED: "danger",
    TrainingRun.Status.PARKED: "danger",
    TrainingRun.Status.CANCELLED: "",
}
EVENT_COLOURS = {"purchase": "success", "add_to_cart": "info", "rating": "warning", "click": "primary", "view": ""}


def badge(text: str, colour: str = "", *, hint: str = "") -> SafeString:
    """`colour` is one of success, info, primary, warning, danger, or empty for a quiet one."""
    return format_html('<span class="attune-status" data-colour="{}" title="{}">{}</span>', colour, hint, text)


def run_badge(run: TrainingRun) -> SafeString:
    return badge(run.status, RUN_COLOURS[run.status], hint=run.get_status_display())


def event_badge(kind: str) -> SafeString:
    return badge(kind.replace("_", " "), EVENT_COLOURS.get(kind, ""))


def moment(instant: datetime | None) -> SafeString:
    """A time in the business's zone, on one line."""
    if instant is None:
        return NOTHING
    text = date_format(timezone.localtime(instant), "j M Y, H:i")
    return format_html('<time class="attune-nowrap" datetime="{}">{}</time>', instant.isoformat(), text)


def source_cell(row: Any) -> SafeString:
    """The source's name, and a badge when its rows are invented. Needs `source` selected with the row."""
    if not row.source.simulated:
        return format_html("{}", row.source.name)
    return format_html("{} {}", row.source.name, badge("simulated", "warning", hint="Invented, for demonstration."))


def progress_bar(share: float) -> SafeString:
    """A share of 1 as a bar with its percentage."""
    percent = round(100 * share)
    return format_html(
        '<span class="attune-bar" role="progressbar" aria-valuenow="{0}" aria-valuemin="0" aria-valuemax="100">'
        '<span class="attune-bar-fill" style="width: {0}%"></span></span> <span class="attune-muted">{0}%</span>',
        percent,
    )


class Pictured(Protocol):
    """Anything with a title and perhaps a picture: a row, or what serving gives."""

    @property
    def title(self) -> str: ...
    @property
    def image_url(self) -> str: ...


def thumbnail(item: Item | Pictured, *, size: int = 40) -> SafeString:
    """The item's picture, or its first letter. Only addresses that a browser can't run are put in a page."""
    if item.image_url.startswith(("https://", "http://", "/")):
        return format_html(
            '<img class="attune-thumb" src="{}" alt="" width="{}" height="{}" loading="lazy" referrerpolicy="no-referrer">',
            item.image_url,
            size,
            size,
        )
    return format_html(
        '<span class="attune-thumb attune-thumb-letter" style="width: {0}px; height: {0}px" aria-hidden="true">{1}</span>',
        size,
        item.title[:1].upper(),
    )


NOTHING = mark_safe('<span class="attune-muted">–</span>')
