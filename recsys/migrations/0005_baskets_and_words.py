from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("recsys", "0004_rollout_schedule"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="evaluation",
            options={"ordering": ["-id"], "verbose_name": "judgement"},
        ),
        migrations.AlterField(
            model_name="evaluation",
            name="holdout",
            field=models.CharField(
                help_text="How rows were held out: time, last_one_out, last_part, per_user_random.", max_length=20
            ),
        ),
        migrations.AlterField(
            model_name="recommendationlog",
            name="basis",
            field=models.CharField(
                choices=[
                    ("personal", "personal"),
                    ("trending", "trending"),
                    ("similar", "similar items"),
                    ("together", "bought together"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="recommendationlog",
            name="items",
            field=models.JSONField(
                help_text="In order of rank: [{“item”: id, “score”: number, “reason”: code, “propensity”: share}, …]."
            ),
        ),
    ]
