from typing import get_args
from uuid import uuid4

import pytest

from recsys.serving import wording
from recsys.serving.lists import NoteCode, Reason, ReasonCode
from recsys.serving.wording import notes_text, reason_text


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("view", "because you viewed Assam"),
        ("click", "because you looked at Assam"),
        ("add_to_cart", "because you put Assam into your cart"),
        ("purchase", "because you bought Assam"),
        ("rating", "because you liked Assam"),
        ("a kind of the future", "because of Assam"),
    ],
)
def test_each_kind_of_event_has_its_words(kind, text):
    assert reason_text(Reason("because_you", kind=kind, because=uuid4()), title="Assam") == text


def test_a_reason_whose_item_is_gone_still_has_words():
    assert reason_text(Reason("because_you", kind="view", because=uuid4()), title=None) == "because of what you liked"


def test_a_title_with_braces_is_only_a_title():
    reason = Reason("because_you", kind="view", because=uuid4())

    assert reason_text(reason, title="{0} {title}") == "because you viewed {0} {title}"


def test_every_language_has_words_for_every_reason_and_note():
    for language in wording.REASONS:
        assert set(wording.REASONS[language]) == set(get_args(ReasonCode))
        assert set(wording.NOTES[language]) == set(get_args(NoteCode))
        assert wording.BECAUSE_YOU[language].keys() == wording.BECAUSE_YOU["en"].keys()
        assert language in wording.AROUND
        assert language in wording.NOTES_OF_VIEWED


def test_a_language_without_words_falls_back_on_english():
    assert reason_text(Reason("trending"), title=None, language="tlh") == "trending now"


def test_notes_are_sentences_one_after_another():
    text = notes_text(("nobody", "nothing_offered"))

    assert text.startswith("This person is new here")
    assert text.endswith("Nothing is on offer.")


def test_a_list_of_what_was_viewed_does_not_say_that_it_is_what_is_trending():
    for note in ("nobody", "not_personal"):
        assert "trending" in notes_text((note,))
        assert "trending" not in notes_text((note,), basis="viewed")
        assert "looked at" in notes_text((note,), basis="viewed")
