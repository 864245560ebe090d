"""When Celery's beat starts what: django-celery-beat's rows on Attune's pages."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django_celery_beat.admin import PeriodicTaskAdmin as BeatTaskAdmin
from django_celery_beat.admin import PeriodicTaskForm, TaskSelectWidget
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from marketing.admin.cells import badge
from marketing.admin.page import Page, column

for model in (PeriodicTask, IntervalSchedule, CrontabSchedule, SolarSchedule, ClockedSchedule):
    admin.site.unregister(model)


class TaskSelect(UnfoldAdminSelectWidget, TaskSelectWidget):  # type: ignore[misc]  # neither has types
    """The registered tasks to choose from, in unfold's dress."""


class ScheduleForm(PeriodicTaskForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"].widget = UnfoldAdminTextInputWidget()
        self.fields["regtask"].widget = TaskSelect()


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(BeatTaskAdmin, Page):  # type: ignore[misc]
    """Solar schedules are left out: they need a library that nothing else here uses."""

    form = ScheduleForm
    list_display = ["name", "state", "scheduler", "task", "last_run_at", "total_run_count"]
    list_filter = ["enabled", "task"]
    date_hierarchy = None
    fieldsets = [
        (None, {"fields": ["name", "regtask", "task", "enabled", "description"]}),
        ("Schedule", {"fields": ["interval", "crontab", "clocked", "one_off", "start_time", "last_run_at"]}),
        ("Arguments", {"classes": ["collapse"], "fields": ["args", "kwargs"]}),
        ("Delivery", {"classes": ["collapse"], "fields": ["queue", "priority", "expires", "expire_seconds"]}),
    ]
    readonly_fields = ["last_run_at"]

    @column("State", ordering="enabled")
    def state(self, task: PeriodicTask) -> str:
        return badge("on", "success") if task.enabled else badge("off", "warning")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """The library's bulk actions ask for no permission, so looking on must not offer them."""
        actions: dict[str, Any] = super().get_actions(request)
        return actions if self.has_change_permission(request) else {}


@admin.register(IntervalSchedule, CrontabSchedule, ClockedSchedule)
class ScheduleAdmin(Page):
    list_display = ["__str__"]
