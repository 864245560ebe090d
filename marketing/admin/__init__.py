"""Attune's admin, by subject. Importing this package registers the pages."""

from django.contrib import admin

from marketing.admin import (
    access,
    artefacts,
    audit,
    catalogue,
    customers,
    events,
    imports,
    merges,
    orders,
    people,
    quarantine,
    runs,
    schedules,
    webhooks,
)

__all__ = [
    "access",
    "artefacts",
    "audit",
    "catalogue",
    "customers",
    "events",
    "imports",
    "merges",
    "orders",
    "people",
    "quarantine",
    "runs",
    "schedules",
    "webhooks",
]

admin.site.index_title = "Home"
