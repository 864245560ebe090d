"""Encoders of sentences, by the space that their vectors lie in. A new one is a file and a line here.

What serves is numpy; training of an encoder lives in modules named `…_fit`.
"""

from functools import cache
from importlib import import_module
from threading import Lock
from typing import Final, cast

from marketing.errors import InvalidInput
from marketing.text.encoders.port import Encoder, Vectors

SPACES: Final[dict[str, str]] = {
    "english": "marketing.text.encoders.minilm",
    "multilingual": "marketing.text.encoders.multilingual",
}
_loading = Lock()


def encoder(space: str) -> Encoder:
    """The process's encoder of this space; its weights are read when it is first asked for.

    Raises:
        InvalidInput: naming `space`: there is no such one.
        ModelPackageMissing: its package is not installed.

    """
    if space not in SPACES:
        raise InvalidInput("space", f"one of {', '.join(sorted(SPACES))} expected, got {space!r}")
    with _loading:  # two threads would read the weights twice
        return _loaded(space)


@cache
def _loaded(space: str) -> Encoder:
    return cast("Encoder", import_module(SPACES[space]).load())


__all__ = ["SPACES", "Encoder", "Vectors", "encoder"]
