"""When results are counted, canaries watched and drift is measured. Rows are made once, as in 0002."""

from django.conf import settings
from django.db import migrations


def make_schedule(apps, schema_editor):
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    crontab = apps.get_model("django_celery_beat", "CrontabSchedule")
    interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    hourly, _ = interval.objects.get_or_create(every=1, period="hours")
    task.objects.get_or_create(
        name="Count what came of recommendation lists",
        defaults={
            "task": "recsys.count_online_results",
            "interval": hourly,
            "description": "Clicks, purchases and revenue of the lists of the last eight days, by artefact.",
        },
    )
    often, _ = interval.objects.get_or_create(every=15, period="minutes")
    task.objects.get_or_create(
        name="Watch the canary",
        defaults={
            "task": "recsys.check_canaries",
            "interval": often,
            "description": "Stops a canary that does worse than its champion, and promotes one that does not.",
        },
    )
    early, _ = crontab.objects.get_or_create(
        minute="10", hour="2", day_of_week="*", day_of_month="*", month_of_year="*", timezone=settings.TIME_ZONE
    )
    task.objects.get_or_create(
        name="Report drift",
        defaults={
            "task": "recsys.report_drift",
            "crontab": early,
            "description": "How far yesterday's events and scores lay from those that what serves was trained on.",
        },
    )


class Migration(migrations.Migration):
    dependencies = [
        ("recsys", "0003_roll_out"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [migrations.RunPython(make_schedule, migrations.RunPython.noop)]
