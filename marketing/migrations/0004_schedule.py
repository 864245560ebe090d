"""The schedule that an installation starts with. Rows are made once, so that what staff change or delete stays so."""

from django.conf import settings
from django.db import migrations

# Name → (task, every, unit) or (task, minute, hour), and what staff read.
INTERVALS = {
    "Sweep training runs": ("marketing.sweep_runs", 15, "seconds", "Takes back runs whose process is gone."),
}
DAILY = {
    "Make partitions": ("marketing.make_partitions", "10", "0", "Has the coming months ready for events."),
    "Prune artefacts": ("marketing.prune_artefacts", "40", "4", "Deletes files that nobody can roll back to."),
}


def make_schedule(apps, schema_editor):
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    crontab = apps.get_model("django_celery_beat", "CrontabSchedule")
    for name, (path, every, period, description) in INTERVALS.items():
        row, _ = interval.objects.get_or_create(every=every, period=period)
        task.objects.get_or_create(name=name, defaults={"task": path, "interval": row, "description": description})
    for name, (path, minute, hour, description) in DAILY.items():
        row, _ = crontab.objects.get_or_create(
            minute=minute, hour=hour, day_of_week="*", day_of_month="*", month_of_year="*", timezone=settings.TIME_ZONE
        )
        task.objects.get_or_create(name=name, defaults={"task": path, "crontab": row, "description": description})


class Migration(migrations.Migration):
    dependencies = [
        ("marketing", "0003_roles"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [migrations.RunPython(make_schedule, migrations.RunPython.noop)]
