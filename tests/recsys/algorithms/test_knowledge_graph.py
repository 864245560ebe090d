import numpy as np
import pytest
from scipy import sparse

from marketing.errors import ArtefactCorrupt, InvalidInput
from recsys.algorithms import config_class, load_fit, load_scorer
from recsys.algorithms.contract import RelatingScorer, Step
from recsys.dataset import Interactions
from recsys.item_features import ItemFeatures, Relations, as_labels

PEN, INK, BRUSH, CASE = range(4)
NAME = "knowledge_graph"


def related(*arrows, names, sentences=(), weights=None):
    """Relations from arrows (head, name's place, tail)."""
    heads, kinds, tails = (np.array(column, np.int32) for column in zip(*arrows, strict=True))
    weights = np.ones(len(arrows), np.float32) if weights is None else np.array(weights, np.float32)
    return Relations(heads, kinds, tails, weights, tuple(names), tuple(sentences))


def features_of(relations, *, n_items=4, labels=()):
    rows, columns = (np.array(column, np.int32) for column in (zip(*labels, strict=True) if labels else ((), ())))
    width = int(columns.max()) + 1 if len(columns) else 0
    return ItemFeatures(np.zeros((n_items, 0), np.float32), as_labels(rows, columns, shape=(n_items, width)), relations)


def rows_of(users, items, *, features, times=None):
    users, items = np.array(users, np.int32), np.array(items, np.int32)
    times = np.zeros(len(users)) if times is None else np.array(times, np.float64)
    values = np.ones(len(users), np.float32)
    return Interactions(users, items, values, times, int(users.max()) + 1, len(features), features)


def fitted(relations, *, n_items=4, labels=(), **settings):
    """Fitted on a single row, so that nothing can be learned and all types of paths count alike."""
    features = features_of(relations, n_items=n_items, labels=labels)
    config = config_class(NAME)(**settings)
    arrays = load_fit(NAME)(rows_of([0], [0], features=features), config)
    return load_scorer(NAME).from_arrays(arrays, config)


def scored(scorer, *items):
    row = np.zeros((1, scorer.n_items), np.float32)
    row[0, list(items)] = 1
    return scorer.score(sparse.csr_array(row))[0]


@pytest.fixture
def desk():
    """Ink is an accessory of the pen and of the brush; the pen goes with the case."""
    arrows = [(INK, 0, PEN), (INK, 0, BRUSH), (PEN, 1, CASE)]
    return related(*arrows, names=["accessory_of", "goes_with"])


class TestScores:
    def test_arrows_count_in_both_directions_less_at_items_with_many(self, desk):
        scorer = fitted(desk, steps=1)

        # Four types of paths weigh a quarter each. Ink has two accessory arrows, pen and brush one each:
        # 1 / sqrt(2 · 1) = .7071 for each of them; pen and case have one arrow each: 1.
        assert scored(scorer, PEN) == pytest.approx([0, 0.7071 / 4, 0, 0.25], abs=1e-4)
        assert scored(scorer, INK) == pytest.approx([0.7071 / 4, 0, 0.7071 / 4, 0], abs=1e-4)
        assert scored(scorer, PEN, BRUSH) == pytest.approx([0, 2 * 0.7071 / 4, 0, 0.25], abs=1e-4)

    def test_two_steps_reach_what_one_does_not(self, desk):
        scorer = fitted(desk)

        # From the pen over ink to the brush is one path of .7071 · .7071 = .5; from ink over the pen to the case one of
        # .7071 · 1. There are four types of one step and three of two: back as well as forth from the case to ink, and
        # none that leads from ink to a pen and back to ink.
        assert scored(scorer, PEN)[BRUSH] == pytest.approx(0.5 / 7, abs=1e-4)
        assert scored(scorer, INK)[CASE] == pytest.approx(0.7071 / 7, abs=1e-4)

    def test_a_hub_does_not_flood(self):
        hub = [(item, 0, 20) for item in range(20)]
        scorer = fitted(related(*hub, (0, 0, 21), names=["goes_with"]), n_items=22, steps=1)

        # Item 0 has two arrows; the hub is reached by 20 of them and item 21 by one: 1/sqrt(2·20) and 1/sqrt(2·1).
        assert scored(scorer, 0)[[20, 21]] == pytest.approx([0.1581 / 2, 0.7071 / 2], abs=1e-4)

    def test_without_damping_arrows_count_by_their_weights(self):
        scorer = fitted(related((0, 0, 1), (0, 0, 2), names=["goes_with"], weights=[0.25, 3]), damping=0.0, steps=1)

        assert scored(scorer, 0) == pytest.approx([0, 0.125, 1.5, 0])

    def test_arrows_that_are_told_twice_count_as_their_sum(self):
        once = fitted(related((0, 0, 1), names=["goes_with"], weights=[3]), damping=0.0)
        twice = fitted(related((0, 0, 1), (0, 0, 1), names=["goes_with"], weights=[1, 2]), damping=0.0)

        assert np.array_equal(scored(once, 0), scored(twice, 0))

    def test_items_without_relations_score_nothing(self, desk):
        scorer = fitted(desk, n_items=6)

        assert not scored(scorer, 4, 5).any()
        assert not scored(scorer, PEN)[[4, 5]].any()

    def test_a_cycle_of_relations_never_leads_back_to_where_it_starts(self):
        scorer = fitted(related((0, 0, 1), (1, 0, 2), (2, 0, 0), names=["replaces"]))

        scores = np.stack([scored(scorer, item) for item in range(3)])

        assert np.isfinite(scores).all()
        assert not scores[[0, 1, 2], [0, 1, 2]].any()
        assert scores[0, 1] == scores[1, 2] == scores[2, 0] > 0

    def test_only_the_strongest_neighbours_are_kept(self):
        arrows = [(0, 0, 1), (0, 0, 2), (0, 0, 3)]
        scorer = fitted(related(*arrows, names=["goes_with"], weights=[1, 3, 2]), neighbours=2, steps=1)

        assert list(np.flatnonzero(scored(scorer, 0))) == [2, 3]

    def test_items_that_share_labels_relate_the_more_the_rarer_the_label(self):
        # Label 0 is on items 0, 1, 2; label 1 on 0 and 3. Item 0 has two labels, the others one.
        scorer = fitted(Relations.none(), labels=[(0, 0), (1, 0), (2, 0), (0, 1), (3, 1)])

        # Item – label – item, damped at both items and twice at the label: 1/sqrt(2·3·3·1) and 1/sqrt(2·2·2·1).
        assert scored(scorer, 0) == pytest.approx([0, 0.2357, 0.2357, 0.3536], abs=1e-4)

    def test_a_label_on_too_many_items_says_nothing(self):
        labels = [(0, 0), (1, 0), (2, 0), (0, 1), (3, 1)]
        scorer = fitted(Relations.none(), labels=labels, label_items=2)

        assert list(np.flatnonzero(scored(scorer, 0))) == [3]

    def test_similar_items_are_what_the_graph_leads_to(self, desk):
        assert list(np.flatnonzero(fitted(desk, steps=1).similar(PEN))) == [INK, CASE]


