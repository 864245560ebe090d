"""Reasons and notes in words. Another language is another entry of each table."""

from recsys.serving.lists import Basis, NoteCode, Reason, ReasonCode
from recsys.serving.relation_wording import way_text

DEFAULT_LANGUAGE = "en"

# Language → event kind → words with the title of the item that speaks for it.
BECAUSE_YOU: dict[str, dict[str, str]] = {
    "en": {
        "view": "because you viewed {title}",
        "click": "because you looked at {title}",
        "add_to_cart": "because you put {title} into your cart",
        "purchase": "because you bought {title}",
        "rating": "because you liked {title}",
        "like": "because you liked {title}",
        "": "because of {title}",
    }
}
REASONS: dict[str, dict[ReasonCode, str]] = {
    "en": {
        "because_you": "because of what you liked",
        "related": "goes with what you liked",
        "like_your_interests": "like what you are interested in",
        "similar_customers": "customers with similar taste liked it",
        "popular": "popular",
        "trending": "trending now",
        "new": "new in the shop",
        "similar_item": "similar",
        "bought_together": "often bought together",
        "recently_viewed": "viewed lately",
        "staff_pick": "our pick",
        "exploring": "something else to discover",
    }
}
# Language → reason → words with the title of the item that others were asked for or that is like them.
AROUND: dict[str, dict[str, str]] = {
    "en": {
        "similar_item": "similar to {title}",
        "bought_together": "often bought with {title}",
        "like_your_interests": "like {title}, which you were interested in",
    }
}
NOTES: dict[str, dict[NoteCode, str]] = {
    "en": {
        "nobody": "This person is new here, so these items are what is trending, not a personal choice.",
        "not_personal": "Personalisation is switched off for this person, so these items are what is trending.",
        "no_model": "No model is deployed yet, so these items are what is trending.",
        "no_history": "Nothing is known of this person's taste yet, so these items are what is trending.",
        "nothing_viewed": "This person has looked at nothing that is on offer.",
        "all_seen": "Everything on offer has been seen already; with excludeSeen: false it is listed again.",
        "all_unseen": "The list is shorter than asked for: everything else on offer has been seen already.",
        "all_there_is": "The list is shorter than asked for: it holds everything that is on offer.",
        "nothing_offered": "Nothing is on offer.",
        "all_matching": "The list is shorter than asked for: nothing else, not seen already, matches the filter.",
        "nothing_matches": "Nothing that is on offer, and not seen already, matches the filter.",
        "capped": "The list is shorter than asked for: more would go beyond the caps per category and brand.",
    }
}
# What other sentences a list of what was viewed has for the same notes: nothing else stands in for it.
NOTES_OF_VIEWED: dict[str, dict[NoteCode, str]] = {
    "en": {
        "nobody": "This person is new here and has looked at nothing yet.",
        "not_personal": "Personalisation is switched off for this person, so what was looked at is not listed.",
    }
}


def reason_text(
    reason: Reason, *, title: str | None, through: str | None = None, language: str = DEFAULT_LANGUAGE
) -> str:
    """Say why, with the title of the item that is the reason where there is one.

    `through` is the title of the item between, where the knowledge graph led over one that may be shown.
    """
    language = _known(language)
    if title and reason.code == "related":
        told = way_text(reason.way, title=title, through=through, kind=reason.kind, language=language)
        if told is not None:
            return told
    if title and reason.code in {"because_you", "related"}:
        patterns = BECAUSE_YOU[language]
        return patterns.get(reason.kind or "", patterns[""]).format(title=title)
    if title and reason.code in AROUND[language]:
        return AROUND[language][reason.code].format(title=title)
    return REASONS[language][reason.code]


def notes_text(notes: tuple[NoteCode, ...], *, basis: Basis = "personal", language: str = DEFAULT_LANGUAGE) -> str:
    sentences = NOTES[_known(language)]
    if basis == "viewed":
        sentences = {**sentences, **NOTES_OF_VIEWED[_known(language)]}
    return " ".join(sentences[note] for note in notes)


def _known(language: str) -> str:
    return language if language in REASONS else DEFAULT_LANGUAGE
