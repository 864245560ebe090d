"""An index for what is new. Items that no message told of are indexed every minute. The row is made once, so that what staff change stays so."""

from django.db import migrations, models
from django.db.models.functions import Coalesce


def make_schedule(apps, schema_editor):
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    every_minute, _ = interval.objects.get_or_create(every=60, period="seconds")
    task.objects.get_or_create(
        name="Index items",
        defaults={
            "task": "marketing.index_items",
            "interval": every_minute,
            "expire_seconds": 60,
            "description": "Makes the texts of new and changed items searchable.",
        },
    )


class Migration(migrations.Migration):
    dependencies = [
        ("marketing", "0011_text"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="item",
            index=models.Index(Coalesce("published_at", "created_at").desc(), name="item_new"),
        ),
        migrations.RunPython(make_schedule, migrations.RunPython.noop),
    ]
