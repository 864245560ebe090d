"""What the catalogue tells of the items that are learned from, in SQL."""

from typing import Any

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db import connection

from recsys.item_features import ItemFeatures, Labels, Relations, as_labels

# The items travel as one string of bytes and are told by their places in it.
ITEMS = """
SELECT encode(substring(%(ids)s::bytea FROM (place * 16 + 1)::int FOR 16), 'hex')::uuid AS id, place::int4 AS place
FROM generate_series(0, length(%(ids)s::bytea) / 16 - 1) AS place
"""
VECTORS = f"""
WITH asked AS MATERIALIZED ({ITEMS})
SELECT vector_dims(embedding.vector), string_agg(int4send(asked.place) || vector_send(embedding.vector), '')
FROM asked JOIN marketing_itemembedding embedding ON embedding.item_id = asked.id AND embedding.space = %(space)s
GROUP BY vector_dims(embedding.vector)
"""  # noqa: S608 – only constants of ours are put in
# A category counts with all that it stands in; the names are told apart by what they name.
LABELS = f"""
WITH RECURSIVE asked AS MATERIALIZED ({ITEMS}), shelf AS (
    SELECT asked.place, item.category_id FROM asked JOIN marketing_item item ON item.id = asked.id
    WHERE item.category_id IS NOT NULL
    UNION
    SELECT shelf.place, category.parent_id FROM shelf JOIN marketing_category category ON category.id = shelf.category_id
    WHERE category.parent_id IS NOT NULL
), named AS (
    SELECT place, 'category:' || category_id AS label FROM shelf
    UNION
    SELECT asked.place, 'brand:' || item.brand FROM asked JOIN marketing_item item ON item.id = asked.id
    WHERE item.brand <> ''
    UNION
    SELECT asked.place, 'tag:' || tag FROM asked JOIN marketing_item item ON item.id = asked.id, unnest(item.tags) AS tag
)
SELECT array_agg(place), array_agg(code), max(code) + 1
FROM (SELECT place, (dense_rank() OVER (ORDER BY label) - 1)::int4 AS code FROM named) AS coded
"""  # noqa: S608
RELATIONS = f"""
WITH asked AS MATERIALIZED ({ITEMS}), arrow AS (
    SELECT head.place AS head, relation.relation, tail.place AS tail, relation.weight,
           coalesce(rule.sentence, '') AS sentence
    FROM marketing_itemrelation relation
    JOIN asked head ON head.id = relation.head_id
    JOIN asked tail ON tail.id = relation.tail_id
    LEFT JOIN marketing_relationrule rule ON rule.id = relation.rule_id
)
SELECT relation, sentence, array_agg(head ORDER BY head, tail), array_agg(tail ORDER BY head, tail),
       array_agg(weight ORDER BY head, tail)
FROM arrow GROUP BY relation, sentence ORDER BY relation, sentence
"""  # noqa: S608


def read_item_features(item_ids: npt.NDArray[np.uint8]) -> ItemFeatures:
    """Features of the items whose UUIDs' bytes are `item_ids` `(n, 16)`, in their order; three statements."""
    parameters = {"ids": item_ids.tobytes(), "space": settings.ITEM_SPACE}
    with connection.cursor() as cursor:
        return ItemFeatures(
            vectors=_vectors(cursor, parameters, n_items=len(item_ids)),
            labels=_labels(cursor, parameters, n_items=len(item_ids)),
            relations=_relations(cursor, parameters),
        )


def _vectors(cursor: Any, parameters: dict[str, Any], *, n_items: int) -> npt.NDArray[np.float32]:
    cursor.execute(VECTORS, parameters)
    found = cursor.fetchone()
    if found is None:
        return np.zeros((n_items, 0), np.float32)
    dimensions, raw = found
    # As the database sends a vector: its length and a spare number before its own.
    rows = np.frombuffer(raw, [("place", ">i4"), ("head", ">i2", 2), ("vector", ">f4", dimensions)])
    vectors = np.zeros((n_items, dimensions), np.float32)
    vectors[rows["place"]] = rows["vector"]
    return vectors


def _labels(cursor: Any, parameters: dict[str, Any], *, n_items: int) -> Labels:
    cursor.execute(LABELS, parameters)
    places, codes, size = cursor.fetchone()
    return as_labels(np.array(places or [], np.int32), np.array(codes or [], np.int32), shape=(n_items, size or 0))


def _relations(cursor: Any, parameters: dict[str, Any]) -> Relations:
    cursor.execute(RELATIONS, parameters)
    rows = cursor.fetchall()
    if not rows:
        return Relations.none()
    names, sentences, heads, tails, weights = zip(*rows, strict=True)
    return Relations(
        heads=np.concatenate([np.array(own, np.int32) for own in heads]),
        kinds=np.repeat(np.arange(len(rows), dtype=np.int32), [len(own) for own in heads]),
        tails=np.concatenate([np.array(own, np.int32) for own in tails]),
        weights=np.concatenate([np.array(own, np.float32) for own in weights]),
        names=names,
        sentences=sentences,
    )
