"""The admin's sidebar. It spans all apps, so it stands above them."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from marketing.reports import load_report


@dataclass(frozen=True)
class Entry:
    """A model's list in the sidebar; shown to those who may see its rows."""

    title: str
    icon: str  # a name of Material Symbols
    app: str
    model: str


@dataclass(frozen=True)
class ReportEntry:
    """A report in the sidebar; shown to those who may see it."""

    code: str
    icon: str


REPORTS = (ReportEntry("data_quality", "verified"), ReportEntry("sentiment", "mood"))
GROUPS: dict[str, tuple[Entry, ...]] = {
    "People": (
        Entry("Customers", "group", "marketing", "customer"),
        Entry("Identities", "fingerprint", "marketing", "identity"),
        Entry("Consent", "handshake", "marketing", "consent"),
        Entry("Merges", "merge", "marketing", "customermerge"),
    ),
    "Shop": (
        Entry("Items", "inventory_2", "marketing", "item"),
        Entry("Categories", "category", "marketing", "category"),
        Entry("Relations", "hub", "marketing", "itemrelation"),
        Entry("Relation rules", "rule", "marketing", "relationrule"),
        Entry("Events", "bolt", "marketing", "event"),
        Entry("Quarantine", "pending_actions", "marketing", "quarantinedevent"),
        Entry("Kinds of events", "category_search", "marketing", "customeventkind"),
        Entry("Orders", "receipt_long", "marketing", "order"),
        Entry("Exchange rates", "currency_exchange", "marketing", "exchangerate"),
    ),
    "Texts": (
        Entry("Readings", "reviews", "marketing", "textreading"),
        Entry("Topics", "topic", "marketing", "topic"),
        Entry("Texts to label", "label", "marketing", "textlabel"),
    ),
    "Recommender": (
        Entry("Training runs", "model_training", "marketing", "trainingrun"),
        Entry("Judgements", "leaderboard", "recsys", "evaluation"),
        Entry("Tuning", "tune", "recsys", "tuningtrial"),
        Entry("Artefacts", "deployed_code", "marketing", "artefact"),
        Entry("Deployments", "rocket_launch", "marketing", "deployment"),
        Entry("Results online", "monitoring", "recsys", "onlineresult"),
        Entry("Canary checks", "egg", "recsys", "canarycheck"),
        Entry("Drift", "waves", "recsys", "driftreport"),
        Entry("Lists given out", "recommend", "recsys", "recommendationlog"),
        Entry("Boost rules", "push_pin", "recsys", "boostrule"),
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
        Entry("Imports", "upload_file", "marketing", "importrun"),
        Entry("Webhooks", "webhook", "marketing", "webhookendpoint"),
        Entry("Outbox", "outbox", "marketing", "outbox"),
        Entry("Staff", "badge", "marketing", "user"),
        Entry("Roles", "shield_person", "auth", "group"),
        Entry("Audit", "history", "marketing", "auditentry"),
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
    reports = [report_of(entry) for entry in REPORTS if request.user.has_perm(load_report(entry.code).permission)]
    if reports:
        groups.insert(1, {"title": "Reports", "separator": True, "items": reports})
    return groups


def report_of(entry: ReportEntry) -> dict[str, Any]:
    return {"title": load_report(entry.code).title, "icon": entry.icon, "link": reverse("report", args=[entry.code])}


def item_of(entry: Entry) -> dict[str, Any]:
    link = reverse(f"admin:{entry.app}_{entry.model}_changelist")
    return {"title": entry.title, "icon": entry.icon, "link": link}
