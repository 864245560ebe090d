"""What the sample shop's customers write: reviews of what they bought and rated, comments on what they looked at.

The words depend on the product, on the stars and on whether the product suits the customer's taste; the language is the
customer's: Chinese where that is the locale's, else English.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from marketing.sample_shop.catalogue import COLOURS, SHELVES
from marketing.sample_shop.catalogue.blueprint import Text
from marketing.sample_shop.people import People
from marketing.sample_shop.review_words import ANY, BUT, CLOSERS, OPENERS, SUITS, Opinions
from marketing.sample_shop.review_words import SHELVES as OPINIONS
from marketing.sample_shop.rhythm import Window
from marketing.sample_shop.rows import Language, SampleCustomer, SampleEvents, SampleProduct
from marketing.sample_shop.tastes import Floats, Ints, Traits

# Of ratings with so many stars, the share that words come with: who is angry, or delighted, writes.
WRITES = {1: 0.95, 2: 0.9, 3: 0.4, 4: 0.4, 5: 0.6}
WITHOUT_STARS = 0.12
WRITTEN_AFTER_SECONDS = (20, 600)
# Comments on what a customer looked at, one of so many views.
VIEWS_A_COMMENT = 260
# From how much a product suits on, or doesn't, people say so.
SUITS_FROM, OFFENDS_FROM = 0.8, -0.6
SAYS_IT = 0.35
ANY_INSTEAD = 0.4  # of sentences, those that would fit any product

_KIND_NAMES = {kind.name.en: kind.name for shelf in SHELVES for kind in shelf.kinds}
_COLOUR_NAMES = {colour.name.en: colour.name for colour in COLOURS.values()}


@dataclass(frozen=True)
class WrittenReview:
    """A text with what its writer meant by it."""

    text: str
    stars: int
    language: Language


def add_texts(
    events: SampleEvents,
    *,
    people: People,
    customers: list[SampleCustomer],
    products: list[SampleProduct],
    rng: np.random.Generator,
    window: Window,
    seed: int,
) -> SampleEvents:
    """The events with reviews and comments among them, in order of time."""
    reviewed = _reviewed(events, rng=rng)
    commented = _commented(events, rng=rng)
    fit = _fit(events, np.concatenate([reviewed, commented]), people=people, products=products)
    stars = np.concatenate([events.value[reviewed], _stars_of(fit[len(reviewed) :], rng=rng)]).astype(int)
    rows = np.concatenate([reviewed, commented])
    is_review = np.arange(len(rows)) < len(reviewed)
    at = events.occurred_at[rows] + (rng.uniform(*WRITTEN_AFTER_SECONDS, len(rows)) * 1e6).astype(np.int64)
    languages = {customer.external_id: _language(customer) for customer in customers}
    payloads = np.empty(len(rows), dtype=object)
    for place, row in enumerate(rows.tolist()):
        text = write(
            products[events.product[row]],
            stars=int(stars[place]),
            fit=float(fit[place]),
            language=languages[str(events.identity[row])],
            rng=rng,
        )
        said: dict[str, str | int] = {"text": text}
        if is_review[place] and rng.random() >= WITHOUT_STARS:
            said["stars"] = int(stars[place])
        payloads[place] = json.dumps(said, ensure_ascii=False)
    kept = at < window.end
    ids = np.char.mod(f"sample-{seed}-w%05d", np.arange(1, len(rows) + 1))
    written = SampleEvents(
        event_id=ids[kept],
        identity_kind=events.identity_kind[rows][kept],
        identity=events.identity[rows][kept],
        product=events.product[rows][kept],
        kind=np.where(is_review, "review", "comment")[kept],
        value=np.full(int(kept.sum()), np.nan),
        occurred_at=at[kept],
        session=events.session[rows][kept],
        payload=payloads[kept],
    )
    return _merged(events, written)


def practice_reviews(count: int, *, seed: int = 7) -> list[WrittenReview]:
    """Reviews of made-up products, as many of each number of stars, half of them Chinese: for those who have none."""
    rng = np.random.default_rng(seed)
    shelves = [(shelf, kind) for shelf in SHELVES for kind in shelf.kinds]
    reviews = []
    for number in range(count):
        shelf, kind = shelves[int(rng.integers(len(shelves)))]
        colour = COLOURS[shelf.colours[int(rng.integers(len(shelf.colours)))]]
        stars, language = 1 + number % 5, _languages()[number // 5 % 2]
        text = _sentences(shelf.code, stars=stars, fit=float(rng.normal()), language=language, rng=rng)
        reviews.append(
            WrittenReview(_said(text, kind=kind.name, colour=colour.name, language=language), stars, language)
        )
    return reviews


def write(product: SampleProduct, *, stars: int, fit: float, language: Language, rng: np.random.Generator) -> str:
    """A review of a product of the shop. `fit` says how well it suits the writer: 0 in the middle, about 1 wide."""
    sentences = _sentences(product.category, stars=stars, fit=fit, language=language, rng=rng)
    kind, colour = product.attributes["kind"], product.attributes["colour"]
    return _said(sentences, kind=_KIND_NAMES[kind], colour=_COLOUR_NAMES[colour], language=language)


def _languages() -> tuple[Language, Language]:
    return "en", "zh"


def _sentences(shelf: str, *, stars: int, fit: float, language: Language, rng: np.random.Generator) -> list[str]:
    """Opener, one or two opinions, perhaps a word of taste, perhaps an end; of three stars both sides."""
    own = _opinions_of(shelf)
    likes = stars > 3
    praise = _opinion(own.praise, ANY.praise, rng=rng)
    blame = _opinion(own.blame, ANY.blame, rng=rng)
    told = [_one(OPENERS[stars], rng=rng)]
    # What follows a “but” fits any product: else it might say the opposite of the sentence before.
    if stars == 3 and rng.random() < 0.5:
        told += [_one(own.praise, rng=rng), _but(_one(ANY.blame, rng=rng))]
    elif stars == 3:
        told.append(praise if rng.random() < 0.5 else blame)
    else:
        told.append(praise if likes else blame)
        if stars in (2, 4) and rng.random() < 0.3:
            told[1:] = [_one((own.praise if likes else own.blame), rng=rng)]
            told.append(_but(_one((ANY.blame if likes else ANY.praise), rng=rng)))
        elif rng.random() < 0.4:
            told.append(_one((own.praise if likes else own.blame), rng=rng))
    suits = fit > SUITS_FROM if likes else fit < OFFENDS_FROM
    if suits and stars != 3 and rng.random() < SAYS_IT:
        told.append(_one(SUITS[likes], rng=rng))
    if stars in (1, 5) and rng.random() < 0.5:
        told.append(_one(CLOSERS[likes], rng=rng))
    if rng.random() < 0.25 and len(told) > 2:
        told = told[1:]  # not everybody begins at the beginning
    place = 0 if language == "en" else 1
    return [sentence[place] for sentence in dict.fromkeys(told)]


@cache
def _opinions_of(shelf: str) -> Opinions:
    found = [opinions for shelves, opinions in OPINIONS if shelf in shelves.split()]
    return Opinions(
        tuple(text for opinions in found for text in opinions.praise),
        tuple(text for opinions in found for text in opinions.blame),
    )


def _opinion(own: Sequence[Text], any_: Sequence[Text], *, rng: np.random.Generator) -> Text:
    return _one(any_ if rng.random() < ANY_INSTEAD else own, rng=rng)


def _but(sentence: Text) -> Text:
    first = sentence.en if sentence.en.startswith("I ") else sentence.en[:1].lower() + sentence.en[1:]
    return Text(f"{BUT.en}{first}", f"{BUT.zh}{sentence.zh}")


def _one(sentences: Sequence[Text], *, rng: np.random.Generator) -> Text:
    return sentences[int(rng.integers(len(sentences)))]


def _said(sentences: list[str], *, kind: Text, colour: Text, language: Language) -> str:
    place = 0 if language == "en" else 1
    joined = " ".join(sentences) if language == "en" else "".join(sentences)
    return joined.format(kind=kind[place].lower(), colour=colour[place].lower())


def _language(customer: SampleCustomer) -> Language:
    return "zh" if customer.locale.startswith("zh") else "en"


def _reviewed(events: SampleEvents, *, rng: np.random.Generator) -> Ints:
    """Rows of the ratings that words come with."""
    rated = np.flatnonzero(events.kind == "rating")
    share = np.array([WRITES[int(stars)] for stars in events.value[rated]])
    return rated[rng.random(len(rated)) < share]


def _commented(events: SampleEvents, *, rng: np.random.Generator) -> Ints:
    """Rows of the views that a customer says something after."""
    viewed = np.flatnonzero((events.kind == "view") & (events.identity_kind == "customer"))
    return viewed[rng.random(len(viewed)) < 1 / VIEWS_A_COMMENT]


def _fit(events: SampleEvents, rows: Ints, *, people: People, products: list[SampleProduct]) -> Floats:
    """How well each row's product suits its person: about 1 wide. Shape (rows,)."""
    numbers = {identity: number for number, identity in enumerate(people.identities)}
    persons = np.array([numbers[identity] for identity in events.identity[rows].tolist()], dtype=np.intp)
    if not len(persons):
        return np.zeros(0, np.float32)
    fit = people.tastes.fit_of(persons, events.product[rows].astype(np.intp), Traits.of(products))
    return np.asarray((fit - fit.mean()) / max(float(fit.std()), 1e-6), dtype=np.float32)


def _stars_of(fit: Floats, *, rng: np.random.Generator) -> NDArray[np.float64]:
    """What somebody who only looked thinks of it."""
    return np.clip(np.rint(3.4 + 1.1 * fit + rng.normal(0, 0.5, len(fit))), 1, 5)


def _merged(events: SampleEvents, written: SampleEvents) -> SampleEvents:
    order = np.argsort(np.concatenate([events.occurred_at, written.occurred_at]), kind="stable")
    columns = {
        name: np.concatenate([getattr(events, name), getattr(written, name)])[order]
        for name in SampleEvents.__dataclass_fields__
    }
    return SampleEvents(**columns)
