"""What items say, made searchable: the words of each in all its languages, and where its text lies in a space.

An item's row of words remembers which state of the item it was made of (`updated_at`) and from which text (`text_hash`),
so that stale items are found by comparing. That also holds for changes whose transaction ended late. An item whose text
has no words, such as one of emoji alone, has an empty row of words and no vector.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db import connection, transaction

from marketing.models import Item
from marketing.nearest import as_vector
from marketing.services.event_items import STUB
from marketing.text.segmentation import search_text
from marketing.text.vectors import vectors

# Items are locked while a batch is encoded, and whoever writes one of them waits: a fraction of a second.
BATCH: Final = 200
# Of one item; what stands behind is not searched. A description has at most 20,000 characters in each language.
MOST_CHARACTERS: Final = 60_000
# Goes into the hash, so that another way of making words makes all of them anew.
VERSION: Final = b"1"

COLUMNS = """
item.id, item.updated_at, item.title, item.description, item.translations::text, item.brand, item.tags,
category.name, category.translations::text, search.text_hash, search.document <> '', embedding.text_hash
"""
ITEMS = """
FROM marketing_item item
LEFT JOIN marketing_category category ON category.id = item.category_id
LEFT JOIN marketing_itemsearchtext search ON search.item_id = item.id
LEFT JOIN marketing_itemembedding embedding ON embedding.item_id = item.id AND embedding.space = %(space)s
"""
# A stub's title is its SKU; it becomes an item when somebody describes it. The last case is a space that is new, or that
# was left for a while: whoever has words shall lie in it.
IS_STALE = f"""
item.attributes <> '{STUB}' AND (
    search.updated_at IS DISTINCT FROM item.updated_at
    OR (embedding.text_hash IS DISTINCT FROM search.text_hash AND search.document <> '')
)
"""
# Several at once share the items. The lock lets events of these items be stored meanwhile.
STALE = f"SELECT {COLUMNS} {ITEMS} WHERE {IS_STALE} LIMIT %(batch)s FOR NO KEY UPDATE OF item SKIP LOCKED"
COUNT_STALE = f"SELECT count(*) {ITEMS} WHERE {IS_STALE}"
NEXT = f"""
SELECT {COLUMNS} {ITEMS} WHERE item.attributes <> '{STUB}' AND item.id > %(after)s
ORDER BY item.id LIMIT %(batch)s FOR NO KEY UPDATE OF item
"""
WRITE_WORDS = """
INSERT INTO marketing_itemsearchtext (item_id, document, text_hash, updated_at)
SELECT id, setweight(to_tsvector('simple', names), 'A') || setweight(to_tsvector('simple', labels), 'B')
           || setweight(to_tsvector('simple', descriptions), 'C'), text_hash, as_of
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::bytea[], %s::timestamptz[])
    AS incoming(id, names, labels, descriptions, text_hash, as_of)
ON CONFLICT (item_id) DO UPDATE
SET document = excluded.document, text_hash = excluded.text_hash, updated_at = excluded.updated_at
"""
TOUCH_WORDS = """
UPDATE marketing_itemsearchtext search SET updated_at = incoming.as_of
FROM unnest(%s::uuid[], %s::timestamptz[]) AS incoming(id, as_of)
WHERE search.item_id = incoming.id
"""
WRITE_VECTORS = """
INSERT INTO marketing_itemembedding (item_id, space, text_hash, vector, updated_at)
SELECT id, %s, text_hash, vector::vector, now() FROM unnest(%s::uuid[], %s::bytea[], %s::text[])
    AS incoming(id, text_hash, vector)
