"""Run on the stage's database when the data are in: deploys EASE, and prints the tokens of its customers as JSON."""

import json

import django

django.setup()

from marketing.models import Deployment, Event, Identity  # noqa: E402 - models need the set-up
from marketing.runs import deployments, store  # noqa: E402
from marketing.tokens import mint_token  # noqa: E402
from recsys.algorithms import config_class, load_fit  # noqa: E402
from recsys.interactions import read_preferences  # noqa: E402


def main() -> None:
    deploy_ease()
    people = Identity.objects.filter(kind=Identity.Kind.CUSTOMER, events__isnull=False).distinct()
    tokens = [
        mint_token("customer", source=code, subject=value).token
        for code, value in people.order_by("pk").values_list("source__code", "value")
    ]
    print(json.dumps({"events": Event.objects.count(), "tokens": tokens}))


def deploy_ease() -> None:
    preferences = read_preferences()
    config = config_class("ease")()
    arrays = load_fit("ease")(preferences.interactions, config)
    artefact = store.write_artefact(
        kind="recommender",
        arrays={"item_ids": preferences.item_ids, **{f"scorer.{name}": array for name, array in arrays.items()}},
        manifest={"algorithm": "ease", "config": config.as_dict()},
    )
    deployments.deploy(slot="recommender", artefact=artefact, reason=Deployment.Reason.STAFF)


main()
