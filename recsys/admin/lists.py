"""Lists that were given out, and what a customer would be recommended now."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RangeDateTimeFilter

from marketing.admin.cells import badge, moment, thumbnail
from marketing.admin.page import MachineMadePage, column
from marketing.models import Customer, Item
from marketing.selectors import subject_of_customer
from recsys.models import RecommendationLog
from recsys.models.lists import PREVIEW
from recsys.serving import recommend
from recsys.serving.wording import notes_text, reason_text

BASIS_COLOURS = {
    RecommendationLog.Basis.PERSONAL: "success",
    RecommendationLog.Basis.TRENDING: "info",
    RecommendationLog.Basis.SIMILAR: "primary",
    RecommendationLog.Basis.TOGETHER: "primary",
}
TITLES_SHOWN = 3
PREVIEWED = 8


@admin.register(RecommendationLog)
class RecommendationLogAdmin(MachineMadePage):
    list_display = ["when", "basis_badge", "first_items", "length", "who", "placement", "artefact"]
    list_select_related = ["identity__customer", "artefact"]
    list_filter = ["basis", ("served_at", RangeDateTimeFilter)]
    list_filter_submit = True
    ordering = ["-id"]
    sortable_by = ["when"]
    search_fields = ["list_id", "identity__value"]
    search_help_text = "List id, or a customer's or visitor's id"
    fields = ["list_id", "served_at", "basis", "placement", "identity", "artefact", "item_table"]

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Fetch the titles of all items of this page's lists in one query."""
        changelist = super().get_changelist_instance(request)
        titles = titles_of(changelist.result_list)
        for log in changelist.result_list:
            log.titles = titles
        return changelist

    @column("When", ordering="served_at")
    def when(self, log: RecommendationLog) -> SafeString:
        return moment(log.served_at)

    @column("Made from", ordering="basis")
    def basis_badge(self, log: RecommendationLog) -> SafeString:
        return badge(log.get_basis_display(), BASIS_COLOURS[RecommendationLog.Basis(log.basis)])

    @column("Items")
    def first_items(self, log: Any) -> SafeString:
        shown = [log.titles.get(pk, "an item that is gone") for pk in item_ids(log)[:TITLES_SHOWN]]
        return format_html('<span class="attune-line">{}</span>', ", ".join(shown))

    @column("Length")
    def length(self, log: RecommendationLog) -> int:
        return len(log.items)

    @column("For")
    def who(self, log: RecommendationLog) -> str:
        if log.identity is None:
            return "nobody known"
        return str(log.identity.customer or log.identity)

    @column("Items")
    def item_table(self, log: RecommendationLog) -> SafeString:
        titles = titles_of([log])
        rows = format_html_join(
            "",
            "<tr><td>{}</td><td>{}</td><td>{}</td><td class='attune-number'>{}</td>"
            "<td class='attune-number'>{}</td></tr>",
            (
                (
                    rank,
                    titles.get(pk, "an item that is gone"),
                    entry.get("reason", ""),
                    f"{entry.get('score', 0):.4f}",
                    f"{entry.get('propensity', 1):.4g}",
                )
                for rank, (pk, entry) in enumerate(zip(item_ids(log), log.items, strict=True), start=1)
            ),
        )
        head = (
            "<tr><th>Rank</th><th>Item</th><th>Reason</th><th class='attune-number'>Score</th>"
            "<th class='attune-number' title='The probability of this item at this place'>Chance</th></tr>"
        )
        return format_html("<table class='attune-table'><thead>{}</thead>{}</table>", SafeString(head), rows)


def item_ids(log: RecommendationLog) -> list[UUID]:
    return [UUID(entry["item"]) for entry in log.items]


def titles_of(logs: Iterable[RecommendationLog]) -> dict[UUID, str]:
    """The titles of all items in the lists, in one query."""
    wanted = {pk for log in logs for pk in item_ids(log)}
    return dict(Item.objects.filter(pk__in=wanted).values_list("pk", "title"))


def recommended_now(request: HttpRequest, customer: Customer) -> SafeString:
    """A panel on the customer's page: the list that they would get at this moment (settings.CUSTOMER_PANELS)."""
    if not request.user.has_perm("recsys.view_recommendationlog"):
        return SafeString()
    ranked = recommend(subject_of_customer(customer), first=PREVIEWED, placement=PREVIEW, explores=False)
    context = {
        "note": notes_text(ranked.notes),
        "rows": [
            {
                "item": row.item,
                "picture": thumbnail(row.item),
                "reason": reason_text(row.reason, title=row.item.because_title, through=row.item.through_title),
            }
            for row in ranked.items
        ],
        "may_see_items": request.user.has_perm("marketing.view_item"),
    }
    return render_to_string("recsys/recommended_now.html", context)
