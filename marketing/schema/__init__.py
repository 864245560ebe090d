"""Marketing's part of GraphQL: who asks, items, customers, events and visits."""

from marketing.schema.mutations import Mutation
from marketing.schema.queries import Query
from marketing.schema.types import Category, CustomerRef, CustomerType, ItemType

__all__ = ["Category", "CustomerRef", "CustomerType", "ItemType", "Mutation", "Query"]
