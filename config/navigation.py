"""The admin's sidebar. It spans all apps, so it stands above them."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse


@dataclass(frozen=True)
class Entry:
    """A model's list in the sidebar; shown to those who may see its rows."""

    title: str
    icon: str  # a name of Material Symbols
    app: str
    model: str


GROUPS: dict[str, tuple[Entry, ...]] = {
    "People": (
        Entry("Customers", "group", "marketing", "customer"),
        Entry("Identities", "fingerprint", "marketing", "identity"),
        Entry("Consent", "handshake", "marketing", "consent"),
    ),
    "Shop": (
        Entry("Items", "inventory_2", "marketing", "item"),
        Entry("Categories", "category", "marketing", "category"),
        Entry("Relations", "hub", "marketing", "itemrelation"),
        Entry("Events", "bolt", "marketing", "event"),
    ),
    "Recommender": (
        Entry("Training runs", "model_training", "marketing", "trainingrun"),
        Entry("Artefacts", "deployed_code", "marketing", "artefact"),
        Entry("Deployments", "rocket_launch", "marketing", "deployment"),
        Entry("Lists given out", "recommend", "recsys", "recommendationlog"),
    ),
    "Schedules": (
        Entry("Scheduled tasks", "schedule", "django_celery_beat", "periodictask"),
        Entry("Intervals", "timelapse", "django_celery_beat", "intervalschedule"),
        Entry("Crontabs", "calendar_month", "django_celery_beat", "crontabschedule"),
        Entry("Points in time", "alarm", "django_celery_beat", "clockedschedule"),
    ),
    "Access": (
        Entry("Sources", "input", "marketing", "source"),
        Entry("API keys", "key", "marketing", "apikey"),
        Entry("Staff", "badge", "marketing", "user"),
        Entry("Roles", "shield_person", "auth", "group"),
        Entry("Wrong passwords", "lock", "axes", "accessattempt"),
        Entry("Log-ins", "login", "axes", "accesslog"),
    ),
}


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Unfold's navigation for this person: UNFOLD["SIDEBAR"]["navigation"]."""
    home = {"title": "Home", "icon": "space_dashboard", "link": reverse("admin:index")}
    groups: list[dict[str, Any]] = [{"items": [home]}]
    for title, entries in GROUPS.items():
        items = [item_of(entry) for entry in entries if request.user.has_perm(f"{entry.app}.view_{entry.model}")]
        if items:
            groups.append({"title": title, "separator": True, "items": items})
    return groups


def item_of(entry: Entry) -> dict[str, Any]:
    link = reverse(f"admin:{entry.app}_{entry.model}_changelist")
    return {"title": entry.title, "icon": entry.icon, "link": link}
