"""The rows that all apps stand on."""

from marketing.models.access import ApiKey, Source, User
from marketing.models.audit import AuditEntry
from marketing.models.catalogue import Category, Item, ItemRelation, RelationRule
from marketing.models.customers import Consent, Customer, CustomerMerge, Identity
from marketing.models.events import CustomEventKind, Event, EventKey, IngestBatch, QuarantinedEvent
from marketing.models.features import DailyActivity, DailyInterest, DirtyDay, FeatureWatermark
from marketing.models.orders import ExchangeRate, Order, OrderLine, Refund
from marketing.models.outbox import Outbox, WebhookEndpoint
from marketing.models.runs import Artefact, Deployment, TrainingRun
from marketing.models.text import ItemEmbedding, ItemSearchText, TextLabel, TextReading, Topic
from marketing.models.transfers import ImportRun

__all__ = [
    "ApiKey",
    "Artefact",
    "AuditEntry",
    "Category",
    "Consent",
    "CustomEventKind",
    "Customer",
    "CustomerMerge",
    "DailyActivity",
    "DailyInterest",
    "Deployment",
    "DirtyDay",
    "Event",
    "EventKey",
    "ExchangeRate",
    "FeatureWatermark",
    "Identity",
    "ImportRun",
    "IngestBatch",
    "Item",
    "ItemEmbedding",
    "ItemRelation",
    "ItemSearchText",
    "Order",
    "OrderLine",
    "Outbox",
    "QuarantinedEvent",
    "Refund",
    "RelationRule",
    "Source",
    "TextLabel",
    "TextReading",
    "Topic",
    "TrainingRun",
    "User",
    "WebhookEndpoint",
]
