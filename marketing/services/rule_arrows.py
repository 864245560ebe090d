"""Which items a rule relates, in SQL: what was chosen, what may be needed, and the arrows from the one to the other."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from marketing.errors import InvalidInput
from marketing.models import RelationRule

# Of what may be needed an item is given so many, those that have most in common with it.
MOST_TAILS = 50
# A rule that says more than this says nothing.
MOST_ARROWS = 1_000_000
# All of one side are compared with all of the other: 10 million comparisons take some ten seconds.
MOST_COMPARED = 20_000_000
# The rarest tags that both sides have, which say most.
MOST_TAGS = 500
EXAMPLES = 3

SIDES = """
WITH RECURSIVE head_shelf AS (
    SELECT %(head_category)s::uuid AS id
    UNION
    SELECT child.id FROM marketing_category child JOIN head_shelf ON child.parent_id = head_shelf.id
), tail_shelf AS (
    SELECT %(tail_category)s::uuid AS id
    UNION
    SELECT child.id FROM marketing_category child JOIN tail_shelf ON child.parent_id = tail_shelf.id
), head AS (
    SELECT id, title, brand, tags FROM marketing_item
    WHERE deleted_at IS NULL
      AND (%(head_category)s::uuid IS NULL OR category_id IN (SELECT id FROM head_shelf))
      AND (%(head_brand)s = '' OR brand = %(head_brand)s)
      AND (%(head_tag)s = '' OR tags @> ARRAY[%(head_tag)s]::varchar[])
), tail AS (
    SELECT id, title, brand, tags FROM marketing_item
    WHERE deleted_at IS NULL
      AND (%(tail_category)s::uuid IS NULL OR category_id IN (SELECT id FROM tail_shelf))
      AND (%(tail_brand)s = '' OR brand = %(tail_brand)s)
      AND (%(tail_tag)s = '' OR tags @> ARRAY[%(tail_tag)s]::varchar[])
)
"""
MARKS = """
    COALESCE((SELECT string_agg(CASE WHEN tag = ANY ({}.tags) THEN '1' ELSE '0' END, '' ORDER BY tag) FROM common), '0')::varbit
"""
# What the catalogue, or another rule, says by the same name is left to it. Items compare by `marks`, a bit for each tag
# of both sides: a subquery for each pair took ten times as long. Of tails with as much in common each head has others,
# always the same: else all heads would relate to the same few.
WANTED = f"""
{SIDES}, common AS MATERIALIZED (
    SELECT tag FROM (SELECT unnest(tags) AS tag FROM head) AS told WHERE tag IN (SELECT unnest(tags) FROM tail)
    GROUP BY tag ORDER BY count(*), tag LIMIT %(most_tags)s
), marked_head AS MATERIALIZED (SELECT head.*, {MARKS.format("head")} AS marks FROM head
), marked_tail AS MATERIALIZED (SELECT tail.*, {MARKS.format("tail")} AS marks FROM tail
), wanted AS MATERIALIZED (
    SELECT head.id AS head_id, %(relation)s::varchar AS relation, chosen.id AS tail_id,
           head.title AS head, chosen.title AS tail
    FROM marked_head AS head
    CROSS JOIN LATERAL (
        SELECT ARRAY(SELECT tail_id FROM marketing_itemrelation
                     WHERE head_id = head.id AND relation = %(relation)s AND rule_id IS DISTINCT FROM %(rule)s) AS tails
    ) AS said
    CROSS JOIN LATERAL (
        SELECT tail.id, tail.title
        FROM marked_tail AS tail
        WHERE tail.id <> head.id AND tail.id <> ALL (said.tails)
          AND (NOT %(same_brand)s OR (tail.brand = head.brand AND head.brand <> ''))
        ORDER BY bit_count(head.marks & tail.marks) DESC,
                 tail.brand = head.brand AND head.brand <> '' DESC,
                 uuid_hash_extended(tail.id, uuid_hash(head.id)), tail.id
        LIMIT %(most_tails)s
    ) AS chosen
)
"""  # noqa: S608 – only constants of ours are put in
COUNT_SIDES = f"{SIDES} SELECT (SELECT count(*) FROM head), (SELECT count(*) FROM tail)"  # noqa: S608
COUNT_ARROWS = f"""
{WANTED}
SELECT (SELECT count(*) FROM wanted),
       ARRAY(SELECT ARRAY[head, tail] FROM (
           SELECT DISTINCT ON (head_id) head, tail FROM wanted ORDER BY head_id, tail_id LIMIT %(examples)s
       ) AS first)