class TestPaths:
    def test_the_scorer_tells_ways(self, desk):
        assert isinstance(fitted(desk), RelatingScorer)

    def test_a_direct_arrow_is_the_way_in_its_direction(self, desk):
        scorer = fitted(desk)

        assert scorer.path(INK, PEN) == (Step("accessory_of", True, PEN),)
        assert scorer.path(PEN, INK) == (Step("accessory_of", False, INK),)

    def test_the_way_of_two_steps_names_the_item_between(self, desk):
        assert fitted(desk).path(PEN, BRUSH) == (Step("accessory_of", False, INK), Step("accessory_of", True, BRUSH))

    def test_of_several_ways_the_heaviest_is_told(self):
        # 0 – 1 – 3 weighs 1 · 2, 0 – 2 – 3 weighs 3 · 1.
        arrows = [(0, 0, 1), (1, 1, 3), (0, 0, 2), (2, 1, 3)]
        scorer = fitted(related(*arrows, names=["a", "b"], weights=[1, 2, 3, 1]), damping=0.0)

        assert scorer.path(0, 3) == (Step("a", True, 2), Step("b", True, 3))

    def test_staffs_sentence_goes_with_the_arrow_as_they_drew_it_and_not_against_it(self):
        relations = related((PEN, 0, INK), (BRUSH, 1, INK), names=["needs", "needs"], sentences=["ink for {title}", ""])
        scorer = fitted(relations)

        assert scorer.path(PEN, INK) == (Step("needs", True, INK, "ink for {title}"),)
        assert scorer.path(INK, PEN) == (Step("needs", False, PEN),)
        assert scorer.path(BRUSH, INK) == (Step("needs", True, INK),)

    def test_names_and_sentences_of_any_script_come_back_as_they_were(self):
        scorer = fitted(related((0, 0, 1), names=["配件"], sentences=["{title}的墨水 🖋"]))

        assert scorer.path(0, 1) == (Step("配件", True, 1, "{title}的墨水 🖋"),)

    @pytest.mark.parametrize(("item", "target"), [(PEN, PEN), (CASE, BRUSH)])
    def test_where_no_way_leads_there_is_none(self, desk, item, target):
        assert fitted(desk, steps=1).path(item, target) == ()
        assert fitted(desk).path(PEN, PEN) == ()

    @pytest.mark.parametrize(("item", "target", "name"), [(-1, 0, "item"), (0, 4, "target")])
    def test_an_item_outside_the_catalogue_is_refused_by_name(self, desk, item, target, name):
        with pytest.raises(InvalidInput, match=f"^{name}: "):
            fitted(desk).path(item, target)

    def test_whatever_speaks_for_an_item_has_a_way_to_it(self, desk):
        scorer = fitted(desk)
        history = np.array([INK, CASE])

        for target in (PEN, BRUSH):
            speaker = scorer.explain(history, np.ones(2, np.float32), target)
            assert scorer.path(int(history[speaker]), target)[-1].item == target


