"""Vectors of texts, each encoded once: they are kept in the cache by the hash of the text."""

import logging
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final

import numpy as np
from django.core.cache import cache
from redis.exceptions import RedisError

from marketing.plain_text import clean
from marketing.text.encoders import Encoder, Vectors, encoder

MOST_CHARACTERS: Final = 20_000
KEPT_SECONDS: Final = 7 * 24 * 3600
# Asked for, encoded and kept at once: some megabytes.
BLOCK: Final = 1_000
CACHE_FAULTS = (RedisError, OSError)

logger = logging.getLogger(__name__)


def vectors(texts: Sequence[str], *, space: str) -> Vectors:
    """Vectors `(texts, dimensions)` of unit length, zeros where a text says nothing; equal texts are encoded once.

    Texts are cut after 20,000 characters. A cache that is down costs time only.

    Raises:
        InvalidInput: naming `space`: there is no such one.
        ModelPackageMissing: the encoder's package is not installed.

    """
    encoding = encoder(space)
    kept = _Kept(encoding)
    normalised = [normalised_text(text) for text in texts]
    places = {text: place for place, text in enumerate(dict.fromkeys(normalised))}
    distinct = list(places)
    found = np.zeros((len(distinct), encoding.dimensions), np.float32)
    for start in range(0, len(distinct), BLOCK):
        found[start : start + BLOCK] = kept.vectors(distinct[start : start + BLOCK])
    result: Vectors = found[[places[text] for text in normalised]]
    return result


def normalised_text(text: str) -> str:
    """What is encoded and hashed: clean, its characters in one spelling (NFC), without space around it."""
    return clean(text[:MOST_CHARACTERS]).strip()


def text_hash(text: str) -> bytes:
    """SHA-256 of the normalised text."""
    return sha256(normalised_text(text).encode()).digest()


class _Kept:
    """An encoder behind the cache, for one call: where the cache fails once it is not asked again."""

    def __init__(self, encoding: Encoder) -> None:
        self._encoder = encoding
        self._cache_answers = True

    def vectors(self, texts: list[str]) -> Vectors:
        keys = [self._key(text) for text in texts]
        kept = self._asked(keys)
        found = np.zeros((len(texts), self._encoder.dimensions), np.float32)
        missing = []
        for place, key in enumerate(keys):
            vector = _decoded(kept.get(key), dimensions=self._encoder.dimensions)
            if vector is None:
                missing.append(place)
            else:
                found[place] = vector
        if missing:
            found[missing] = self._encoder.encode([texts[place] for place in missing])
            self._keep({keys[place]: _encoded(found[place]) for place in missing})
        return found

    def _key(self, text: str) -> str:
        return f"vector:{self._encoder.space}:{self._encoder.version}:{sha256(text.encode()).hexdigest()}"

    def _asked(self, keys: list[str]) -> Mapping[str, object]:
        if self._cache_answers:
            try:
                return dict(cache.get_many(keys))
            except CACHE_FAULTS as error:
                self._note(error)
        return {}

    def _keep(self, values: dict[str, str]) -> None:
        if self._cache_answers:
            try:
                cache.set_many(values, timeout=KEPT_SECONDS)
            except CACHE_FAULTS as error:
                self._note(error)

    def _note(self, error: Exception) -> None:
        self._cache_answers = False
        logger.warning("The cache doesn't answer (%s): vectors of texts are neither looked up nor kept", error)


# The cache speaks JSON, which has no bytes.
def _encoded(vector: Vectors) -> str:
    return b64encode(vector.astype("<f4").tobytes()).decode()


def _decoded(value: object, *, dimensions: int) -> Vectors | None:
    """None for what is no vector of this space: nothing, or what something else left under the key."""
    if not isinstance(value, str):
        return None
    try:
        vector = np.frombuffer(b64decode(value, validate=True), "<f4")
    except ValueError:
        return None
    return vector if vector.shape == (dimensions,) and np.isfinite(vector).all() else None