"""  # noqa: S608
WRITE_ARROWS = f"""
{WANTED}, gone AS (
    DELETE FROM marketing_itemrelation stored
    WHERE rule_id = %(rule)s AND NOT EXISTS (
        SELECT FROM wanted WHERE wanted.head_id = stored.head_id AND wanted.tail_id = stored.tail_id
          AND stored.relation = wanted.relation)
    RETURNING 1
), written AS (
    INSERT INTO marketing_itemrelation AS stored (head_id, relation, tail_id, weight, rule_id)
    SELECT head_id, relation, tail_id, %(weight)s, %(rule)s FROM wanted
    ON CONFLICT (head_id, relation, tail_id) DO UPDATE SET weight = excluded.weight
    WHERE stored.rule_id = %(rule)s AND stored.weight <> excluded.weight
    RETURNING 1
)
SELECT (SELECT count(*) FROM wanted), (SELECT count(*) FROM written) + (SELECT count(*) FROM gone)
"""  # noqa: S608
# Just after a rule's first arrows were written, statistics know of none, and the planner would look for each of them in
# all that are wanted: a quarter of an hour for 100,000.
NO_LOOPS, LOOPS = "SET LOCAL enable_nestloop = off", "SET LOCAL enable_nestloop TO DEFAULT"


@dataclass(frozen=True)
class RuleSize:
    """How many items a rule starts from and leads to, the arrows between them, and some, each as two titles."""

    heads: int
    tails: int
    arrows: int
    examples: tuple[tuple[str, str], ...]


def describe(rule: RelationRule) -> RuleSize:
    """What an active rule would make now; it need not be saved.

    Raises:
        InvalidInput: it would make too many arrows.

    """
    heads, tails = check_size(rule)
    arrows, examples = _one_row(COUNT_ARROWS, rule)
    return RuleSize(heads, tails, arrows, tuple((head, tail) for head, tail in examples))


def write_arrows(rule: RelationRule) -> tuple[int, int]:
    """Have exactly the arrows stored that an active, saved rule makes: how many there are, and how many changed.

    Within a transaction.

    Raises:
        InvalidInput: as `describe`; what was stored stays.

    """
    check_size(rule)
    with connection.cursor() as cursor:
        cursor.execute(NO_LOOPS)
        arrows, changed = _one_row(WRITE_ARROWS, rule)
        cursor.execute(LOOPS)
    return arrows, changed


def check_size(rule: RelationRule) -> tuple[int, int]:
    """Count how many items a rule starts from and leads to.

    Raises:
        InvalidInput: names `rule`, when it would make too many arrows.

    """
    heads, tails = _one_row(COUNT_SIDES, rule)
    arrows, compared = heads * min(tails, MOST_TAILS), heads * tails
    if arrows > MOST_ARROWS:
        raise InvalidInput(
            "rule",
            f"would relate {heads:,} items to up to {MOST_TAILS} others each; expected at most {MOST_ARROWS:,} relations."
            " Narrow what was chosen.",
        )
    if compared > MOST_COMPARED:
        raise InvalidInput(
            "rule",
            f"would compare {heads:,} items with {tails:,} others; expected at most {MOST_COMPARED:,} comparisons."
            " Narrow one of the sides.",
        )
    return heads, tails


def _one_row(statement: str, rule: RelationRule) -> Any:
    parameters = {
        **{name: getattr(rule, name) for name in ("head_brand", "head_tag", "tail_brand", "tail_tag", "same_brand")},
        "head_category": rule.head_category_id,
        "tail_category": rule.tail_category_id,
        "relation": rule.relation,
        "weight": rule.weight,
        "rule": rule.pk,
        "most_tails": MOST_TAILS,
        "most_tags": MOST_TAGS,
        "examples": EXAMPLES,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()
