import pytest
from django.urls import reverse
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from tests.factories.marketing import UserFactory


@pytest.fixture
def hourly(db):
    every_hour = IntervalSchedule.objects.create(every=1, period="hours")
    return PeriodicTask.objects.create(name="train every hour", task="recsys.train", interval=every_hour)


def test_staff_change_when_training_starts(hourly, enter, kim):
    every_day = IntervalSchedule.objects.create(every=1, period="days")
    form = {"name": hourly.name, "task": hourly.task, "enabled": "on", "interval": every_day.pk}

    answer = enter(kim).post(
        reverse("admin:django_celery_beat_periodictask_change", args=[hourly.pk]),
        {**form, "args": "[]", "kwargs": "{}"},
    )

    hourly.refresh_from_db()
    assert answer.status_code == 302
    assert hourly.interval == every_day


def test_who_only_looks_can_not_start_tasks(hourly, enter):
    from django.contrib.auth.models import Permission

    looker = UserFactory()
    looker.user_permissions.add(Permission.objects.get(codename="view_periodictask"))
    url = reverse("admin:django_celery_beat_periodictask_changelist")
    browser = enter(looker)

    browser.post(url, {"action": "disable_tasks", "_selected_action": [hourly.pk]})

    hourly.refresh_from_db()
    assert browser.get(url).status_code == 200
    assert hourly.enabled
