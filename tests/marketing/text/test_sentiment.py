"""Moods of texts: what was fitted judges its languages, rules judge English without it, and nothing else is judged."""

import numpy as np
import pytest
from safetensors.numpy import load, save

from marketing.errors import ArtefactCorrupt, InvalidInput
from marketing.text.multilingual_fit import TuningConfig
from marketing.text.sentiment import SentimentModel, rules
from marketing.text.sentiment_fit import SentimentConfig, fit_sentiment

GOOD = ["lamp", "chair", "table", "vase", "clock", "sofa", "bed", "mirror", "rug", "shelf", "stool", "desk"]
CHINESE = ["台灯", "椅子", "桌子", "花瓶", "时钟", "沙发", "床垫", "镜子", "地毯", "书架", "凳子", "水杯"]
CONFIG = SentimentConfig(landmarks=40)


def english():
    """Texts for and against a dozen things, graded."""
    rows = [(f"I love this {thing}, wonderful quality", 0.9) for thing in GOOD]
    rows += [(f"The {thing} is nice and works well", 0.5) for thing in GOOD]
    rows += [(f"The {thing} arrived broken, awful quality", -0.8) for thing in GOOD]
    rows += [(f"A poor {thing}, it stopped working", -0.5) for thing in GOOD]
    return [(text, mood, "en") for text, mood in rows]


def chinese():
    rows = [(f"这个{thing}很好,非常喜欢", 1.0) for thing in CHINESE] + [
        (f"{thing}质量不错,推荐", 1.0) for thing in CHINESE
    ]
    rows += [(f"这个{thing}太差了,要求退款", -1.0) for thing in CHINESE]
    rows += [(f"{thing}收到就是坏的,失望", -1.0) for thing in CHINESE]
    return [(text, mood, "zh") for text, mood in rows]


def fitted(rows, config=CONFIG):
    texts, moods, languages = zip(*rows, strict=True)
    return fit_sentiment(texts, moods, languages, config=config)


@pytest.fixture(scope="module")
def model():
    return fitted(english() + chinese())


def scores(model, *pairs):
    return [mood.score for mood in model.moods([text for text, _ in pairs], [code for _, code in pairs])]


def test_texts_that_were_not_learned_from_are_judged_in_both_languages(model):
    good, bad, good_zh, bad_zh = model.moods(
        ["I love this kettle, wonderful", "The kettle arrived broken, awful", "水壶很好,喜欢", "水壶太差了,退款"],
        ["en", "en", "zh", "zh"],
    )

    assert good.score > 0.3
    assert bad.score < -0.3
    assert good_zh.score > 0.3
    assert bad_zh.score < -0.3
    assert {mood.by for mood in (good, bad, good_zh, bad_zh)} == {"model"}


def test_a_probability_says_that_the_text_is_meant_well(model):
    good, bad = model.moods(["非常喜欢,推荐", "失望,要求退款"], ["zh", "zh"])

    assert good.probability > 0.8
    assert bad.probability < 0.2


def test_a_score_where_texts_are_only_for_or_against_is_twice_the_probability_less_one(model):
    [mood] = model.moods(["质量不错"], ["zh"])

    assert mood.score == pytest.approx(2 * mood.probability - 1)


def test_a_mood_does_not_hang_on_the_texts_beside_it(model):
    texts = ["I love it", "awful", "太差了", "质量不错", "broken again and again"]
    languages = ["en", "en", "zh", "zh", "en"]

    together = model.moods(texts, languages)

    alone = [model.moods([text], [code])[0] for text, code in zip(texts, languages, strict=True)]
    np.testing.assert_allclose([m.score for m in together], [m.score for m in alone], atol=1e-5)


def test_a_language_comes_out_the_same_whatever_else_is_learned():
    pair = ("太差了", "zh")

    assert scores(fitted(chinese()), pair) == scores(fitted(english() + chinese()), pair)


def test_arrays_stand_in_safetensors_and_give_the_same_model(model):
    arrays = load(save(model.arrays()))

    read = SentimentModel.from_arrays(arrays)

    pairs = [("I love it", "en"), ("太差了", "zh")]
    assert read.languages == ("en", "zh")
    np.testing.assert_allclose(scores(read, *pairs), scores(model, *pairs), atol=1e-5)
    assert {array.dtype.name for array in arrays.values()} == {"float32", "uint8"}


@pytest.mark.parametrize("missing", ["languages", "en.landmarks", "zh.words.inverse", "en.numbers"])
def test_a_missing_array_is_named(model, missing):
    arrays = model.arrays()
    del arrays[missing]

    with pytest.raises(ArtefactCorrupt, match=missing):
        SentimentModel.from_arrays(arrays)


