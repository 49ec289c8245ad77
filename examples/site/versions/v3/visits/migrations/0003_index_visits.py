from django.db import migrations


class Migration(migrations.Migration):
    """Broken on purpose: the second index has the name of the first, so PostgreSQL refuses it.

    Both statements run in one transaction, which takes the first index back too.
    """

    dependencies = [("visits", "0002_take_a_while")]
    operations = [
        migrations.RunSQL("CREATE INDEX visits_by_time ON visits_visit (at)", "DROP INDEX visits_by_time"),
        migrations.RunSQL("CREATE INDEX visits_by_time ON visits_visit (instance)", "DROP INDEX visits_by_time"),
    ]
