"""What was read in texts: readings, topics, and the texts that people are asked about."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Avg, Count, FloatField, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import AutocompleteSelectFilter, DropdownFilter, RangeDateTimeFilter

from marketing.admin.cells import NOTHING, badge, moment
from marketing.admin.moods import COLOURS, change_cell, mood_badge, mood_of_topic
from marketing.admin.page import MachineMadePage, Page, call_service, column, link, staff_of
from marketing.errors import AttuneError
from marketing.models import TextLabel, TextReading, Topic
from marketing.reading.labels import LABELS, TASK, give_label, waiting
from marketing.reading.moods import CLEAR_MOOD
from marketing.reading.texts import kinds_of_text
from marketing.reading.topics import change_topic, examples

# Days of the mood that a topic's list shows, beside as many before them.
DAYS: Final = 90
LAST_SAID: Final = 8
SKIPPED: Final = "skipped_labels"
# Skipped ones that a person's log-in remembers.
MOST_SKIPPED: Final = 200


class MoodFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    title = "mood"
    parameter_name = "mood"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("negative", "negative"), ("neutral", "neutral"), ("positive", "positive"), ("none", "can't be told")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "negative":
                return queryset.filter(sentiment__lte=-CLEAR_MOOD)
            case "neutral":
                return queryset.filter(sentiment__gt=-CLEAR_MOOD, sentiment__lt=CLEAR_MOOD)
            case "positive":
                return queryset.filter(sentiment__gte=CLEAR_MOOD)
            case "none":
                return queryset.filter(sentiment=None)
        return queryset


class KindFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    """Asks for the kinds that there may be: those that there are would take a pass over all readings."""

    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind, kind.replace("_", " ")) for kind in kinds_of_text()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class FlagFilter(DropdownFilter):  # type: ignore[misc]  # unfold has no types
    title = "flag"
    parameter_name = "flag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("toxic", "toxic"), ("injection", "orders to a machine")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(flags__contains=[self.value()]) if self.value() else queryset


@admin.register(TextReading)
class TextReadingAdmin(MachineMadePage):
    list_display = ["said", "kind", "mood", "item", "topic_cell", "language", "flag_badges"]
    list_select_related = ["item", "topic"]
    list_filter = [
        MoodFilter,
        FlagFilter,
        KindFilter,
        ("topic", AutocompleteSelectFilter),
        ("item", AutocompleteSelectFilter),
        ("said_at", RangeDateTimeFilter),
    ]
    list_filter_submit = True
    ordering = ["-said_at"]
    fields = [
        ("kind", "said"),
        ("mood", "probability"),
        ("language", "flag_badges"),
        "by",
        "item",
        "topic",
        "identity",
        "text",
    ]
    readonly_fields = ["said", "mood", "flag_badges", "text"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[TextReading]":
        queryset: QuerySet[TextReading] = super().get_queryset(request)
        return queryset.defer("topic__centroid")

    @column("Written", ordering="said_at")
    def said(self, reading: TextReading) -> SafeString:
        return moment(reading.said_at)

    @column("Mood", ordering="sentiment")
    def mood(self, reading: TextReading) -> SafeString:
        return mood_badge(reading.sentiment)

    @column("Topic")
    def topic_cell(self, reading: TextReading) -> SafeString:
        return format_html('<span class="attune-line">{}</span>', reading.topic) if reading.topic else NOTHING

    @column("Flags")
    def flag_badges(self, reading: TextReading) -> SafeString:
        return format_html_join(" ", "{}", ((badge(flag, "danger"),) for flag in reading.flags))

    @column("Text, without what says who somebody is")
    def text(self, reading: TextReading) -> SafeString | str:
        return format_html('<q dir="auto">{}</q>', shown[0].text) if (shown := examples([reading])) else "It is gone."


@admin.register(Topic)
class TopicAdmin(Page):
    """Found by machine each week; staff give names and take out of use what is none."""

    list_display = ["called", "texts", "mood", "moved", "in_use"]
    list_filter = ["active"]
    search_fields = ["name", "terms"]
    search_help_text = "A name or a term"
    fields = ["name", "active", "term_line", ("size", "created_at")]
    readonly_fields = ["term_line", "size", "created_at"]
    ordering = ["-size"]
    actions = ["use", "leave"]
    change_form_outer_after_template = "marketing/panels.html"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Topic]":
        now = timezone.now()
        lately, before = now - timedelta(days=DAYS), now - timedelta(days=2 * DAYS)
        queryset: QuerySet[Topic] = super().get_queryset(request)
        return queryset.defer("centroid").annotate(
            read=Coalesce(_of_topic(Count("pk"), since=lately, until=now, kind=IntegerField()), 0),
            mood_now=_of_topic(Avg("sentiment"), since=lately, until=now, kind=FloatField()),
            mood_before=_of_topic(Avg("sentiment"), since=before, until=lately, kind=FloatField()),
        )

    @column("Topic", ordering="name", header=True)
    def called(self, topic: Topic) -> list[str | None]:
        terms = ", ".join(topic.terms)
        return [topic.name or terms, terms if topic.name else None]

    @column("Terms")
    def term_line(self, topic: Topic) -> SafeString:
        return format_html('<span class="attune-line" title="{0}">{0}</span>', ", ".join(topic.terms))

    @column(f"Texts in {DAYS} days", ordering="read")
    def texts(self, topic: Any) -> int:
        count: int = topic.read
        return count

    @column(f"Mood in {DAYS} days", ordering="mood_now")
    def mood(self, topic: Any) -> SafeString:
        return mood_badge(topic.mood_now)

    @column("Change")
    def moved(self, topic: Any) -> SafeString:
        return change_cell(topic.mood_now, topic.mood_before)

    @column("In use", ordering="active")
    def in_use(self, topic: Topic) -> SafeString:
        return badge("in use", "success") if topic.active else badge("left out")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Topic, form: Any, change: Any) -> None:
        change_topic(obj.pk, name=obj.name, active=obj.active, by=staff_of(request))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        topic = self.get_object(request, object_id)
        panels = [mood_of_topic(request, topic)] if topic and self.has_view_permission(request, topic) else []
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "panels": panels})

    @admin.action(description="Use", permissions=["change"])
    def use(self, request: HttpRequest, queryset: "QuerySet[Topic]") -> None:
        self._switch(request, queryset, active=True)

    @admin.action(description="Leave out: texts are not counted to it", permissions=["change"])
    def leave(self, request: HttpRequest, queryset: "QuerySet[Topic]") -> None:
        self._switch(request, queryset, active=False)

    def _switch(self, request: HttpRequest, queryset: "QuerySet[Topic]", *, active: bool) -> None:
        chosen = list(queryset.values_list("pk", "name"))

        def switch() -> None:
            for topic_id, name in chosen:
                change_topic(topic_id, name=name, active=active, by=staff_of(request))

        call_service(request, switch, done=f"{len(chosen)} topic(s) {'in use' if active else 'left out'}.")


def _of_topic(aggregate: Any, *, since: datetime, until: datetime, kind: Any) -> Subquery:
    """An aggregate over the topic's readings of a span, by way of the index on topic and time."""
    read = TextReading.objects.filter(topic=OuterRef("pk"), said_at__gt=since, said_at__lte=until)
    return Subquery(read.order_by().values("topic").annotate(n=aggregate).values("n"), output_field=kind)


