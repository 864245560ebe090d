"""Marketing's part of GraphQL: who asks, items, customers, events, moods, visits, consent and orders."""

import strawberry

from marketing.schema import consent, events, features, live, mutations, orders, queries, sentiment
from marketing.schema.types import Category, CustomerRef, CustomerType, ItemType

__all__ = ["Category", "CustomerRef", "CustomerType", "ItemType", "Mutation", "Query"]


@strawberry.type
class Query(queries.Query, consent.Query, events.Query, features.Query, live.Query, orders.Query, sentiment.Query):
    pass


@strawberry.type
class Mutation(mutations.Mutation, consent.Mutation):
    pass
