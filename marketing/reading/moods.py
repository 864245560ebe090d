"""What a mood, a number from -1 (against) to 1 (for), is called."""

from typing import Final, Literal

Name = Literal["negative", "neutral", "positive"]

# From here on, and down from its opposite, a text is clearly for or against what it is about.
CLEAR_MOOD: Final = 0.3


def name_of(mood: float) -> Name:
    """The mood in a word.

    >>> name_of(0.3), name_of(-0.29), name_of(-0.3)
    ('positive', 'neutral', 'negative')
    """
    if mood >= CLEAR_MOOD:
        return "positive"
    return "negative" if mood <= -CLEAR_MOOD else "neutral"
