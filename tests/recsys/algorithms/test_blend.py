import json
from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from marketing.errors import ArtefactCorrupt, InvalidInput
from recsys.algorithms import config_class, load_fit, load_scorer
from recsys.algorithms.blend.standardising import standardised
from recsys.algorithms.blend.validation import validation
from recsys.algorithms.blend.weighing import fitted_weights
from recsys.dataset import encode, merged
from recsys.item_features import ItemFeatures, Relations, as_labels

# Item 0 has three people, item 1 two, item 2 one.
ROWS = encode(users=["a", "b", "c", "a", "b", "c"], items=[0, 0, 0, 1, 1, 2]).interactions


def blend(*members, **settings):
    return config_class("blend").from_dict({"members": list(members), **settings})


def member(algorithm, **params):
    return {"algorithm": algorithm, "params": params}


def fitted(config, rows=ROWS):
    return load_scorer("blend").from_arrays(load_fit("blend")(rows, config), config)


def history(*weights):
    return sparse.csr_array(np.array([weights], np.float32))


def people_with_tastes(*, people=120, times=None):
    """Even people like even items, odd people odd ones; the popularity of items says nothing."""
    generator = np.random.default_rng(42)
    users, items = np.nonzero(
        (np.arange(people)[:, None] % 2 == np.arange(40) % 2) & (generator.random((people, 40)) < 0.6)
    )
    return encode(users=users, items=items, times=None if times is None else times(len(users))).interactions


class TestScores:
    def test_few_people_give_the_members_equal_weights(self):
        arrays = load_fit("blend")(ROWS, blend(member("popularity"), member("ease")))

        assert arrays["weights"] == pytest.approx([0.5, 0.5])
        assert {name.partition(".")[0] for name in arrays} == {"weights", "0", "1"}

    def test_that_weights_are_equal_is_said(self):
        stages = []

        load_fit("blend")(
            ROWS, blend(member("popularity"), member("ease")), progress=lambda share, stage: stages.append(stage)
        )

        assert "too few people to fit weights on: equal weights" in stages

    def test_scores_are_standardised_over_what_the_person_has_not(self):
        # Popularity is 3, 2, 1. Unseen are 1 and 2 with mean 1.5 and deviation 0.5: item 0 has (3 - 1.5) / 0.5.
        scores = fitted(blend(member("popularity"))).score(history(1, 0, 0))

        assert scores == pytest.approx(np.array([[3, 1, -1]]))

    def test_the_scores_of_the_members_are_added_by_weight(self):
        both = blend(member("popularity"), member("ease", regularization=1))
        person = history(1, 0, 0)
        alone = [fitted(blend(own)).score(person) for own in (member("popularity"), member("ease", regularization=1))]

        assert fitted(both).score(person) == pytest.approx((alone[0] + alone[1]) / 2)

    def test_scores_without_differences_become_zeros(self):
        assert standardised(np.full((1, 3), 7e5, np.float32), history=history(1, 0, 0)).tolist() == [[0, 0, 0]]

    def test_somebody_who_has_everything_is_standardised_over_everything(self):
        # Mean 2, deviation √(2/3).
        scores = standardised(np.array([[1, 2, 3]], np.float32), history=history(1, 1, 1))

        assert scores == pytest.approx(np.array([[-1, 0, 1]]) * np.sqrt(3 / 2))


