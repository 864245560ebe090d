from django.db import migrations

NAMES = ("admin", "marketer", "analyst", "agent", "data")


def make_groups(apps, schema_editor):
    group = apps.get_model("auth", "Group")
    group.objects.bulk_create([group(name=name) for name in NAMES], ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("marketing", "0002_partition_events")]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
