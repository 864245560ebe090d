"""Which texts a model is judged by, the same ones in every run: equal texts never stand on both sides."""

import hashlib


def text_holdout(text: str, *, parts: int = 5) -> bool:
    """Whether a text is one of the test texts, one in `parts`; equal texts always fall on the same side."""
    return int.from_bytes(hashlib.sha256(text.strip().encode()).digest()[:8], "big") % parts == 0