@pytest.mark.parametrize("cut", ["en.landmarks", "en.landmark_weights", "zh.characters.weights", "zh.numbers"])
def test_arrays_that_do_not_fit_together_are_refused(model, cut):
    arrays = model.arrays()
    arrays[cut] = arrays[cut][:-1]

    with pytest.raises(ArtefactCorrupt):
        SentimentModel.from_arrays(arrays)


def test_a_language_of_many_texts_gets_an_encoder_of_its_own_that_stands_in_the_arrays():
    config = SentimentConfig(least_tuned=40, tuning=TuningConfig(epochs=3, learning_rate=1e-3))

    model = fitted(chinese(), config=config)

    arrays = load(save(model.arrays()))
    pairs = [("水壶很好,喜欢", "zh"), ("水壶太差了,退款", "zh")]
    good, bad = scores(SentimentModel.from_arrays(arrays), *pairs)
    assert good > 0.3
    assert bad < -0.3
    np.testing.assert_allclose([good, bad], scores(model, *pairs), atol=1e-5)
    del arrays["zh.tuned.w1.2"]
    with pytest.raises(ArtefactCorrupt, match=r"zh\.tuned\.w1\.2"):
        SentimentModel.from_arrays(arrays)


def test_a_language_of_too_few_texts_is_left_to_the_rules():
    model = fitted(chinese() + english()[:10])

    [mood] = model.moods(["I love it"], ["en"])

    assert model.languages == ("zh",)
    assert mood.by == "rules"


def test_a_language_in_which_all_texts_are_for_is_not_learned():
    rows = chinese() + [row for row in english() if row[1] > 0] * 2

    assert fitted(rows).languages == ("zh",)


@pytest.mark.parametrize("keep", [lambda mood: mood > 0, lambda mood: mood < 0, lambda mood: mood > 2])
def test_a_training_set_of_one_class_or_none_names_the_labels(keep):
    rows = [row for row in english() if keep(row[1])]
    texts, moods, languages = ([row[place] for row in rows] for place in range(3))

    with pytest.raises(InvalidInput, match="labels: "):
        fit_sentiment(texts, moods, languages)


@pytest.mark.parametrize("wrong", [1.01, -2.0, float("nan"), float("inf")])
def test_a_mood_beyond_its_range_names_the_labels(wrong):
    with pytest.raises(InvalidInput, match=r"labels: .* from -1 to 1"):
        fit_sentiment(["good"], [wrong], ["en"])


def test_fewer_moods_than_texts_name_the_labels():
    with pytest.raises(InvalidInput, match="labels: are 1"):
        fit_sentiment(["good", "bad"], [1.0], ["en", "en"])


def test_without_an_artefact_english_is_read_by_rules_and_nothing_else_is_read():
    english_mood, chinese_mood, unknown = rules().moods(["I love it", "太差了", "bof"], ["en", "zh", "und"])

    assert english_mood.score > 0.5
    assert english_mood.by == "rules"
    assert english_mood.probability is None
    assert (chinese_mood.score, chinese_mood.by) == (None, "nothing")
    assert (unknown.score, unknown.by) == (None, "nothing")


@pytest.mark.parametrize("blank", ["", "   ", "\n\t", "\0", "\u3000"])
def test_a_blank_text_has_no_mood(model, blank):
    for own in (model, rules()):
        [mood] = own.moods([blank], ["en"])

        assert (mood.score, mood.probability, mood.by) == (None, None, "nothing")


def test_lone_emoji_are_read_by_the_rules_in_every_language(model):
    moods = model.moods(["😍😍", "😭", "😍"], ["en", "zh", "und"])

    assert [mood.by for mood in moods] == ["rules"] * 3
    assert [np.sign(mood.score) for mood in moods] == [1, -1, 1]


def test_signs_that_say_nothing_have_no_mood(model):
    assert scores(model, ("…", "en"), ("🧾", "zh"), ("---", "und")) == [None, None, None]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("love it " * 2_500, "en"),
        ("非常喜欢" * 5_000, "zh"),
        ("x" * 20_000, "en"),
        ("love 非常喜欢 it, שלום مرحبا", "en"),
        ("مرحبا، المنتج رائع", "en"),
        ("\u202eevol I", "zh"),
        ("broken \ud800 half", "en"),
        ("love it 😍 非常", "zh"),
    ],
)
def test_long_mixed_right_to_left_and_broken_texts_have_a_mood(model, text, code):
    [mood] = model.moods([text], [code])

    assert -1 <= mood.score <= 1
    assert 0 <= mood.probability <= 1


def test_no_texts_have_no_moods(model):
    assert model.moods([], []) == []
