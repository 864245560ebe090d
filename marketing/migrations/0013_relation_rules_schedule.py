"""Rules become relations of what came into the catalogue. The row is made once, so that what staff change stays so."""

from django.db import migrations


def make_schedule(apps, schema_editor):
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    hourly, _ = interval.objects.get_or_create(every=1, period="hours")
    task.objects.get_or_create(
        name="Apply relation rules",
        defaults={
            "task": "marketing.apply_relation_rules",
            "interval": hourly,
            "expire_seconds": 3600,
            "description": "Makes relations of items out of staff's rules, for what came, changed or went.",
        },
    )


class Migration(migrations.Migration):
    dependencies = [
        ("marketing", "0012_text_schedule"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [migrations.RunPython(make_schedule, migrations.RunPython.noop)]
