import numpy as np
import pytest
from scipy import sparse

from marketing.errors import ArtefactCorrupt, InvalidInput
from marketing.text.classifier import Classifier, calibration_error, softmax
from marketing.text.classifier_fit import ClassifierConfig, fit_classifier, self_trained
from marketing.text.features import TextFeatures


def seen(vectors, counts=None):
    vectors = np.asarray(vectors, np.float32)
    return TextFeatures(
        vectors, sparse.csr_array(np.zeros((len(vectors), 2), np.float32) if counts is None else counts)
    )


def clouds(*, rows=300, spread=0.3, seed=42, classes=3):
    """Texts whose vectors lie around the corners of a simplex, with the corners' names; their words say nothing."""
    generator = np.random.default_rng(seed)
    codes = np.arange(rows) % classes
    points = np.eye(classes, 4)[codes] + generator.normal(scale=spread, size=(rows, 4))
    return seen(points), [f"class {code}" for code in codes]


def by_hand(**changed):
    """Two classes: the score of a is the first feature, of b the second."""
    return Classifier(
        **{
            "classes": ("a", "b"),
            "weights": np.eye(2, dtype=np.float32),
            "biases": np.zeros(2, np.float32),
            "inverse": np.ones(2, np.float32),
            "count_weights": np.zeros((2, 2), np.float32),
            "examples": np.empty((0, 2), np.float32),
            "example_weights": np.empty((0, 2), np.float32),
            **changed,
        }
    )


class TestScoring:
    def test_probabilities_are_the_softmax_of_the_scores(self):
        # ln 3 against 0: three to one.
        assert by_hand().probabilities(seen([[np.log(3), 0]])) == pytest.approx(np.array([[0.75, 0.25]]))

    def test_a_temperature_makes_it_less_sure(self):
        cooler = by_hand(temperature=2.0).probabilities(seen([[2 * np.log(3), 0]]))

        assert cooler == pytest.approx(np.array([[0.75, 0.25]]))

    def test_what_is_below_the_threshold_is_of_no_class(self):
        # Without examples the known score is the best class's: 3 and 0.
        model = by_hand(threshold=1.0)

        found = model.predict(seen([[3, 0], [0, 0]]))

        assert found == [("a", pytest.approx(0.952574, abs=1e-6)), (None, pytest.approx(0.5))]

    def test_an_example_has_its_say_where_a_text_is_near_it(self):
        examples, say = np.eye(2, dtype=np.float32), np.array([[0, 3], [0, 0]], np.float32)

        scores = by_hand(examples=examples, example_weights=say).scores(seen([[2, 0], [0, 1]]))

        # As near as can be, 3 · 1; at a right angle, 3 · e⁻².
        assert scores == pytest.approx(np.array([[2, 3], [0, 1 + 3 * np.exp(-2)]]))

    def test_what_is_unlike_all_examples_is_known_less(self):
        model = by_hand(examples=np.eye(2, dtype=np.float32))
        like, unlike = model.known(seen([[1, 1], [-1, -1]]))

        assert like > unlike

    def test_words_add_to_the_score(self):
        # A word that speaks for b with ln 3: one to three.
        model = by_hand(count_weights=np.array([[0, np.log(3)], [0, 0]], np.float32))

        assert model.probabilities(seen([[0, 0]], [[7.0, 0]])) == pytest.approx(np.array([[0.25, 0.75]]))

    @pytest.mark.parametrize("wrong", [np.zeros((1, 3)), np.zeros((1, 0))])
    def test_features_of_another_shape_are_refused_by_name(self, wrong):
        with pytest.raises(InvalidInput, match=r"^features"):
            by_hand().probabilities(seen(wrong))

    @pytest.mark.parametrize("wrong", [np.zeros(2), np.full((1, 2), np.nan), np.zeros((2, 2))])
    def test_features_that_are_none_are_refused_by_name(self, wrong):
        with pytest.raises(InvalidInput, match=r"^features"):
            TextFeatures(wrong.astype(np.float32), sparse.csr_array(np.zeros((1, 2), np.float32)))

    def test_no_texts_have_no_answers(self):
        assert by_hand().predict(seen(np.empty((0, 2)))) == []


class TestArrays:
    def test_what_is_written_is_read(self):
        features, labels = clouds()
        arrays = fit_classifier(features, labels)

        read = Classifier.from_arrays(arrays)

        assert read.classes == ("class 0", "class 1", "class 2")
        assert {array.dtype.name for array in arrays.values()} <= {"float32", "uint8"}
        assert all(np.array_equal(array, read.arrays()[name]) for name, array in arrays.items())

    @pytest.mark.parametrize("name", ["classes", "weights", "example_weights", "threshold"])
    def test_a_missing_array_is_told(self, name):
        arrays = by_hand().arrays()
        del arrays[name]

        with pytest.raises(ArtefactCorrupt, match=name):
            Classifier.from_arrays(arrays)

    def test_arrays_of_two_models_are_told(self):
        arrays = by_hand().arrays() | {"weights": np.zeros((2, 3), np.float32)}

        with pytest.raises(ArtefactCorrupt, match="weights have shape"):
            Classifier.from_arrays(arrays)


