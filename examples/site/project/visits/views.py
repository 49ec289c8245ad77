import socket

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .instance import instance_name
from .models import Visit

if settings.CELERY_BROKER_URL:
    from chores.models import Chore


def index(request: HttpRequest) -> HttpResponse:
    """Writes a row and reads from the database: it answers only when both work."""
    Visit.objects.create(instance=instance_name(), version=settings.SITE_VERSION)
    applied = MigrationRecorder(connection).applied_migrations()
    context = {
        "version": settings.SITE_VERSION,
        "instance": instance_name(),
        "host": socket.gethostname(),
        "visit_count": Visit.objects.count(),
        "latest": Visit.objects.order_by("-id")[:5],
        "chores": Chore.objects.order_by("name") if settings.CELERY_BROKER_URL else [],
        "migrations": sorted(f"{app}.{name}" for app, name in applied),
    }
    return render(request, "visits/index.html", context)


def healthz(request: HttpRequest) -> HttpResponse:
    """The process is up; says nothing about the database."""
    return HttpResponse("ok\n", content_type="text/plain")


def version(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{settings.SITE_VERSION}\n", content_type="text/plain")
