from datetime import timedelta

from django.core.management.base import BaseCommand
from django.utils import timezone

from chores.models import Chore
from visits.models import Visit


class Command(BaseCommand):
    help = "Removes visits that are older than a day."

    def handle(self, **options) -> None:
        removed, _ = Visit.objects.filter(at__lt=timezone.now() - timedelta(days=1)).delete()
        Chore.count("tidy")
        self.stdout.write(f"Removed {removed} visits")
