"""The composition root. The Celery app is loaded with it, so that tasks can be sent by name from everywhere."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
