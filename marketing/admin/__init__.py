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
    relation_rules,
    relations,
    runs,
    schedules,
    texts,
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
    "relation_rules",
    "relations",
    "runs",
    "schedules",
    "texts",
    "webhooks",
]

admin.site.index_title = "Home"
