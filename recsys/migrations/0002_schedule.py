"""When the recommender is trained. Rows are made once, so that what staff change or delete stays so."""

from django.conf import settings
from django.db import migrations


def make_schedule(apps, schema_editor):
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    crontab = apps.get_model("django_celery_beat", "CrontabSchedule")
    interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    nightly, _ = crontab.objects.get_or_create(
        minute="20", hour="3", day_of_week="*", day_of_month="*", month_of_year="*", timezone=settings.TIME_ZONE
    )
    task.objects.get_or_create(
        name="Train the recommender nightly",
        defaults={
            "task": "recsys.train",
            "crontab": nightly,
            "description": 'Keyword arguments may say what: {"algorithm": "ease", "params": {"regularization": 400}}.',
        },
    )
    hourly, _ = interval.objects.get_or_create(every=1, period="hours")
    task.objects.get_or_create(
        name="Train the recommender hourly",
        defaults={
            "task": "recsys.train",
            "interval": hourly,
            "enabled": False,
            "description": "For shops with many events; turn it on instead of the nightly one.",
        },
    )


class Migration(migrations.Migration):
    dependencies = [
        ("recsys", "0001_initial"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [migrations.RunPython(make_schedule, migrations.RunPython.noop)]
