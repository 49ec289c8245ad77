from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("instance", models.CharField(max_length=100)),
                ("version", models.CharField(max_length=10)),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
    ]