ON CONFLICT (item_id, space) DO UPDATE
SET text_hash = excluded.text_hash, vector = excluded.vector, updated_at = excluded.updated_at
"""
FORGET_VECTORS = "DELETE FROM marketing_itemembedding WHERE item_id = ANY(%s::uuid[])"


@dataclass(frozen=True)
class Indexed:
    """How many items were looked at; of how many words or a vector were made anew; how many have no text."""

    items: int = 0
    words: int = 0
    vectors: int = 0
    empty: int = 0

    def __add__(self, other: "Indexed") -> "Indexed":
        return Indexed(
            self.items + other.items,
            self.words + other.words,
            self.vectors + other.vectors,
            self.empty + other.empty,
        )


def index_stale(*, most: int | None = None, progress: Callable[[int], object] = int) -> Indexed:
    """Bring up to date what items were written since; several at once share them. About `most` items, else all.

    `progress` is told how many items more are done.
    """
    done = Indexed()
    while most is None or done.items < most:
        with transaction.atomic():
            rows = _rows(STALE)
            batch = _index(rows)
        if not rows:
            break
        progress(batch.items)
        done += batch
    return done


def index_all(*, progress: Callable[[int], object] = int) -> Indexed:
    """Look at every item, also at those that nobody wrote, whose category may have got another name."""
    done, after = Indexed(), UUID(int=0)
    while True:
        with transaction.atomic():
            rows = _rows(NEXT, after=after)
            batch = _index(rows)
        if not rows:
            return done
        progress(batch.items)
        done, after = done + batch, rows[-1].id


def count_stale() -> int:
    with connection.cursor() as cursor:
        cursor.execute(COUNT_STALE, {"space": settings.ITEM_SPACE})
        (count,) = cursor.fetchone()
    return int(count)


def count_all() -> int:
    return Item.objects.exclude(attributes=json.loads(STUB)).count()


class _Row(NamedTuple):
    """An item as it was read, with what its rows were made from."""

    id: UUID
    updated_at: datetime
    title: str
    description: str
    translations: str
    brand: str
    tags: list[str]
    category: str | None
    category_translations: str | None
    words_hash: bytes | None
    has_words: bool | None
    vector_hash: bytes | None


@dataclass(frozen=True)
class _Text:
    """What an item says in all its languages: what it is called, how it is labelled, how it is described.

    `short` are its names with their labels, one text for each language.
    """

    names: str
    labels: str
    descriptions: str
    short: tuple[str, ...]

    @classmethod
    def of(cls, row: _Row) -> "_Text":
        own = json.loads(row.translations)
        shelves = json.loads(row.category_translations or "{}")
        marks = [row.brand, *row.tags]
        titles = {language: text.get("title", "") for language, text in own.items()}
        return cls(
            names=_joined([row.title, *titles.values()]),
            labels=_joined([row.category or "", *shelves.values(), *marks]),
            descriptions=_joined([row.description, *(text.get("description", "") for text in own.values())])[
                :MOST_CHARACTERS
            ],
            short=(
                _joined([row.title, row.category or "", *marks]),
                *(_joined([title, shelves.get(language, "")]) for language, title in titles.items() if title),
            ),
        )

    @property
    def hash(self) -> bytes:
        parts = [self.names, self.labels, self.descriptions, *self.short]
        return hashlib.sha256(VERSION + json.dumps(parts, ensure_ascii=False).encode()).digest()

    @property
    def whole(self) -> str:
        # Encoders read so many words of a text; what it is called and how it is labelled come first.
        return _joined([self.names, self.labels, self.descriptions])


def _joined(texts: Iterable[str]) -> str:
    return ". ".join(dict.fromkeys(text.strip() for text in texts if text and text.strip()))


def _rows(statement: str, **parameters: Any) -> list[_Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"space": settings.ITEM_SPACE, "batch": BATCH, **parameters})
        return [_Row._make(row) for row in cursor.fetchall()]


def _index(rows: Sequence[_Row]) -> Indexed:
    items = [_Item.of(row) for row in rows]
    changed = [item for item in items if item.words is not None]
    encoded = [item for item in items if item.has_words and not _same(item.row.vector_hash, item.hash)]
    empty = [item.row.id for item in items if not item.has_words]
    with connection.cursor() as cursor:
        _write_words(cursor, changed)
        _touch_words(cursor, [item.row for item in items if item.words is None])
        _write_vectors(cursor, encoded)
        if empty:
            cursor.execute(FORGET_VECTORS, [empty])
    return Indexed(len(items), len(changed), len(encoded), len(empty))


@dataclass(frozen=True)
class _Item:
    """`words`: its names, labels and descriptions, segmented; None where those that stand are of the same text."""

    row: _Row
    text: _Text
    hash: bytes
    words: tuple[str, str, str] | None

    @classmethod
    def of(cls, row: _Row) -> "_Item":
        text = _Text.of(row)
        if _same(row.words_hash, text.hash):
            return cls(row, text, text.hash, None)
        words = (search_text(text.names), search_text(text.labels), search_text(text.descriptions))
        return cls(row, text, text.hash, words)

    @property
    def has_words(self) -> bool:
        return bool(self.row.has_words) if self.words is None else any(self.words)


def _same(stored: bytes | None, own: bytes) -> bool:
    return stored is not None and bytes(stored) == own


def _write_words(cursor: Any, items: Sequence[_Item]) -> None:
    if not items:
        return
    names, labels, descriptions = zip(*(item.words or ("", "", "") for item in items), strict=True)
    cursor.execute(
        WRITE_WORDS,
        [
            [item.row.id for item in items],
            list(names),
            list(labels),
            list(descriptions),
            [item.hash for item in items],
            [item.row.updated_at for item in items],
        ],
    )


def _touch_words(cursor: Any, rows: Sequence[_Row]) -> None:
    if rows:
        cursor.execute(TOUCH_WORDS, [[row.id for row in rows], [row.updated_at for row in rows]])


def _write_vectors(cursor: Any, items: Sequence[_Item]) -> None:
    if not items:
        return
    made = _placed([item.text for item in items])
    parameters = [[item.row.id for item in items], [item.hash for item in items], [as_vector(row) for row in made]]
    cursor.execute(WRITE_VECTORS, [settings.ITEM_SPACE, *parameters])


def _placed(texts: Sequence[_Text]) -> npt.NDArray[np.float32]:
    """Where texts lie `(texts, d)`: the mean direction of the whole and of each language's name with its labels.

    A query is short, and so are names: of what lies nearest to the name of one of the sample shop's shelves, 95 of 100
    stand on it, in English and in Chinese; with the whole text alone 91 and 90.
    """
    parts = [(place, part) for place, text in enumerate(texts) for part in (text.whole, *text.short)]
    encoded = vectors([part for _place, part in parts], space=settings.ITEM_SPACE)
    sums = np.zeros((len(texts), encoded.shape[1]), np.float32)
    np.add.at(sums, [place for place, _part in parts], encoded)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    placed: npt.NDArray[np.float32] = np.divide(sums, lengths, out=np.zeros_like(sums), where=lengths > 0)
    return placed
