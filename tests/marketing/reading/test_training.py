"""The run that learns moods: what it learns from, when its model serves, and what it says."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from marketing.errors import ArtefactCorrupt, InvalidInput
from marketing.models import Deployment
from marketing.reading import training_data
from marketing.reading.judging import is_held_out, judge, split
from marketing.reading.reader import deployed
from marketing.reading.training import SentimentTraining
from marketing.reading.training_data import REVIEWS, SAMPLE, Sample, gather
from marketing.runs import deployments, store
from marketing.runs.kinds import RunHandle
from marketing.sample_shop.reviews import practice_reviews
from marketing.text.holdout import text_holdout
from marketing.text.sentiment import SentimentModel, rules
from tests.factories.marketing import EventFactory
from tests.factories.text import TextLabelFactory, TextReadingFactory

pytestmark = pytest.mark.django_db


def run_of(*, forced=False, **config):
    lines = []
    run = RunHandle(
        run_id=uuid4(),
        slot="sentiment",
        config=SentimentTraining().validate_config(config),
        forced=forced,
        progress=lambda share, stage: None,
        log=lines.append,
    )
    return run, lines


def train(**choices):
    run, lines = run_of(**choices)
    return SentimentTraining().train(run), lines


def deploy(verdict):
    artefact = store.write_artefact(kind="sentiment", arrays=verdict.arrays, manifest=verdict.manifest)
    deployments.deploy(slot="sentiment", artefact=artefact, reason=Deployment.Reason.GATE)
    deployed.forget()
    return artefact


def review(text, stars=None, **values):
    payload = {"text": text} if stars is None else {"text": text, "stars": stars}
    return EventFactory(kind="review", payload=payload, **values)


def written(language, count, *, seed=1):
    """Reviews as customers of the sample shop write them, other ones than those that a shop without reviews learns."""
    reviews = [one for one in practice_reviews(3 * count, seed=seed) if one.language == language]
    return reviews[:count]


class TestWhatIsLearnedFrom:
    def test_a_shop_without_reviews_learns_the_sample_shops(self):
        samples = gather()

        assert {sample.source for sample in samples} == {SAMPLE}
        assert {sample.language for sample in samples} == {"en", "zh"}
        assert {sample.mood for sample in samples} == {-1.0, -0.5, 0.0, 0.5, 1.0}

    def test_stars_become_moods_three_of_them_neutral(self):
        for stars in (0.5, 1, 2, 3, 3.5, 5):
            review(f"It has {stars} stars.", stars)

        moods = {sample.text: sample.mood for sample in gather() if sample.source == REVIEWS}

        # (stars − 3) / 2; half a star is as much against as one.
        assert moods == {
            "It has 0.5 stars.": -1.0,
            "It has 1 stars.": -1.0,
            "It has 2 stars.": -0.5,
            "It has 3 stars.": 0.0,
            "It has 3.5 stars.": 0.25,
            "It has 5 stars.": 1.0,
        }

    def test_reviews_that_do_not_count_or_have_no_stars_or_words_are_left_out(self):
        review("A robot's.", 5, quality="bot")
        review("Told twice.", 5, quality="duplicate")
        review("Without stars.")
        review("  ", 5)

        assert not [sample for sample in gather() if sample.source == REVIEWS]

    def test_what_staff_said_of_a_text_counts_before_its_stars(self):
        review("Just what I needed, not.", 5)
        TextLabelFactory(text="Just what I needed, not.", label="negative")
        TextLabelFactory(text="Nobody said anything of this.", label="")

        found = {sample.text: sample.mood for sample in gather() if sample.source != SAMPLE}

        assert found == {"Just what I needed, not.": -1.0}

    def test_a_language_with_enough_reviews_needs_no_sample(self, monkeypatch):
        monkeypatch.setattr(training_data, "ENOUGH_REVIEWS", 3)
        for text in ("It is lovely and warm.", "It broke at once, sadly.", "The colour is quite all right."):
            review(text, 4)

        assert {(sample.language, sample.source) for sample in gather()} == {("en", REVIEWS), ("zh", SAMPLE)}

    def test_of_data_sets_only_the_rows_are_read_that_no_figure_is_measured_on(self, settings, data_folder):
        settings.DATA_SETS = str(data_folder("sentiment").parent)
        data_folder("zh-reviews")

        samples = gather()

        sources = {sample.source for sample in samples}
        assert sources == {"amazon", "tweets", "zh-reviews"}
        assert not any(text_holdout(sample.text) for sample in samples)
        assert len(samples) > 10_000
        assert all(-1 <= sample.mood <= 1 for sample in samples)

    @pytest.mark.parametrize(
        ("path", "content"),
        [
            ("sentiment/tweets_GroundTruth.txt", "1\tmuch\ta text\n"),
            ("sentiment/amazonReviewSnippets_GroundTruth.txt", "1 without tabs\n"),
            ("zh-reviews/waimai_10k.csv", "label,review\n2,好\n"),
        ],
    )
    def test_a_data_set_that_is_none_is_named_with_its_line(self, path, content, settings, tmp_path):
        file = tmp_path / path
        file.parent.mkdir()
        file.write_text(content)
        settings.DATA_SETS = str(tmp_path)

        with pytest.raises(InvalidInput, match=rf"ATTUNE_DATA: {file.name}, line [12]: "):
            gather()


class TestTheRun:
    def test_the_first_model_serves_when_it_beats_the_rules_and_says_what_it_learned_from(self):
        verdict, _lines = train()

        assert verdict.deploy
        assert verdict.passed
        assert "VADER's rules" in verdict.reason
        assert "Trained on the sample shop's reviews" in verdict.reason
        assert "put data sets under ATTUNE_DATA or collect 200 reviews for a better one" in verdict.reason
        assert verdict.manifest["languages"] == ["en", "zh"]
        assert verdict.metrics["en r, the candidate"] > verdict.metrics["en r, VADER's rules"]
        assert verdict.metrics["zh r, the candidate"] > 0.5

    def test_what_was_deployed_reads_both_languages(self):
        verdict, _lines = train()
        artefact = deploy(verdict)

        reader = deployed.current()
        moods = reader.moods(
            ["I love it, it is wonderful.", "太差了，浪费钱，再也不买了。", "Schrecklich."],
            languages=["en", "zh", "de"],
        )

        assert reader.name == str(artefact)
        assert moods[0].score > 0.3
        assert moods[1].score < -0.3
        assert moods[2].score is None

    def test_the_same_texts_again_are_nothing_new_unless_forced(self):
        first, _lines = train()
        deploy(first)

        again, _lines = train()
        forced, _lines = train(forced=True)

        assert not again.deploy
        assert again.reason.startswith("Nothing new: sentiment v1")
        assert forced.deploy

    def test_a_model_that_knows_more_replaces_the_champion_and_is_held_against_it(self):
        first, _lines = train()
        deploy(first)
        for one in written("en", 150):
            review(one.text, one.stars)

        second, _lines = train()

        assert second.deploy
        assert "of sentiment v1" in second.reason
        assert second.manifest["sources"][REVIEWS] > 100

    def test_a_champion_that_learned_from_data_sets_is_not_replaced_by_one_that_had_none(self):
        first, _lines = train()
        first.manifest["sources"]["amazon"] = 2_000
        deploy(first)
        review("Something new.", 4)

        held, _lines = train()
        forced, _lines = train(forced=True)

        assert not held.deploy
        assert "sentiment v1 learned from amazon, which is not here now" in held.reason
        assert forced.deploy

    def test_reviews_that_all_say_the_same_fail_the_run_by_name(self):
        for one in written("en", 260):
            review(one.text, 5)

        with pytest.raises(InvalidInput, match=r"^stars: all \d+ texts in en are for what they are about; expected"):
            train()

    def test_a_language_in_which_all_say_the_same_is_left_out_where_another_one_can_be_learned(self):
        for one in written("en", 260):
            review(one.text, one.stars)
        for one in written("zh", 260):
            review(one.text, 5)

        verdict, lines = train()

        assert verdict.manifest["languages"] == ["en"]
        assert any("texts in zh are for what they are about: nothing is learned" in line for line in lines)

    def test_a_language_of_a_few_reviews_is_left_out_and_said_so(self):
        for number in range(3):
            review(f"Dieses Gerät ist schrecklich laut und schlecht verarbeitet, Nummer {number}.", 1)

        verdict, lines = train()

        assert "de" not in verdict.manifest["languages"]
        assert any("3 texts in de are too few to learn from" in line for line in lines)

    def test_self_training_is_kept_only_where_it_pays(self):
        for one in written("en", 60, seed=3):
            row = TextReadingFactory(event=review(one.text, occurred_at=datetime.now(UTC) - timedelta(days=1)))
            assert row.language == "en"

        verdict, lines = train(self_training="yes")

        (said,) = (line for line in lines if line.startswith("Self-training"))
        assert ("it labelled itself" in verdict.reason) == ("it pays" in said)
        assert verdict.manifest["config"] == {"self_training": "yes"}

    @pytest.mark.parametrize(
        ("config", "message"),
        [({"epochs": 3}, "epochs: is not a setting"), ({"self_training": "maybe"}, "self_training: is 'maybe'")],
    )
    def test_a_wrong_setting_is_refused_by_name(self, config, message):
        with pytest.raises(InvalidInput, match=message):
            SentimentTraining().validate_config(config)

    def test_an_artefact_that_answers_otherwise_than_before_is_not_served(self, tmp_path):
        verdict, _lines = train()
        artefact = deploy(verdict)
        path = store.fetch(store.StoredFile(artefact.storage_name, artefact.sha256, artefact.size))
        SentimentTraining().check(path)
        arrays = {name: -array if name.endswith("weights") else array for name, array in load_file(path).items()}
        spoiled = tmp_path / "spoiled.safetensors"
        save_file(arrays, spoiled, metadata={"manifest": json.dumps(verdict.manifest)})

        with pytest.raises(ArtefactCorrupt, match="has the mood"):
            SentimentTraining().check(spoiled)


class TestJudging:
    def test_texts_are_parted_by_hash_the_same_in_each_run(self):
        samples = [Sample(f"text {number}", 1.0, "en", "x") for number in range(400)]

        learned, held_out = split(samples)

        assert len(learned) + len(held_out) == 400
        assert 25 < len(held_out) < 80  # an eighth of 400 is 50
        assert all(is_held_out(sample.text) for sample in held_out)

    def test_a_language_with_too_few_texts_is_not_judged(self):
        verdict, _lines = train()
        model = SentimentModel.from_arrays(verdict.arrays)
        samples = [Sample(f"text {number}", number % 2, "en", "x") for number in range(5)]

        judgements = judge(model, rules=rules(), champions={}, held_out=samples)

        assert not any(one.decision.deploy for one in judgements)
        assert "5 texts in en are too few to judge by" in judgements[0].decision.reason

    def test_the_champion_is_not_replaced_by_a_model_that_is_worse_on_the_same_texts(self):
        verdict, _lines = train()
        good = SentimentModel.from_arrays(verdict.arrays)
        noise = np.random.default_rng(0)
        arrays = {
            name: array + noise.normal(0, 0.4, array.shape).astype(np.float32) if name.endswith("weights") else array
            for name, array in verdict.arrays.items()
        }
        worse = SentimentModel.from_arrays(arrays)
        _learned, held_out = split(gather())

        english = next(
            one
            for one in judge(worse, rules=rules(), champions={"sentiment v1": good}, held_out=held_out)
            if one.language == "en"
        )

        assert not english.decision.deploy
        assert english.correlations["sentiment v1"] > english.correlations["the candidate"]
