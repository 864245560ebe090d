"""Recommendations in GraphQL."""

import strawberry

from recsys.schema.lists import ListsQuery


@strawberry.type
class Query(ListsQuery):
    """What config puts under the root."""
