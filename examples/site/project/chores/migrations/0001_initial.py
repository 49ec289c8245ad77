from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Chore",
            fields=[
                ("name", models.CharField(max_length=50, primary_key=True, serialize=False)),
                ("done", models.BigIntegerField(default=0)),
                ("last", models.DateTimeField()),
                ("version", models.CharField(max_length=10)),
                ("instance", models.CharField(max_length=100)),
            ],
        ),
    ]
