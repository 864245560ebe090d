"""A deployed artefact for the tests of serving, and serving as a process finds it that has just started."""

import numpy as np
import pytest


@pytest.fixture
def fresh_process(settings):
    """Nothing is remembered of earlier tests, and deployments are looked for at every request."""
    from recsys.serving.boosts import rule_book
    from recsys.serving.bundle import deployed
    from recsys.serving.exploring import newcomers
    from recsys.serving.interests import latest
    from recsys.serving.log import list_log
    from recsys.serving.trends import trends

    settings.DEPLOYMENT_CHECK_SECONDS = 0
    deployed.forget()
    trends.forget()
    rule_book.forget()
    newcomers.forget()
    latest.forget()
    list_log.forget()


@pytest.fixture
def write_artefact(db):
    """Writes an artefact over `items` in this order; EASE unless another algorithm's arrays are given."""
    from marketing.runs import store

    def write(items, weights=None, *, algorithm="ease", config=None, **arrays):
        if weights is not None:
            arrays = {"weights": np.array(weights, np.float32)}
        item_ids = np.frombuffer(b"".join(item.pk.bytes for item in items), np.uint8).reshape(-1, 16)
        return store.write_artefact(
            kind="recommender",
            arrays={"item_ids": item_ids, **{f"scorer.{name}": array for name, array in arrays.items()}},
            manifest={"algorithm": algorithm, "config": config or {}},
        )

    return write


@pytest.fixture
def deploy(write_artefact):
    """Writes and deploys; the arguments are those of `write_artefact`."""
    from marketing.models import Deployment
    from marketing.runs import deployments

    def write_and_deploy(*arguments, **options):
        artefact = write_artefact(*arguments, **options)
        deployments.deploy(slot="recommender", artefact=artefact, reason=Deployment.Reason.STAFF)
        return artefact

    return write_and_deploy
