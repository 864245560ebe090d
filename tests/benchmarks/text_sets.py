"""The public sets of questions and their intents, read from the folder that ATTUNE_DATA names."""

import csv
import json
from typing import NamedTuple

import numpy as np

from tests.benchmarks.datasets import data_set

SHOTS = 10


class Texts(NamedTuple):
    texts: list[str]
    labels: list[str]


def banking77() -> tuple[Texts, Texts]:
    """Train and test questions with one of 77 intents."""
    return _banking("train.csv"), _banking("test.csv")


def clinc150() -> dict[str, Texts]:
    """Parts train, val, test, and oos_train, oos_val, oos_test, which are of no intent."""
    parts = json.loads((data_set("clinc150") / "data_full.json").read_text())
    return {name: Texts([text for text, _ in rows], [label for _, label in rows]) for name, rows in parts.items()}


def few_shots(part: Texts, *, seed: int) -> Texts:
    """Ten texts of each intent, drawn at random, and its name, which says what it is about."""
    generator, labels = np.random.default_rng(seed), np.array(part.labels)
    names = sorted(set(part.labels))
    drawn = [generator.choice(np.flatnonzero(labels == name), SHOTS, replace=False) for name in names]
    places = np.concatenate(drawn).tolist()
    spoken = [name.replace("_", " ") for name in names]
    return Texts([part.texts[place] for place in places] + spoken, [part.labels[place] for place in places] + names)


def of_intents(part: Texts, count: int) -> Texts:
    """The texts of so many of its intents."""
    names = set(sorted(set(part.labels))[:count])
    pairs = [(text, label) for text, label in zip(*part, strict=True) if label in names]
    return Texts([text for text, _ in pairs], [label for _, label in pairs])


def _banking(name: str) -> Texts:
    with (data_set("banking77") / name).open(newline="") as file:
        rows = list(csv.DictReader(file))
    return Texts([row["text"] for row in rows], [row["category"] for row in rows])