class TestLearning:
    @pytest.fixture
    def shop(self):
        """200 items: each tenth needs the one after it; besides, all are of random pairs of brands."""
        draw = np.random.default_rng(3)
        needs = [(item, 0, item + 1) for item in range(0, 200, 10)]
        brands = [(int(a), 1, int(b)) for a, b in draw.integers(0, 200, (600, 2)) if a != b]
        return features_of(related(*needs, *brands, names=["needs", "same_brand"]), n_items=200)

    def test_a_relation_that_people_follow_gets_the_weight_in_the_direction_that_they_take(self, shop):
        # 400 people choose what has a need, then what it needs, then something else.
        draw = np.random.default_rng(5)
        first = 10 * draw.integers(0, 20, 400)
        items = np.stack([first, first + 1, draw.integers(0, 200, 400)], axis=1).ravel()
        rows = rows_of(np.repeat(np.arange(400), 3), items, features=shop, times=np.tile([1.0, 2.0, 3.0], 400))
        config = config_class(NAME)()

        arrays = load_fit(NAME)(rows, config)

        scorer = load_scorer(NAME).from_arrays(arrays, config)
        assert arrays["path_weights"][0] > 0.5
        assert scorer.path(10, 11) == (Step("needs", True, 11),)
        assert scored(scorer, 10)[11] > 5 * scored(scorer, 11)[10]
        assert int(np.argmax(scored(scorer, 10))) == 11

    def test_staffs_rule_counts_though_nobody_followed_it_yet_as_much_as_its_share_says(self):
        # Everybody chooses item 0 and then item 1, which goes with it; nobody what item 0 needs by staff's rule.
        relations = related((0, 0, 1), (0, 1, 2), names=["goes_with", "needs"], sentences=["", "for {title}"])
        features = features_of(relations, n_items=50)
        rows = rows_of(
            np.repeat(np.arange(100), 2), np.tile([0, 1], 100), features=features, times=np.tile([1, 2], 100)
        )
        scores = []

        for share in (0.0, 0.5, 1.0):
            config = config_class(NAME)(rule_share=share)
            scorer = load_scorer(NAME).from_arrays(load_fit(NAME)(rows, config), config)
            scores.append(scored(scorer, 0)[2] / scored(scorer, 0)[1])

        # Both arrows are alone of their kind and so as strong as each other.
        assert scores == pytest.approx([0.0, 0.5, 1.0])

    def test_people_with_one_item_each_leave_all_weights_equal(self, shop):
        rows = rows_of(np.arange(300), np.arange(300) % 200, features=shop)

        weights = load_fit(NAME)(rows, config_class(NAME)())["path_weights"]

        assert np.allclose(weights, 1 / len(weights))

    def test_where_no_relation_leads_to_anything_chosen_all_weights_are_equal(self):
        features = features_of(related((8, 0, 9), names=["needs"]), n_items=10)
        rows = rows_of(np.repeat(np.arange(100), 2), np.tile([0, 1], 100), features=features)

        weights = load_fit(NAME)(rows, config_class(NAME)())["path_weights"]

        assert np.allclose(weights, 0.5)


class TestBadInput:
    @pytest.mark.parametrize("arrows", [[], [(PEN, 0, PEN), (INK, 0, INK)]], ids=["none", "to themselves"])
    def test_a_graph_without_arrows_between_two_items_is_refused_by_name(self, arrows):
        relations = related(*arrows, names=["needs"]) if arrows else Relations.none()

        with pytest.raises(InvalidInput, match=r"^features: relate no item to another"):
            fitted(relations)

    def test_relations_to_itself_count_for_nothing_beside_others(self, desk):
        with_self = related(
            (INK, 0, PEN), (INK, 0, BRUSH), (PEN, 1, CASE), (PEN, 1, PEN), names=["accessory_of", "goes_with"]
        )

        assert np.array_equal(scored(fitted(with_self), PEN), scored(fitted(desk), PEN))

    def test_labels_alone_do_for_a_graph_unless_they_are_left_out(self):
        labels = [(0, 0), (1, 0)]

        assert scored(fitted(Relations.none(), labels=labels), 0)[1] > 0
        with pytest.raises(InvalidInput, match=r"^features: "):
            fitted(Relations.none(), labels=labels, label_items=0)

    def test_arrays_that_do_not_fit_together_are_told_of(self, desk):
        config = config_class(NAME)()
        arrays = load_fit(NAME)(rows_of([0], [0], features=features_of(desk)), config)

        with pytest.raises(ArtefactCorrupt, match="arrow_indptr"):
            load_scorer(NAME).from_arrays({**arrays, "arrow_indptr": arrays["arrow_indptr"][:-1]}, config)
        with pytest.raises(ArtefactCorrupt, match="no UTF-8"):
            load_scorer(NAME).from_arrays({**arrays, "way_names": np.array([255, 0], np.int32)}, config)
