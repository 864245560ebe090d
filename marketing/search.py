"""Search in the catalogue by words and by meaning at once.

Words: full text over segmented words, all of which must be there, the last of them as the beginning of one. Meaning: the
items whose texts lie nearest to the query's in the space of settings.ITEM_SPACE. Both lists are joined by reciprocal rank
fusion: an item at rank r of a list gains 1 / (60 + r) (Cormack, Clarke and Büttcher 2009, §2). An item whose SKU the query
is stands before all.
"""

import base64
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

import msgspec
import orjson
from django.conf import settings
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import F, QuerySet
from django.db.models.functions import Cast
from pgvector.django import MaxInnerProduct, VectorField

from marketing.errors import InvalidInput
from marketing.models import Item
from marketing.nearest import DIMENSIONS, fetch_nearest
from marketing.paging import Page
from marketing.plain_text import clean
from marketing.text.segmentation import query_words
from marketing.text.vectors import vectors

LONGEST_QUERY: Final = 500
# Words that are asked for together; those behind are left to the meaning.
MOST_WORDS: Final = 16
# Each way proposes so many; what neither proposes is not found.
POOL: Final = 200
RANK_DAMPING: Final = 60
# Every query has nearest items. Texts less alike than this have nothing to do with each other: sentences about lattices,
# parcels or stations lie at .32 or less to what a shop sells, and half of what stands on a shelf of the sample shop at .41
# or more to the shelf's name (in English's own space at .29 and .48).
LEAST: Final = {"english": 0.4, "multilingual": 0.33}

Ranking = list[tuple[float, UUID]]


def search_items(rows: QuerySet[Item], *, query: str, first: int, after: str | None = None) -> Page:
    """The `first` of `rows` behind the cursor `after` that the query finds, the best first. Four statements.

    Raises:
        InvalidInput: naming `query`, where it is blank or too long, or `after`, where it is no cursor of a search.

    """
    ranking = _ranking(rows, query)
    if after is not None:
        score, item_id = _read_cursor(after)
        ranking = [found for found in ranking if (-found[0], found[1]) > (-score, item_id)]
    shown = ranking[:first]
    stored = rows.in_bulk([item_id for _score, item_id in shown]) if shown else {}
    standing = [(found, stored[found[1]]) for found in shown if found[1] in stored]
    return Page(
        rows=[item for _found, item in standing],
        cursors=[_cursor(*found) for found, _item in standing],
        has_next=len(ranking) > first,
        has_previous=after is not None,
    )


def find_ids(rows: QuerySet[Item], *, query: str) -> list[UUID]:
    """Keys of all of `rows` that the query finds, the best first. Three statements.

    Raises:
        InvalidInput: naming `query`, where it is blank or too long.

    """
    return [item_id for _score, item_id in _ranking(rows, query)]


def _ranking(rows: QuerySet[Item], query: str) -> Ranking:
    text = _checked(query)
    numbered = rows.filter(sku=text).values_list("pk", flat=True)
    return _fused([_by_words(rows, text), _by_meaning(rows, text)], before_all=list(numbered))


def _checked(query: str) -> str:
    text = clean(query).strip()
    if not text:
        raise InvalidInput("query", "words to look for expected, got a blank text")
    if len(text) > LONGEST_QUERY:
        raise InvalidInput("query", f"at most {LONGEST_QUERY} characters expected, got {len(text)}")
    return text


def _by_words(rows: QuerySet[Item], text: str) -> list[UUID]:
    """Items with all the words, those first where they stand in what the item is called, or make up more of its text."""
    words = query_words(text)[:MOST_WORDS]
    if not words:
        return []
    asked = SearchQuery(_all_of(words), search_type="raw", config="simple")
    rank = SearchRank(F("search_text__document"), asked, normalization=1)
    found = rows.filter(search_text__document=asked).annotate(rank=rank).order_by("-rank", "pk")
    return list(found.values_list("pk", flat=True)[:POOL])


def _all_of(words: Sequence[str]) -> str:
    """Words as tsquery has them, quoted, so that none of them can be taken for an operator; the last may go on."""
    quoted = ["'" + word.replace("\\", "\\\\").replace("'", "''") + "'" for word in words]
    return " & ".join(quoted) + ":*"


def _by_meaning(rows: QuerySet[Item], text: str) -> list[UUID]:
    space = settings.ITEM_SPACE
    (vector,) = vectors([text], space=space)
    if not vector.any():
        return []
    placed = Cast(F("embeddings__vector"), VectorField(dimensions=DIMENSIONS[space]))
    near = (
        rows.filter(embeddings__space=space)
        .annotate(distance=MaxInnerProduct(placed, vector))
        .order_by("distance")
        .values_list("pk", "distance")
    )
    found = fetch_nearest(*near[:POOL].query.sql_with_params())
    # The index gives them nearly in order.
    return [
        item_id for item_id, distance in sorted(found, key=lambda row: (row[1], row[0])) if -distance >= LEAST[space]
    ]


def _fused(lists: Iterable[Sequence[UUID]], *, before_all: Sequence[UUID]) -> Ranking:
    scores: defaultdict[UUID, float] = defaultdict(float, dict.fromkeys(before_all, 1.0))
    for found in lists:
        for rank, item_id in enumerate(found, 1):
            scores[item_id] += 1 / (RANK_DAMPING + rank)
    return sorted(((score, item_id) for item_id, score in scores.items()), key=lambda entry: (-entry[0], entry[1]))


def _cursor(score: float, item_id: UUID) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([score, item_id])).decode()


def _read_cursor(cursor: str) -> tuple[float, UUID]:
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(cursor), type=tuple[float, UUID])
    except ValueError as error:
        raise InvalidInput("after", "is no cursor of this list; expected an endCursor that it gave") from error
