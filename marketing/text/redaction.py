"""Personal data and secrets in a text, replaced by what they are: “card 4111 1111 1111 1111” becomes “card [card]”.

Rules, not a trained model: what has a shape or a check of its own is found; a name or a street is not.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Literal

from marketing.plain_text import clean
from marketing.text.checksums import IBAN_LENGTHS, is_card, is_iban, is_resident_id

Kind = Literal["secret", "email", "iban", "national_id", "card", "phone"]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, from `start` to before `end` in the text as it was given."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Redacted:
    text: str
    found: tuple[Found, ...]


def redact(text: str) -> Redacted:
    """The text, clean, with every find replaced by its kind in square brackets."""
    found = _find(text.translate(_plain_signs()))
    parts, end = [], 0
    for one in found:
        parts += [text[end : one.start], f"[{one.kind}]"]
        end = one.end
    return Redacted(clean("".join([*parts, text[end:]])), tuple(found))


def _find(text: str) -> list[Found]:
    found: list[Found] = []
    taken = bytearray(len(text))
    for kind, spans in DETECTORS:
        for start, end in spans(text):
            if not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                found.append(Found(kind, start, end))
    return sorted(found, key=lambda one: one.start)


# -- Secrets -----------------------------------------------------------------------------------------------------------

TOKEN = re.compile(
    r"""(?<![A-Za-z0-9_\-])(?:
        sk-[A-Za-z0-9_\-]{16,200}
        | (?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{16,200}
        | (?:AKIA|ASIA)[A-Z0-9]{16}
        | gh[pousr]_[A-Za-z0-9]{30,200} | github_pat_[A-Za-z0-9_]{30,200} | glpat-[A-Za-z0-9_\-]{16,200}
        | xox[abeoprs]-[A-Za-z0-9\-]{10,200}
        | AIza[A-Za-z0-9_\-]{35}
        | eyJ[A-Za-z0-9_\-]{8,4000}\.eyJ[A-Za-z0-9_\-]{2,8000}\.[A-Za-z0-9_\-]{8,2000}
    )(?![A-Za-z0-9_\-])""",
    re.VERBOSE,
)
BEARER = re.compile(r"(?i:\bbearer)[ ]{1,3}([A-Za-z0-9._~+/\-]{16,4000}=*)")
PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[A-Za-z0-9+/=:,\s\-]{0,8000}?-----END [A-Z ]{0,30}KEY-----"
)
LONG_SECRET = 6
# “password: hunter22”; after “is” a word must look unlike a word, for “my password is wrong”.
NAMED = re.compile(
    r"""(?:(?<![a-z])(?:password|passwort|passwd|passcode|passphrase|pwd|api[ _\-]?key|access[ _\-]?key|secret(?:[ _\-]?key)?
        |token|pin(?:[ ]?code)?|cvv2?|cvc2?)(?![a-z])|密码|口令|密钥|验证码|安全码)["'”’]?
        [ ]{0,3}(?:(?P<said>is|are|was|是|为)[ ]{0,3}:?|(?P<set>[:=])|)[ ]{0,3}["'“‘]?
        (?P<value>[!-~]{3,200})""",
    re.VERBOSE | re.IGNORECASE,
)


def _secrets(text: str) -> Iterator[Span]:
    for pattern in (TOKEN, PRIVATE_KEY):
        yield from (match.span() for match in pattern.finditer(text))
    yield from (match.span(1) for match in BEARER.finditer(text))
    for match in NAMED.finditer(text):
        value = match["value"].rstrip("\"'.,;!?)")
        start = match.start("value")
        if _is_secret(value, announced=bool(match["set"]), said=bool(match["said"])):
            yield start, start + len(value)


def _is_secret(value: str, *, announced: bool, said: bool) -> bool:
    """Whether it is no plain word: a colon before it proves most, “is” less, and standing beside the name least."""
    if value[:1] in {"", "-", "[", "("}:
        return False
    if announced and (len(value) >= LONG_SECRET or not value.isalpha()):
        return True
    return (said or len(value) >= LONG_SECRET) and any(map(str.isdigit, value))


# -- Addresses and accounts --------------------------------------------------------------------------------------------

EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9._%+\-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}"
    r"(?![A-Za-z0-9])"
)
IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ \-]?[A-Za-z0-9]){11,30}")


def _emails(text: str) -> Iterator[Span]:
    return (match.span() for match in EMAIL.finditer(text))


def _ibans(text: str) -> Iterator[Span]:
    """Its length is the country's: what follows after a space may be the sentence's next word."""
    for match in IBAN.finditer(text):
        length = IBAN_LENGTHS.get(match[0][:2].upper(), 0)
        places = [place for place, sign in enumerate(match[0]) if sign.isalnum()][:length]
        end = match.start() + places[-1] + 1 if places else match.start()
        compact = "".join(match[0][place] for place in places).upper()
        if is_iban(compact) and not text[end : end + 1].isalnum():
            yield match.start(), end


# -- Numbers of people -------------------------------------------------------------------------------------------------

# A dash or dot ties digits to one number; a space may stand between two.
ALONE_BEFORE, ALONE_AFTER = r"(?<!\d)(?<!\d[.\-])", r"(?!\d)(?![.\-]\d)"
RESIDENT_ID = re.compile(
    rf"{ALONE_BEFORE}(?<![A-Za-z])\d{{6}}[ \-]?\d{{8}}[ \-]?\d{{3}}[\dXx](?![A-Za-z]){ALONE_AFTER}"
)
SOCIAL_SECURITY = re.compile(rf"{ALONE_BEFORE}(?!000|666|9)\d{{3}}([ \-])(?!00)\d\d\1(?!0000)\d{{4}}{ALONE_AFTER}")
FULL_WIDTH = 0xFEE0  # from a sign to the same one in the width of a Chinese character
SEPARATORS = re.compile(r"[ .\-]")


def _national_ids(text: str) -> Iterator[Span]:
    for match in RESIDENT_ID.finditer(text):
        if is_resident_id(SEPARATORS.sub("", match[0]).upper()):
            yield match.span()
    yield from (match.span() for match in SOCIAL_SECURITY.finditer(text))


# -- Cards -------------------------------------------------------------------------------------------------------------

RUN = re.compile(r"\d+(?:[ .\-]{1,3}\d+)*")
TIED = re.compile(r"\d+(?:[.\-]\d+)*")
LAYOUTS = ((4, 4, 4, 4, 3), (4, 4, 4, 4), (4, 6, 5), (4, 6, 4))
SHORTEST, LONGEST = 13, 19
EXPIRY = re.compile(r"(?:0[1-9]|1[0-2])\d\d")  # month and year


def _cards(text: str) -> Iterator[Span]:
    """A run of digits that is a card as a whole, or has one between its spaces.

    What is tied by dashes is one number: a longer one is a reference, however much a part of it looks like a card.
    """
    for run in RUN.finditer(text):
        if _is_card(run[0]):
            yield run.span()
        else:
            groups = [(one.start() + run.start(), one.end() + run.start()) for one in TIED.finditer(run[0])]
            yield from (span for span in groups if _is_card(text[slice(*span)]))
            yield from _laid_out(text, groups)


def _laid_out(text: str, groups: list[Span]) -> Iterator[Span]:
    """Neighbours of the lengths that are printed on cards, with little beside them that could be of the same number."""
    lengths = tuple(end - start for start, end in groups)
    for first, layout in product(range(len(groups)), LAYOUTS):
        end = first + len(layout)
        if lengths[first:end] != layout or lengths[max(first - 2, 0) : first] == (4, 4):
            continue
        goes_on = lengths[end : end + 1] == (4,) and len(groups) > end + 1
        if (not goes_on or EXPIRY.fullmatch(text[slice(*groups[end])])) and _is_card(
            text[groups[first][0] : groups[end - 1][1]]
        ):
            yield groups[first][0], groups[end - 1][1]


def _is_card(run: str) -> bool:
    digits = SEPARATORS.sub("", run) if len(run) <= LONGEST * 4 else ""
    return SHORTEST <= len(digits) <= LONGEST and is_card(digits)


# -- Telephones --------------------------------------------------------------------------------------------------------

INTERNATIONAL = re.compile(r"(?<![\d+])(?:\+|00[ ]?(?=[1-9]\d{0,2}[ \-]))[1-9](?:[ .\-()]{0,2}\d){7,14}(?![.\-]?\d)")
CHINESE_MOBILE = re.compile(rf"{ALONE_BEFORE}(?<![A-Za-z])(?:86[ \-]?)?1[3-9]\d[ \-]?\d{{4}}[ \-]?\d{{4}}{ALONE_AFTER}")
# With spaces or dashes only: ten bare digits may be anything.
AMERICAN = re.compile(
    rf"{ALONE_BEFORE}(?:1[ .\-])?(?:\([2-9]\d\d\)[ ]?|[2-9]\d\d[ .\-])[2-9]\d\d[ .\-]\d{{4}}{ALONE_AFTER}"
)
WITH_AREA = re.compile(
    r"(?<!\d)(?<!\d[ .\-])(?:\(0[1-9]\d{1,4}\)[ ]?|0[1-9]\d{1,3}[ \-])\d{2,8}(?:[ \-]\d{2,6}){0,3}(?![ .\-]?\d)"
)
ANNOUNCED = re.compile(
    r"(?:\b(?:tel|telephone|phone|mobile|cell|whatsapp|fax|call me (?:at|on))\b|电话|手机号?码?|致电)[^\w+]{0,3}(?:(?:is|no|number|是|为)\W{1,3})?"
    r"(\+?\d(?:[ .\-()]{0,2}\d){6,14})(?![.\-]?\d)",
    re.IGNORECASE,
)


def _phones(text: str) -> Iterator[Span]:
    yield from (match.span() for match in INTERNATIONAL.finditer(text))
    yield from (match.span() for match in CHINESE_MOBILE.finditer(text))
    yield from (match.span() for match in AMERICAN.finditer(text))
    yield from (match.span(1) for match in ANNOUNCED.finditer(text))
    for match in WITH_AREA.finditer(text):
        if 9 <= sum(map(str.isdigit, match[0])) <= 12:
            yield match.span()


# What comes first has the characters: an IBAN's digits are no telephone.
DETECTORS: tuple[tuple[Kind, Callable[[str], Iterator[Span]]], ...] = (
    ("secret", _secrets),
    ("email", _emails),
    ("iban", _ibans),
    ("national_id", _national_ids),
    ("card", _cards),
    ("phone", _phones),
)


@cache
def _plain_signs() -> dict[int, str]:
    """Sign to sign, so that places stay: digits of all scripts, full-width letters, kinds of dashes and of spaces."""
    signs = {code: chr(code - FULL_WIDTH) for code in range(0xFF01, 0xFF5F)}
    for code in range(0x80, 0x20000):
        category = unicodedata.category(chr(code))
        if category == "Nd":
            signs[code] = str(unicodedata.digit(chr(code)))
        elif category == "Pd":
            signs[code] = "-"
        elif category == "Zs":
            signs[code] = " "
    return {**signs, **dict.fromkeys([0, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF], " "), 0x2212: "-"}
