"""Settings, all of them from the environment, so that one image runs anywhere."""

import os
from pathlib import Path

from django.core.management.utils import get_random_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = os.environ.get("DEBUG", "off").lower() in {"on", "true", "yes", "1"}
SITE_VERSION = (BASE_DIR / "VERSION").read_text().strip() if (BASE_DIR / "VERSION").exists() else "v1"

# This site signs nothing that outlives a process, so it may run on a key of its own making.
# A site with sessions or signed links needs one key, kept secret, for all of its instances.
SECRET_KEY = os.environ.get("SECRET_KEY") or get_random_secret_key()

# "*" suits a site that is checked by address and shown on a laptop; name the hosts everywhere else.
ALLOWED_HOSTS = os.environ.get("DJANGO_ALLOWED_HOSTS", "*").split(",")

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
INSTALLED_APPS = ["visits"]

# Tasks need a broker. Without one the site has no tasks, no tables for them, and never loads Celery.
CELERY_BROKER_URL = os.environ.get("REDIS_URL", "")
if CELERY_BROKER_URL:
    INSTALLED_APPS += ["chores", "django_celery_beat"]
# A worker reports a task as done once it is done, and takes one at a time: what it can't end goes to another worker.
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Nobody asks for the results.
CELERY_TASK_IGNORE_RESULT = True
# The broker gives a task that was taken and not reported for so long to another worker: longer than any task here takes.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 300}
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {"tick": {"task": "chores.tasks.tick", "schedule": 1.0}}

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ.get("POSTGRES_NAME", "django"),
        "USER": os.environ.get("POSTGRES_USER", "django"),
        "PASSWORD": os.environ.get("POSTGRES_PASSWORD", ""),
        "HOST": os.environ.get("POSTGRES_HOST", "localhost"),
        "PORT": os.environ.get("POSTGRES_PORT", "5432"),
        "OPTIONS": {"connect_timeout": 5},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

USE_TZ = True
TIME_ZONE = "UTC"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"django": {"handlers": ["console"], "level": "INFO"}},
}
