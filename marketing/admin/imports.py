"""Imports: which files came in, how far, and what was rejected. Commands make these rows."""

from django.contrib import admin
from django.utils.safestring import SafeString

from marketing.admin.cells import badge, moment
from marketing.admin.page import MachineMadePage, column
from marketing.models import ImportRun

COLOURS: dict[str, str] = {
    ImportRun.Status.RUNNING: "info",
    ImportRun.Status.DONE: "success",
    ImportRun.Status.FAILED: "danger",
}


@admin.register(ImportRun)
class ImportRunAdmin(MachineMadePage):
    list_display = ["begun", "format", "status_badge", "source", "path", "position", "stored", "rejected", "ended"]
    list_select_related = ["source"]
    list_filter = ["status", "format", "source"]
    search_fields = ["path"]
    search_help_text = "A part of the path"
    fields = [
        *("format", "source", "path", "status", "message", "position", "counts", "rejects"),
        *("started_by", "started_at", "finished_at"),
    ]

    @column("Started", ordering="started_at")
    def begun(self, run: ImportRun) -> SafeString:
        return moment(run.started_at)

    @column("Ended", ordering="finished_at")
    def ended(self, run: ImportRun) -> SafeString | None:
        return moment(run.finished_at) if run.finished_at else None

    @column("Status", ordering="status")
    def status_badge(self, run: ImportRun) -> SafeString:
        return badge(run.get_status_display(), COLOURS[run.status])

    @column("New")
    def stored(self, run: ImportRun) -> int:
        """Events, orders, items and customers that were not there before."""
        new = ("stored", "created")
        groups = (run.counts.get(name, {}) for name in ("events", "orders", "items", "customers"))
        return sum(counts.get(status, 0) for counts in groups for status in new)

    @column("Rejected")
    def rejected(self, run: ImportRun) -> int:
        return sum(run.counts.get("rejected", {}).values())
