"""Webhooks are delivered when something is told; the schedule makes up for lost messages and tries again."""

from django.conf import settings
from django.db import migrations


def make_schedule(apps, schema_editor):
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    interval, _ = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(
        every=10, period="seconds"
    )
    daily, _ = apps.get_model("django_celery_beat", "CrontabSchedule").objects.get_or_create(
        minute="20", hour="4", day_of_week="*", day_of_month="*", month_of_year="*", timezone=settings.TIME_ZONE
    )
    task.objects.get_or_create(
        name="Deliver webhooks",
        defaults={
            "task": "marketing.deliver_webhooks",
            "interval": interval,
            # While the workers are busy, one such message is enough.
            "expire_seconds": 10,
            "description": "Sends what is due to the shop's endpoints, also once more what failed.",
        },
    )
    task.objects.get_or_create(
        name="Forget delivered webhooks",
        defaults={
            "task": "marketing.prune_deliveries",
            "crontab": daily,
            "description": "Deletes deliveries that were taken a month ago.",
        },
    )


class Migration(migrations.Migration):
    dependencies = [
        ("marketing", "0007_feature_schedule"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [migrations.RunPython(make_schedule, migrations.RunPython.noop)]
