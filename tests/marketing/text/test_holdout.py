"""The split of texts by which models are judged."""

import runpy

from marketing.text.holdout import text_holdout


def test_equal_texts_fall_on_the_same_side_whatever_space_surrounds_them():
    texts = [f"text {number}" for number in range(200)]

    sides = [text_holdout(text) for text in texts]

    assert sides == [text_holdout(f"  {text}\n") for text in texts]
    assert 20 < sum(sides) < 60  # a fifth of 200 is 40


def test_the_sides_are_pinned():
    assert [text for text in "abcdefgh" if text_holdout(text)] == ["a", "c"]


def test_it_is_the_published_split(data_folder):
    published = runpy.run_path(str(data_folder("zh-reviews").parent / "splits.py"))

    for text in ("", " 好吃 ", "好吃", "a row of text", "另一个"):
        assert text_holdout(text) == published["text_holdout"](text)