@admin.register(TextLabel)
class TextLabelAdmin(MachineMadePage):
    list_display = ["line", "language", "suggested", "said", "labelled_by", "when"]
    list_select_related = ["labelled_by"]
    list_filter = ["task", "label", "language"]
    search_fields = ["text"]
    ordering = ["-created_at"]
    actions_list = ["label_texts"]
    fields = ["task", "text", ("language", "suggested"), ("said", "labelled_by"), "when"]
    readonly_fields = ["suggested", "said", "when"]

    @column("Text")
    def line(self, label: TextLabel) -> SafeString:
        return format_html('<span class="attune-line" dir="auto" title="{0}">{0}</span>', label.text)

    @column("The model thinks", ordering="suggestion")
    def suggested(self, label: TextLabel) -> str:
        sure = "" if label.probability is None else f", {label.probability:.0%} sure"
        return f"{label.suggestion}{sure}"

    @column("Label", ordering="label")
    def said(self, label: TextLabel) -> SafeString:
        return label_badge(label.label) if label.label else badge("open", "info")

    @column("Labelled", ordering="labelled_at")
    def when(self, label: TextLabel) -> SafeString:
        return moment(label.labelled_at)

    def has_label_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("marketing.change_textlabel")

    @link("Label texts", permission="label", icon="label")
    def label_texts(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:marketing_textlabel_next"))

    def get_urls(self) -> list[Any]:
        page = self.admin_site.admin_view(self.label_view)
        return [path("next/", page, name="marketing_textlabel_next"), *super().get_urls()]

    def label_view(self, request: HttpRequest) -> HttpResponse:
        """One text after the other, the one that the model is least sure of first."""
        if not self.has_label_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            self._take(request)
            return HttpResponseRedirect(request.path)
        skipped: list[int] = request.session.get(SKIPPED, [])
        texts = waiting(skipped=skipped)
        said = TextLabel.objects.filter(task=TASK).exclude(label="").select_related("labelled_by")
        context = {
            **self.admin_site.each_context(request),
            "title": "Label texts",
            "text": texts.first(),
            "left": texts.count(),
            "skipped": len(skipped) and waiting().filter(pk__in=skipped).count(),
            "labels": [(label, COLOURS[label] or "info", place) for place, label in enumerate(LABELS, start=1)],
            "said": [(row, label_badge(row.label)) for row in said.order_by("-labelled_at")[:LAST_SAID]],
            "list_url": reverse("admin:marketing_textlabel_changelist"),
        }
        return TemplateResponse(request, "marketing/label_texts.html", context)

    def _take(self, request: HttpRequest) -> None:
        """What somebody said of a text, or that they would rather not."""
        if "again" in request.POST:
            request.session[SKIPPED] = []
            return
        try:
            pk = int(request.POST.get("text", ""))
        except ValueError:
            messages.error(request, "Say which text: the page is out of date.")
            return
        if "skip" in request.POST:
            request.session[SKIPPED] = [*request.session.get(SKIPPED, []), pk][-MOST_SKIPPED:]
            return
        try:
            give_label(pk, label=request.POST.get("label", ""), by=staff_of(request))
        except AttuneError as error:
            messages.error(request, str(error))


def label_badge(label: str) -> SafeString:
    known = next((name for name in LABELS if name == label), None)
    return badge(label, COLOURS[known] if known else "")
