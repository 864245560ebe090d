"""Words for full-text search: Chinese is cut by a dictionary, since Postgres has no parser for it."""

import re
import unicodedata
import warnings
from collections.abc import Iterator
from functools import cache
from threading import Lock

with warnings.catch_warnings():
    # Its source has escapes that newer Pythons warn of when they first compile it.
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    warnings.filterwarnings("ignore", category=SyntaxWarning)
    import jieba

from marketing.plain_text import clean

MOST_CHARACTERS = 20_000
MOST_QUERY_CHARACTERS = 400
# Postgres indexes no longer words; what is longer is no word but a code that nobody types.
LONGEST_WORD = 64

HAN = "[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]"
# Vowels and accents of Hindi, Thai, Arabic and others are signs of their own, which belong to the word.
MARKS = "".join(sign for sign in map(chr, range(0x300, 0x1000)) if unicodedata.category(sign).startswith("M"))
LETTERS = rf"(?:(?!{HAN})[^\W_]|[{MARKS}])+"
RUN = re.compile(rf"({HAN}+)|({LETTERS}(?:['’]{LETTERS})*)")
APOSTROPHE = re.compile("['’]")
# They hold sentences together and say nothing about what is looked for.
PARTICLES = frozenset("的了呢吗吧啊呀嘛么着地得之与和或在是有我你您他她它们请个这那")

_loading = Lock()


def words(text: str) -> list[str]:
    """The text's words, casefolded; a Chinese word is followed or preceded by the shorter words within it."""
    return list(_words(text[:MOST_CHARACTERS], within=True))


def search_text(text: str) -> str:
    """What `to_tsvector('simple', …)` is given: the words with spaces between them."""
    return " ".join(words(text))


def query_words(text: str) -> list[str]:
    """What to look for, each word once: whole words, without Chinese particles where anything else is left."""
    found = list(dict.fromkeys(_words(text[:MOST_QUERY_CHARACTERS], within=False)))
    return [word for word in found if word not in PARTICLES] or found


def _words(text: str, *, within: bool) -> Iterator[str]:
    # Full-width letters and digits become plain ones.
    for run in RUN.finditer(unicodedata.normalize("NFKC", clean(text)).casefold()):
        han, other = run.groups()
        if other:
            yield APOSTROPHE.sub("", other)[:LONGEST_WORD]
        else:
            yield from _dictionary().cut_for_search(han) if within else _dictionary().cut(han)


class _Dictionary(jieba.Tokenizer):  # type: ignore[misc] # it ships no types
    def initialize(self, dictionary: str | None = None) -> None:  # noqa: ARG002 - as the library calls it
        """Read the package's word list. Its own way keeps code-like bytes in a folder that everybody may write to."""
        self.FREQ, self.total = self.gen_pfdict(self.get_dict_file())
        self.initialized = True


def _dictionary() -> _Dictionary:
    with _loading:  # a second and tens of megabytes, once
        return _loaded()


@cache
def _loaded() -> _Dictionary:
    dictionary = _Dictionary()
    dictionary.initialize()
    return dictionary
