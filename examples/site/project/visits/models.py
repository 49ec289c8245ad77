from django.db import models


class Visit(models.Model):
    """One request for the page, and the instance that answered it."""

    instance = models.CharField(max_length=100)
    version = models.CharField(max_length=10)
    at = models.DateTimeField(auto_now_add=True)
