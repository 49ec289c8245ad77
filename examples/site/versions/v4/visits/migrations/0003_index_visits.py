from django.db import migrations


class Migration(migrations.Migration):
    """What v3 meant: two indexes with two names."""

    dependencies = [("visits", "0002_take_a_while")]
    operations = [
        migrations.RunSQL("CREATE INDEX visits_by_time ON visits_visit (at)", "DROP INDEX visits_by_time"),
        migrations.RunSQL(
            "CREATE INDEX visits_by_instance ON visits_visit (instance)", "DROP INDEX visits_by_instance"
        ),
    ]
