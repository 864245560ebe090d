"""What finds the days whose features are out of date: a watermark, indexes of arrivals, and the schedule.

The schedule's row is made once, so that what staff change or delete stays so.
"""

from django.db import migrations, models

NAME = "Recompute features"
TASK = {
    "task": "marketing.recompute_features",
    "description": "Brings features of days up to date on which something arrived late, changed or was erased.",
}


def make_schedule(apps, schema_editor):
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    row, _ = interval.objects.get_or_create(every=5, period="minutes")
    task.objects.get_or_create(name=NAME, defaults={**TASK, "interval": row})


class Migration(migrations.Migration):
    dependencies = [
        ("marketing", "0006_audit_is_append_only"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        migrations.CreateModel(
            name="FeatureWatermark",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ("received_until", models.DateTimeField()),
            ],
        ),
        migrations.AddConstraint(
            model_name="featurewatermark",
            constraint=models.CheckConstraint(condition=models.Q(("id", 1)), name="feature_watermark_is_one_row"),
        ),
        migrations.AddField(
            model_name="dailyactivity",
            name="events",
            field=models.IntegerField(
                db_default=0, default=0, help_text="Of any kind that the person does themselves."
            ),
        ),
        migrations.AlterField(
            model_name="dailyactivity",
            name="orders",
            field=models.IntegerField(default=0, help_text="Those whose amount is known in the base currency."),
        ),
        migrations.AlterField(
            model_name="dailyactivity",
            name="identity",
            field=models.ForeignKey(
                db_index=False,
                on_delete=models.deletion.CASCADE,
                related_name="daily_activities",
                to="marketing.identity",
            ),
        ),
        migrations.AlterField(
            model_name="dailyinterest",
            name="identity",
            field=models.ForeignKey(
                db_index=False,
                on_delete=models.deletion.CASCADE,
                related_name="daily_interests",
                to="marketing.identity",
            ),
        ),
        migrations.AddIndex(model_name="order", index=models.Index(fields=["updated_at"], name="order_updated_at")),
        migrations.AddIndex(model_name="refund", index=models.Index(fields=["refunded_at"], name="refund_refunded_at")),
        migrations.AddIndex(model_name="refund", index=models.Index(fields=["received_at"], name="refund_received_at")),
        migrations.RunPython(make_schedule, migrations.RunPython.noop),
    ]
