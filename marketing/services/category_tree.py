"""Shelves in shelves, told all at once."""

from collections.abc import Mapping

from django.db import connection, transaction
from django.utils.text import slugify

HANG = """
WITH told AS (
    SELECT * FROM unnest(%(child)s::text[], %(child_name)s::text[], %(parent)s::text[], %(parent_name)s::text[])
        AS told(child, child_name, parent, parent_name)
), made AS (
    INSERT INTO marketing_category (slug, name, translations)
    SELECT slug, min(name), '{}'::jsonb
    FROM (SELECT child, child_name FROM told UNION ALL SELECT parent, parent_name FROM told) AS named(slug, name)
    GROUP BY slug ORDER BY slug
    ON CONFLICT DO NOTHING
    RETURNING id, slug
)
SELECT count(*) FROM made
"""
UNDER = """
UPDATE marketing_category category SET parent_id = above.id
FROM unnest(%(child)s::text[], %(parent)s::text[]) AS told(child, parent)
JOIN marketing_category above ON above.slug = told.parent
WHERE category.slug = told.child AND told.child <> told.parent AND category.parent_id IS DISTINCT FROM above.id
"""


def hang_categories(parents: Mapping[str, str]) -> int:
    """Put each category, by name, under its parent; unknown ones are made. How many were put elsewhere."""
    told = {
        "child": [slugify(name, allow_unicode=True) for name in parents],
        "child_name": list(parents),
        "parent": [slugify(name, allow_unicode=True) for name in parents.values()],
        "parent_name": list(parents.values()),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(HANG, told)
        cursor.execute(UNDER, told)
        return int(cursor.rowcount)
