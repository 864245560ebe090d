from typing import get_args
from uuid import uuid4

import pytest

from recsys.serving import relation_wording, wording
from recsys.serving.lists import NoteCode, Reason, ReasonCode, Relation
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


def way(*arrows):
    return tuple(
        Relation(name, forward, uuid4(), sentence) for name, forward, sentence in ((*arrow, "")[:3] for arrow in arrows)
    )


def related_text(*arrows, kind="purchase", through=None, title="Pen"):
    return reason_text(Reason("related", kind=kind, because=uuid4(), way=way(*arrows)), title=title, through=through)


@pytest.mark.parametrize(
    ("arrow", "text"),
    [
        (("accessory_of", False), "an accessory for Pen, which you bought"),
        (("accessory_of", True), "what Pen, which you bought, is an accessory for"),
        (("replaces", False), "replaces Pen, which you bought"),
        (("replaces", True), "what came before Pen, which you bought"),
        (("same_brand", True), "of the same brand as Pen, which you bought"),
        (("same_brand", False), "of the same brand as Pen, which you bought"),
        (("goes_with", False), "goes with Pen, which you bought"),
        (("needs", True), "may be needed for Pen, which you bought"),
        (("needs", False), "made for use with Pen, which you bought"),
        (("shares label", True), "much like Pen, which you bought"),
        (("a-shops-own", True), "related to Pen, which you bought"),
        (("a-shops-own", False), "related to Pen, which you bought"),
    ],
)
def test_each_relation_has_its_words_in_each_direction(arrow, text):
    assert related_text(arrow) == text


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("view", "goes with Pen, which you viewed"),
        ("add_to_cart", "goes with Pen, which you put into your cart"),
        ("rating", "goes with Pen, which you liked"),
        ("a kind of the future", "goes with Pen"),
        (None, "goes with Pen"),
    ],
)
def test_a_relation_says_what_the_customer_did(kind, text):
    assert related_text(("goes_with", True), kind=kind) == text


def test_staffs_own_sentence_is_said_as_it_stands():
    assert related_text(("needs", True, "ink for your {title}")) == "ink for your Pen"


def test_a_way_of_two_arrows_names_the_item_between():
    told = related_text(("same_brand", True), ("accessory_of", False), through="Brush")

    assert told == "an accessory for Brush, which is of the same brand as Pen, which you bought"


def test_staffs_sentence_stands_in_a_way_of_two_arrows_too():
    first = related_text(("needs", True, "ink for your {title}"), ("goes_with", True), through="Ink")
    second = related_text(("goes_with", True), ("needs", True, "ink for your {title}"), through="Brush")

    assert first == "goes with Ink, ink for your Pen, which you bought"
    assert second == "ink for your Brush, which goes with Pen, which you bought"


def test_an_item_between_that_may_not_be_named_is_not_and_the_reason_is_the_item_of_the_history():
    assert related_text(("same_brand", True), ("accessory_of", False), through=None) == "because you bought Pen"


def test_a_way_whose_first_item_is_gone_still_has_words():
    assert related_text(("goes_with", True), title=None) == "goes with what you liked"


@pytest.mark.parametrize("title", ["{0}", "{title}", "a {b} c", "}{", "%s"])
def test_titles_and_sentences_with_braces_are_only_texts(title):
    assert related_text(("goes_with", True), title=title) == f"goes with {title}, which you bought"
    assert related_text(("needs", True, "{x} {title} {"), title=title) == f"{{x}} {title} {{"


def test_every_language_has_the_same_words_for_ways():
    for language in wording.REASONS:
        assert relation_wording.RELATED[language].keys() == relation_wording.RELATED["en"].keys()
        assert relation_wording.WHICH_YOU[language].keys() == relation_wording.WHICH_YOU["en"].keys()
        for words in relation_wording.RELATED[language].values():
            assert words.remark.count("{title}") == words.clause.count("{title}") == 1
