from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils import timezone

from visits.instance import instance_name


class Chore(models.Model):
    """Work that nobody waits for, by name: how often it was done, and by whom last. Its rows don't grow in number."""

    name = models.CharField(max_length=50, primary_key=True)
    done = models.BigIntegerField(default=0)
    last = models.DateTimeField()
    version = models.CharField(max_length=10)
    instance = models.CharField(max_length=100)

    @classmethod
    def count(cls, name: str) -> None:
        """Counts one more, also when several do so at once."""
        now = {"last": timezone.now(), "version": settings.SITE_VERSION, "instance": instance_name()}
        cls.objects.update_or_create(name=name, defaults=now | {"done": F("done") + 1}, create_defaults=now | {"done": 1})
