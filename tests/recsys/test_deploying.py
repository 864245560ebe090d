"""What the recommender's artefacts have to be before they may serve, also when staff ask for them."""

import numpy as np
import pytest

from marketing.errors import ArtefactCorrupt
from marketing.models import Deployment
from marketing.runs import deployments, store
from recsys.serving.bundle import deployed
from tests.factories.marketing import ItemFactory, TrainingRunFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_process")]
GOLDEN = {"places": [0, 1], "scores": [2.0, 1.0]}


@pytest.fixture
def items():
    return ItemFactory.create_batch(2)


@pytest.fixture
def champion(deploy, items):
    return deploy(items, np.zeros((2, 2)))


@pytest.fixture
def left_by_a_run(items):
    """An artefact of popularity as a run would have left it, but for what is said otherwise."""
    run = TrainingRunFactory(status="deployed")

    def write(*, names=2, popularity=(2.0, 1.0), algorithm="popularity", golden=GOLDEN):
        ids = np.frombuffer(b"".join(item.pk.bytes for item in items), np.uint8).reshape(-1, 16)[:names]
        return store.write_artefact(
            kind="recommender",
            run=run,
            arrays={"item_ids": ids, "scorer.users": np.array(popularity, np.float32)},
            manifest={"algorithm": algorithm, "config": {}, **({"golden": golden} if golden else {})},
        )

    return write


def try_as_canary(artefact):
    deployments.start_canary(slot="recommender", artefact=artefact, share=0.5)


def deploy_as_staff(artefact):
    deployments.deploy(slot="recommender", artefact=artefact, reason=Deployment.Reason.STAFF)


@pytest.mark.parametrize("put_in_place", [try_as_canary, deploy_as_staff])
@pytest.mark.parametrize(
    "fault",
    [
        {"names": 1},
        {"popularity": (1.0, 2.0)},
        {"popularity": (1.0, 2.0, 3.0)},
        {"algorithm": "of_the_next_release"},
        {"golden": None},
    ],
    ids=["vocabulary of another size", "another answer", "more scores than names", "unknown algorithm", "no question"],
)
def test_what_can_not_serve_is_refused_and_what_served_goes_on(fault, put_in_place, champion, left_by_a_run):
    faulty = left_by_a_run(**fault)
    before = Deployment.objects.count()

    with pytest.raises(ArtefactCorrupt):
        put_in_place(faulty)

    assert Deployment.objects.count() == before
    assert deployed.current().artefact_id == champion.pk


@pytest.mark.parametrize("put_in_place", [try_as_canary, deploy_as_staff])
def test_what_answers_as_it_did_is_put_in_place(put_in_place, champion, left_by_a_run):
    whole = left_by_a_run()

    put_in_place(whole)

    now = deployments.current("recommender")
    assert whole in (now.champion, now.canary)
