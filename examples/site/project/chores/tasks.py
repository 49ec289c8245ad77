from celery import shared_task

from .models import Chore


@shared_task
def tick() -> None:
    """What beat orders each second, and a worker does."""
    Chore.count("tick")
