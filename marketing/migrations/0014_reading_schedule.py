"""What customers write is read every minute, topics are found each week. Rows are made once: what staff change stays so."""

from django.conf import settings
from django.db import migrations


def make_schedule(apps, schema_editor):
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    crontab = apps.get_model("django_celery_beat", "CrontabSchedule")
    every_minute, _ = interval.objects.get_or_create(every=60, period="seconds")
    task.objects.get_or_create(
        name="Read texts",
        defaults={
            "task": "marketing.read_texts",
            "interval": every_minute,
            "expire_seconds": 60,
            "description": "Reads language, mood and topic of new reviews and comments.",
        },
    )
    for name, path, hour, minute, weekday, said in (
        (
            "Offer texts to label",
            "marketing.offer_labels",
            "5",
            "10",
            "*",
            "Puts unsure texts before people, once a day.",
        ),
        ("Find topics", "marketing.find_topics", "4", "20", "1", "Finds what customers write about, once a week."),
        ("Train sentiment", "marketing.train_sentiment", "2", "40", "1", "Learns from new reviews and labels, weekly."),
    ):
        at, _ = crontab.objects.get_or_create(
            minute=minute,
            hour=hour,
            day_of_week=weekday,
            day_of_month="*",
            month_of_year="*",
            timezone=settings.TIME_ZONE,
        )
        task.objects.get_or_create(name=name, defaults={"task": path, "crontab": at, "description": said})


class Migration(migrations.Migration):
    dependencies = [
        ("marketing", "0013_relation_rules_schedule"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [migrations.RunPython(make_schedule, migrations.RunPython.noop)]
