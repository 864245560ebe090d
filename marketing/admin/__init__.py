"""Attune's admin, by subject. Importing this package registers the pages."""

from django.contrib import admin

from marketing.admin import access, artefacts, catalogue, customers, events, people, runs, schedules

__all__ = ["access", "artefacts", "catalogue", "customers", "events", "people", "runs", "schedules"]

admin.site.index_title = "Home"
