import os
import time

from django.db import migrations


def take_a_while(apps, schema_editor):
    """Stands for a migration that rewrites a large table."""
    time.sleep(float(os.environ.get("SLOW_MIGRATION_SECONDS", "15")))


class Migration(migrations.Migration):
    dependencies = [("visits", "0001_initial")]
    operations = [migrations.RunPython(take_a_while, migrations.RunPython.noop)]