class TestWeights:
    def test_all_weight_goes_to_the_member_that_ranks_the_wanted_first(self):
        # Member 0 ranks each person's one wanted item first of 12, member 1 last.
        good = np.tile(np.arange(12, 0, -1), (5, 1)).astype(np.float32)
        hits = np.zeros((5, 12), bool)
        hits[:, 0] = True

        assert fitted_weights(np.stack([good, -good], axis=2), hits=hits) == pytest.approx([1, 0])

    def test_members_that_are_right_about_as_many_people_share_the_weight(self):
        # Each member knows what half of the people want, and says nothing of the others.
        knows_even, knows_odd = np.zeros((6, 12), np.float32), np.zeros((6, 12), np.float32)
        knows_even[::2, 0], knows_odd[1::2, 0] = 1, 1
        hits = np.zeros((6, 12), bool)
        hits[:, 0] = True

        weights = fitted_weights(np.stack([knows_even, knows_odd], axis=2), hits=hits)

        assert weights == pytest.approx([0.5, 0.5], abs=1e-3)

    def test_weights_are_those_that_make_the_hits_likeliest(self):
        # Two candidates; member 0 scores the first 1, member 1 the second 1, else 0. The first is wanted by 3 of 4:
        # e^a / (e^a + e^b) = 3/4 at a - b = log 3, and with b at least 0 all weight is member 0's.
        features = np.tile(np.eye(2, dtype=np.float32), (4, 1, 1))
        hits = np.array([[True, False]] * 3 + [[False, True]])

        assert fitted_weights(features, hits=hits) == pytest.approx([1, 0], abs=1e-3)

    @pytest.mark.parametrize("wanted", ["nobody's", "the worst"])
    def test_where_no_member_tells_anything_the_weights_are_equal(self, wanted):
        features = np.tile(np.arange(12, 0, -1, dtype=np.float32)[:, None], (4, 1, 2))
        hits = np.zeros((4, 12), bool)
        hits[:, -1] = wanted == "the worst"

        assert fitted_weights(features, hits=hits) == pytest.approx([0.5, 0.5])

    def test_a_member_that_brings_nothing_is_dropped_from_the_artefact(self):
        config = blend(member("popularity"), member("ease", regularization=5), validation="random")

        arrays = load_fit("blend")(people_with_tastes(), config)

        assert arrays["weights"] == pytest.approx([0, 1])
        assert not [name for name in arrays if name.startswith("0.")]
        assert load_scorer("blend").from_arrays(arrays, config).n_items == 40

    def test_a_member_that_the_catalogue_is_too_large_for_stays_out(self):
        arrays = load_fit("blend")(ROWS, blend(member("ease", max_items=2), member("popularity")))

        assert arrays["weights"] == pytest.approx([0, 1])

    def test_a_catalogue_too_large_for_every_member_is_refused_by_name(self):
        with pytest.raises(InvalidInput, match=r"^members: is limited to 2 items, and the catalogue has 3"):
            load_fit("blend")(ROWS, blend(member("ease", max_items=2), member("ease", max_items=1)))