class TestFitting:
    def test_it_learns_what_there_is(self):
        features, labels = clouds()
        others, answers = clouds(seed=7)
        model = Classifier.from_arrays(fit_classifier(features, labels))

        found = [name for name, _sure in model.predict(others)]

        right = np.mean([name == answer for name, answer in zip(found, answers, strict=True) if name is not None])
        assert right > 0.95
        # One in twenty is refused, give or take.
        assert 0.01 < found.count(None) / len(found) < 0.12

    def test_its_probabilities_are_honest(self):
        features, labels = clouds(rows=3000, spread=0.8)
        others, answers = clouds(rows=3000, spread=0.8, seed=7)
        model = Classifier.from_arrays(fit_classifier(features, labels, config=ClassifierConfig(strength=1000)))

        codes = [model.classes.index(answer) for answer in answers]
        assert calibration_error(model.probabilities(others), codes) < 0.03

    def test_few_texts_are_remembered_one_by_one(self):
        # One class in the middle of the other: no line parts them, nearness does.
        angles = np.linspace(0, 2 * np.pi, 60, endpoint=False)
        points = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        labels = ["right" if place % 20 >= 10 else "left" for place in range(60)]

        model = Classifier.from_arrays(fit_classifier(seen(points), labels))

        found = [model.classes[place] for place in model.scores(seen(points)).argmax(axis=1)]
        assert np.mean([one == label for one, label in zip(found, labels, strict=True)]) > 0.9

    def test_many_texts_are_not_remembered_one_by_one(self):
        arrays = fit_classifier(*clouds(rows=2_001))

        assert arrays["example_weights"].shape == (0, 3)
        assert len(arrays["examples"]) == 2_001

    def test_two_classes_are_told_apart_by_one_score(self):
        features, labels = clouds(classes=2, spread=0.1)
        model = Classifier.from_arrays(fit_classifier(features, labels))

        assert model.probabilities(features).argmax(axis=1).tolist() == [int(label[-1]) for label in labels]

    def test_equal_input_gives_equal_arrays(self):
        first, second = (fit_classifier(*clouds()) for _ in range(2))

        assert all(np.array_equal(first[name], second[name]) for name in first)

    def test_a_handful_of_examples_is_enough_to_begin_with(self):
        model = Classifier.from_arrays(fit_classifier(seen(np.eye(2)), ["a", "b"]))

        assert model.predict(seen(np.eye(2)))[0][0] == "a"

    @pytest.mark.parametrize(
        ("labels", "told"),
        [(["a", "a"], "all are “a”"), ([], "there are none"), (["a"], "are 1 for")],
        ids=["one class", "nothing", "fewer labels"],
    )
    def test_labels_that_teach_nothing_are_refused_by_name(self, labels, told):
        features = seen(np.eye(2)[: 0 if not labels else 2])

        with pytest.raises(InvalidInput, match=rf"^labels.*{told}"):
            fit_classifier(features, labels)


class TestSelfTraining:
    def test_texts_that_it_is_sure_of_are_added_with_its_own_labels(self):
        features, labels = clouds(rows=120)
        unlabelled, answers = clouds(rows=300, seed=7)

        places, names = self_trained(features, labels, unlabelled, sure=0.9)

        assert len(places) > 100
        assert np.mean([name == answers[place] for name, place in zip(names, places, strict=True)]) > 0.98

    def test_what_it_is_never_sure_of_stays_out(self):
        features, labels = clouds(rows=120)

        assert self_trained(features, labels, seen(np.zeros((5, 4))), sure=0.99) == ([], [])

    def test_with_too_few_labels_it_does_not_begin(self):
        features, labels = clouds(rows=30)

        assert self_trained(features, labels, features) == ([], [])


def test_softmax_of_large_scores_is_finite():
    assert softmax(np.array([[1e4, 0]], np.float32)).tolist() == [[1.0, 0.0]]


def test_the_calibration_error_is_worked_out_by_hand():
    # Two texts at .8 of which one is right, two at .6 of which both are: (2 · |.5 - .8| + 2 · |1 - .6|) / 4.
    probabilities = np.array([[0.8, 0.2], [0.8, 0.2], [0.6, 0.4], [0.6, 0.4]], np.float32)

    assert calibration_error(probabilities, [0, 1, 0, 0]) == pytest.approx(0.35)
