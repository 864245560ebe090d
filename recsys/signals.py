"""What an event tells of a person's taste: a weight for each kind, and which of several events counts.

Training, a person's fresh history and trends use the same SQL, made here. The weights are those of the setting
RECOMMENDATION_WEIGHTS over `DEFAULT_WEIGHTS`; a kind without a weight, or with 0, tells nothing.

Of one person's events on one item:

- Many events count as one: the strongest, so that the same thing done six times is no more than done once.
- The newest sign against the item takes back everything up to it. If something decisive for it came later, the
  strongest of what came later counts; looks alone (views, clicks) don't bring it back, and the sign against stands. So of
  a purchase and a refund, or a like and “not interested”, the newer one counts. At the same instant the sign against wins.
- What was taken out of the cart is as if it had never been put into it.

Words weigh by the mood that was read in them (marketing.reading): a review's where it has no stars, a comment's where it is
clearly for the item or against it. What nobody has read yet tells nothing, and stars win over words.
"""

import math
import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

# Stars, of ratings and of reviews alike: from 4 on, from 3 on, and below, under names that no kind can have.
HIGH_STARS, FAIR_STARS, LOW_STARS = "rating", "rating:fair", "rating:low"
DEFAULT_WEIGHTS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "view": 1.0,
        "click": 1.0,
        "like": 2.0,
        "share": 2.0,
        "add_to_cart": 3.0,
        "purchase": 5.0,
        HIGH_STARS: 5.0,
        FAIR_STARS: 1.0,
        LOW_STARS: -3.0,
        "refund": -3.0,
        "not_interested": -5.0,
    }
)
LARGEST_WEIGHT: Final = 1000.0
# Moods go from -1 to 1: from here on, and down from its opposite, a text is clearly for or against what it is about.
CLEAR_MOOD: Final = 0.3
# Only looking at an item is no decision for it.
LOOKS: Final = ("view", "click")
_KIND: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")


def weights() -> Mapping[str, float]:
    """What each kind of event weighs in this installation.

    Raises:
        ImproperlyConfigured: names what is wrong with RECOMMENDATION_WEIGHTS.

    """
    return checked_weights(settings.RECOMMENDATION_WEIGHTS)


def checked_weights(given: Any) -> Mapping[str, float]:
    """The default weights with the given ones put over them.

    Raises:
        ImproperlyConfigured: names the kind whose weight is none.

    """
    if not isinstance(given, Mapping):
        raise ImproperlyConfigured(
            f"RECOMMENDATION_WEIGHTS is {type(given).__name__}; expected an object: kind of event → weight."
        )
    for kind, weight in given.items():
        _check(kind, weight)
    return {**DEFAULT_WEIGHTS, **{kind: float(weight) for kind, weight in given.items()}}


def _check(kind: Any, weight: Any) -> None:
    if kind == "review":
        raise ImproperlyConfigured(
            "RECOMMENDATION_WEIGHTS: a review weighs what its stars weigh; set "
            f"“{HIGH_STARS}”, “{FAIR_STARS}” and “{LOW_STARS}”."
        )
    if kind not in DEFAULT_WEIGHTS and not (isinstance(kind, str) and _KIND.fullmatch(kind)):
        raise ImproperlyConfigured(
            f"RECOMMENDATION_WEIGHTS: “{str(kind)[:40]}” is no kind of event; expected the name of a built-in or an "
            f"added one, or “{FAIR_STARS}” or “{LOW_STARS}”."
        )
    number = isinstance(weight, int | float) and not isinstance(weight, bool)
    if not number or not math.isfinite(weight) or abs(weight) > LARGEST_WEIGHT:
        raise ImproperlyConfigured(
            f"RECOMMENDATION_WEIGHTS: the weight of “{kind}” is {str(weight)[:40]}; expected a number from "
            f"-{LARGEST_WEIGHT:g} to {LARGEST_WEIGHT:g}."
        )


