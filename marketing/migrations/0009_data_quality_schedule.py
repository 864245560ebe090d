"""What came in yesterday is judged once a day. The row is made once, so that what staff change or delete stays so."""

from django.conf import settings
from django.db import migrations


def make_schedule(apps, schema_editor):
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    crontab = apps.get_model("django_celery_beat", "CrontabSchedule")
    daily, _ = crontab.objects.get_or_create(
        minute="15", hour="0", day_of_week="*", day_of_month="*", month_of_year="*", timezone=settings.TIME_ZONE
    )
    task.objects.get_or_create(
        name="Watch data quality",
        defaults={
            "task": "marketing.watch_data_quality",
            "crontab": daily,
            "description": "Writes into the log how much of yesterday's events could be used.",
        },
    )


class Migration(migrations.Migration):
    dependencies = [
        ("marketing", "0008_webhook_schedule"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [migrations.RunPython(make_schedule, migrations.RunPython.noop)]
