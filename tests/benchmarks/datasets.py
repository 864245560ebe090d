"""The public data sets as interactions, read from the folder that ATTUNE_DATA names."""

import os
from dataclasses import replace
from pathlib import Path

import django
from django.conf import settings

# Texts become vectors through the cache that the settings name.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from recsys.dataset import Interactions, encode  # noqa: E402
from recsys.movielens import read_encoded, read_features  # noqa: E402 - importers need the set-up
from tests.benchmarks.report import CannotMeasure  # noqa: E402


def data_set(name: str) -> Path:
    root = os.environ.get("ATTUNE_DATA")
    if not root:
        raise CannotMeasure("ATTUNE_DATA is not set: expected the folder that holds the data sets (ml-100k, ml-1m, …)")
    if not (Path(root) / name).is_dir():
        raise CannotMeasure(f"ATTUNE_DATA is {root}, and there is no folder {name} in it")
    return Path(root) / name


def movielens_100k(*, features: bool = True) -> Interactions:
    """Ratings of 4 and 5, each as one preference of strength 1, with what titles, genres and years tell of the films."""
    folder = data_set("ml-100k")
    encoded = read_encoded(folder)
    if not features:
        return encoded.interactions
    told = read_features(folder, films=encoded.items, space=settings.ITEM_SPACE)
    return replace(encoded.interactions, features=told)


def movielens_1m(*, every_user: int = 1) -> Interactions:
    """All pairs of user and item; with `every_user` 3 those of each third user."""
    encoded = read_encoded(data_set("ml-1m"))
    if every_user == 1:
        return encoded.interactions
    rows = encoded.interactions
    users, items = encoded.users.ids[rows.users], encoded.items.ids[rows.items]
    kept = users % every_user == 0
    return encode(users=users[kept], items=items[kept]).interactions