def weight_sql() -> str:
    """What one event weighs, NULL where it tells nothing: an expression over a row of marketing_event.

    What a robot did or was told twice tells nothing.
    """
    return _weight_sql(tuple(sorted(weights().items())))


def against_sql() -> str:
    """Whether an event can take back earlier ones: a condition over `kind`, so that the others are passed over early."""
    known = weights()
    kinds = {kind for kind, weight in known.items() if weight < 0 and ":" not in kind} | {"remove_from_cart"}
    if any(known[band] < 0 for band in (HIGH_STARS, FAIR_STARS, LOW_STARS)):
        kinds |= {"rating", "review"} | ({"comment"} - known.keys())
    return f"marketing_event.kind IN ({', '.join(map(_quoted, sorted(kinds)))})"


# The rest is about rows `told` of a person and an item: kind, at, weight; against_at, when the newest sign against the item
# was given, and removed_at, when it was last taken out of the cart: aggregates, or windows over the person and the item.
AGAINST_AT = "max(told.at) FILTER (WHERE told.weight < 0)"
REMOVED_AT = "max(told.at) FILTER (WHERE told.kind = 'remove_from_cart')"
# The weight of one event for the item, NULL when it has none or was taken back.
COUNTED = """
CASE WHEN told.weight > 0 AND (told.against_at IS NULL OR told.at > told.against_at)
    AND (told.kind <> 'add_to_cart' OR told.removed_at IS NULL OR told.at > told.removed_at) THEN told.weight END
"""
# An aggregate over rows that have `counted` besides: how strongly all of them together speak for the item, below 0 against
# it, NULL where they tell nothing.
STRENGTH = f"""
CASE WHEN max(told.against_at) IS NULL OR bool_or(told.counted IS NOT NULL AND told.kind NOT IN {LOOKS})
    THEN max(told.counted)
    ELSE min(told.weight) FILTER (WHERE told.at = told.against_at) END
"""


@cache
def _weight_sql(known: tuple[tuple[str, float], ...]) -> str:
    told = dict(known)
    plain = "\n    ".join(
        f"WHEN {_quoted(kind)} THEN {_number(weight)}"
        for kind, weight in known
        if kind != HIGH_STARS and ":" not in kind
    )
    words = "'review'" if "comment" in told else "'review', 'comment'"
    return f"""
CASE WHEN marketing_event.quality = 'ok' THEN CASE marketing_event.kind
    {plain}
    WHEN 'rating' THEN {_stars_sql("marketing_event.value", told)}
    ELSE CASE WHEN marketing_event.kind = 'review' AND marketing_event.payload ? 'stars'
        THEN {_stars_sql("(marketing_event.payload ->> 'stars')::float8", told)}
        WHEN marketing_event.kind IN ({words}) THEN {_mood_sql(told)} END
END END
"""


def _stars_sql(stars: str, told: Mapping[str, float]) -> str:
    bands = ((4, HIGH_STARS), (3, FAIR_STARS), (0, LOW_STARS))
    cases = " ".join(f"WHEN {stars} >= {least} THEN {_number(told[band])}" for least, band in bands)
    return f"CASE {cases} END"


def _mood_sql(told: Mapping[str, float]) -> str:
    """What the mood weighs that was read in an event's text. Only the rows that get here look for their reading."""
    return f"""(
            SELECT CASE WHEN reading.sentiment >= {CLEAR_MOOD} THEN {_number(told[HIGH_STARS])}
                WHEN reading.sentiment <= -{CLEAR_MOOD} THEN {_number(told[LOW_STARS])}
                WHEN reading.sentiment IS NOT NULL AND marketing_event.kind = 'review'
                    THEN {_number(told[FAIR_STARS])} END
            FROM marketing_textreading reading WHERE reading.event_id = marketing_event.id)"""  # noqa: S608 – constants


def _number(weight: float) -> str:
    return f"{weight!r}::float4" if weight else "NULL"


def _quoted(kind: str) -> str:
    """A checked name: it holds no quote and no percent sign."""
    return f"'{kind}'"
