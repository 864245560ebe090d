"""The rows that all apps stand on."""

from marketing.models.access import ApiKey, Source, User
from marketing.models.catalogue import Category, Item, ItemRelation
from marketing.models.customers import Consent, Customer, Identity
from marketing.models.events import Event, EventKey
from marketing.models.runs import Artefact, Deployment, TrainingRun

__all__ = [
    "ApiKey",
    "Artefact",
    "Category",
    "Consent",
    "Customer",
    "Deployment",
    "Event",
    "EventKey",
    "Identity",
    "Item",
    "ItemRelation",
    "Source",
    "TrainingRun",
    "User",
]