class TestValidation:
    def test_the_newest_rows_are_held_out_when_times_differ(self):
        rows = people_with_tastes(times=lambda n: np.random.default_rng(1).permutation(n).astype(float))

        held = validation(rows, config=blend(member("popularity")))

        assert held.train.times.max() < held.test.times.min()

    def test_without_times_a_tenth_of_each_persons_rows_is_held_out(self):
        rows = people_with_tastes()
        counts = np.bincount(rows.users)

        held = validation(rows, config=blend(member("popularity")))

        assert np.array_equal(np.bincount(held.test.users, minlength=120), counts // 10)

    def test_where_few_people_straddle_the_cut_the_newest_row_of_each_is_held_out(self):
        # Everybody comes once, on a day of their own.
        rows = people_with_tastes(times=np.zeros)
        rows = encode(users=rows.users, items=rows.items, times=rows.users * 86_400.0).interactions

        held = validation(rows, config=blend(member("popularity")))

        assert np.array_equal(np.bincount(held.test.users, minlength=120), np.ones(120))

    def test_nothing_is_held_out_of_few_people(self):
        assert validation(ROWS, config=blend(member("popularity"))) is None

    def test_rows_of_one_person_and_item_are_one_before_any_is_held_out(self):
        rows = encode(users=[0, 0, 1], items=[5, 5, 5], values=[1, 2, 4], times=[30, 20, 10]).interactions

        once = merged(rows)

        assert (once.users.tolist(), once.items.tolist()) == ([0, 1], [0, 0])
        assert (once.values.tolist(), once.times.tolist()) == ([3, 4], [20, 10])


class TestReasons:
    def test_the_reason_is_that_of_the_strongest_member_that_has_one(self):
        # Item 2 goes with item 0 alone, for item_cosine; popularity has no reasons.
        scorer = fitted(blend(member("popularity"), member("item_cosine")))

        assert scorer.explain(np.array([1, 0]), np.ones(2, np.float32), 2) == 1
        assert fitted(blend(member("popularity"))).explain(np.array([1, 0]), np.ones(2, np.float32), 2) is None

    def test_similarities_are_added_by_weight_each_over_its_largest(self):
        # Cosines of item 0: with item 1 2/√6 and with item 2 1/√3, of which √2 times the first is the ratio.
        scorer = fitted(blend(member("item_cosine"), member("item_cosine", neighbours=1), member("popularity")))

        # A third of the weight each; popularity knows no similarity, one neighbour is item 1 alone.
        assert scorer.similar(0) == pytest.approx([0, 2 / 3, 1 / 3 / np.sqrt(2)])
        assert fitted(blend(member("popularity"))).similar(0) is None


class TestSettings:
    def test_a_blend_is_hashable_and_survives_json_with_its_members_settings(self):
        config = blend(member("ease", regularization=7), member("item_cosine", neighbours=3))

        again = config_class("blend").from_dict(json.loads(json.dumps(config.as_dict())))

        assert again == config
        assert hash(again) == hash(config)
        assert again.members[0].params.regularization == 7

    @pytest.mark.parametrize(
        ("members", "said"),
        [
            ([], r"^members: is \[\]; expected a list of one to 16"),
            ([member("popularity")] * 17, r"^members: is .*expected a list of one to 16"),
            (["ease"], r"^members: is 'ease' at place 0; expected"),
            ([{"algorithm": "ease", "weight": 2}], r"^members: is .* at place 0; expected"),
            (
                [member("popularity"), member("astrology")],
                r"^members: is of algorithm 'astrology' at place 1; expected",
            ),
            ([{"algorithm": ["ease"]}], r"^members: is of algorithm \['ease'\] at place 0; expected"),
            ([member("blend")], r"^members: is of algorithm 'blend' at place 0; expected one of content"),
            ([{"algorithm": "ease", "params": 3}], r"^members: is with params 3 at place 0; expected"),
            ([member("ease", regularization=-1)], r"^members: is wrong at place 0, ease: regularization: is -1"),
            ([member("ease", colour=1)], r"^members: is wrong at place 0, ease: colour: is not a setting"),
        ],
    )
    def test_wrong_members_are_refused_by_place(self, members, said):
        with pytest.raises(InvalidInput, match=said):
            blend(*members)


class TestArtefacts:
    def test_weights_for_another_number_of_members_are_reported(self):
        arrays = load_fit("blend")(ROWS, blend(member("popularity"), member("ease")))

        with pytest.raises(ArtefactCorrupt, match=r"the array 'weights' has 2 entries, 2 of them positive; expected 1"):
            load_scorer("blend").from_arrays(arrays, blend(member("popularity")))

    def test_a_members_array_is_reported_by_its_name_in_the_artefact(self):
        config = blend(member("popularity"), member("ease"))
        arrays = load_fit("blend")(ROWS, config)
        del arrays["1.weights"]

        with pytest.raises(ArtefactCorrupt, match=r"the array '1\.weights' is missing"):
            load_scorer("blend").from_arrays(arrays, config)

    def test_members_over_different_catalogues_are_reported(self):
        config = blend(member("popularity"), member("ease"))
        arrays = load_fit("blend")(ROWS, config)
        arrays["0.users"] = np.ones(7, np.float32)

        with pytest.raises(ArtefactCorrupt, match=r"over \[3, 7\] items"):
            load_scorer("blend").from_arrays(arrays, config)


class TestMembersThatReadFeatures:
    NOTHING_TOLD = ItemFeatures(
        np.zeros((40, 0), np.float32), as_labels(*np.empty((2, 0), np.int32), shape=(40, 0)), Relations.none()
    )

    def test_without_any_they_stay_out(self):
        arrays = load_fit("blend")(people_with_tastes(), blend(member("ease"), member("content")))

        assert arrays["weights"].tolist() == [1, 0]

    def test_where_nothing_is_told_of_the_items_they_stay_out_and_that_is_said(self):
        stages = []
        rows = replace(people_with_tastes(), features=self.NOTHING_TOLD)

        arrays = load_fit("blend")(
            rows,
            blend(member("ease"), member("knowledge_graph")),
            progress=lambda share, stage: stages.append(stage),
        )

        assert arrays["weights"].tolist() == [1, 0]
        assert any(stage.startswith("knowledge_graph stays out: features") for stage in stages)

    def test_a_blend_of_such_alone_refuses_data_without(self):
        with pytest.raises(InvalidInput, match="all need to know of the items"):
            load_fit("blend")(people_with_tastes(), blend(member("content"), member("knowledge_graph")))
