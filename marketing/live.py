"""The live panel of the admin's home page: what happens now, asked for again every few seconds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from marketing import stream
from marketing.access import caller_of
from marketing.errors import TemporarilyUnavailable
from marketing.event_registry import find_kind
from marketing.models import Item
from marketing.problems import problem_of
from marketing.rules import Staff

VIEWERS = Staff("marketing.view_event")
ITEMS = 5
KINDS = 5


@dataclass(frozen=True)
class LiveItem:
    title: str
    url: str
    count: int


@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """The panel's numbers for who may see events."""
    VIEWERS.check(caller_of(request))
    try:
        found = stream.live(top=ITEMS)
    except TemporarilyUnavailable as error:
        problem = problem_of(error)
        return JsonResponse(problem.as_dict(), status=problem.status)
    return JsonResponse(shown(found), headers={"Cache-Control": "no-store"})


def shown(found: stream.Live) -> dict[str, Any]:
    """The counters as the page draws them; times are of the business's zone."""
    kinds = list(found.kinds.items())
    rest = sum(count for _name, count in kinds[KINDS:])
    return {
        "total": found.total,
        "minutes": [{"time": clock(minute.minute), "count": minute.total} for minute in found.minutes],
        "kinds": [{"label": kind_label(name), "count": count} for name, count in kinds[:KINDS]]
        + ([{"label": "other", "count": rest}] if rest else []),
        "items": [vars(item) for item in items_of(found.items)],
    }


def items_of(counted: list[tuple[UUID, int]]) -> list[LiveItem]:
    """The items with title and page; those deleted meanwhile are left out."""
    titles = dict(Item.objects.filter(pk__in=[pk for pk, _count in counted]).values_list("pk", "title"))
    return [
        LiveItem(titles[pk], reverse("admin:marketing_item_change", args=[pk]), count)
        for pk, count in counted
        if pk in titles
    ]


def kind_label(name: str) -> str:
    kind = find_kind(name)
    return kind.label if kind else name.replace("_", " ")


def clock(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%H:%M")
