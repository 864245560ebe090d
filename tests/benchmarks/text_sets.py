"""The public sets of questions and their intents, read from the folder that ATTUNE_DATA names."""

import csv
import json
from typing import NamedTuple

from tests.benchmarks.datasets import data_set

OUT_OF_SCOPE = "oos"


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


def _banking(name: str) -> Texts:
    with (data_set("banking77") / name).open(newline="") as file:
        rows = list(csv.DictReader(file))
    return Texts([row["text"] for row in rows], [row["category"] for row in rows])
