"""Categories with all that stand below them."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

BELOW = """
WITH RECURSIVE below AS (
    SELECT id, slug FROM marketing_category WHERE slug = ANY(%s::text[]) OR id = ANY(%s::uuid[])
    UNION
    SELECT child.id, child.slug FROM marketing_category child JOIN below ON child.parent_id = below.id
)
SELECT id, slug FROM below
"""


def categories_below(*, slugs: Sequence[str] = (), ids: Sequence[UUID] = ()) -> dict[str, UUID]:
    """These categories and all below them: slug → id. One query; a slug that nobody has is not among them."""
    with connection.cursor() as cursor:
        cursor.execute(BELOW, [list(slugs), list(ids)])
        return {slug: found for found, slug in cursor}
